"""The pages people see: checkout, invoices, the customer portal, the 3-D Secure challenge, the control room."""

from starlette.routing import Route

from billing_app.sandbox.pages import challenge, control, hosted, invoice_page, portal_page, receipt, workbench


def routes() -> list[Route]:
    """Routes of all pages."""
    return [
        Route("/", control.overview, name="control"),
        Route("/events/{event}", control.event_page, name="event"),
        Route("/events/{event}/resend", control.resend, methods=["POST"], name="resend"),
        Route("/sessions/{session}/expire", control.expire, methods=["POST"], name="expire"),
        Route("/clock", workbench.advance, methods=["POST"], name="clock"),
        Route("/trouble", workbench.set_trouble, methods=["POST"], name="trouble"),
        Route("/objects/{type}", workbench.objects, name="objects"),
        Route("/objects/{type}/{id}", workbench.one_object, name="object"),
        Route("/objects/{type}/{id}/{action}", workbench.act, methods=["POST"], name="act"),
        Route("/c/pay/{session}", hosted.page, methods=["GET", "POST"], name="hosted"),
        Route("/c/authenticate/{intent}", challenge.page, methods=["GET", "POST"], name="challenge"),
        Route("/i/{invoice}", invoice_page.page, methods=["GET", "POST"], name="invoice"),
        Route("/i/{invoice}/pdf", invoice_page.download, name="invoice-pdf"),
        Route("/p/session/{token}", portal_page.page, name="portal"),
        Route("/p/session/{token}/{view}", portal_page.page, methods=["GET", "POST"], name="portal-step"),
        Route("/receipts/{charge}", receipt.page, name="receipt"),
    ]
