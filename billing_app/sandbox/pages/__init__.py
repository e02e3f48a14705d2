"""The pages people see: hosted checkout, the 3-D Secure challenge, receipts, and the control room."""

from starlette.routing import Route

from billing_app.sandbox.pages import challenge, control, hosted, receipt


def routes() -> list[Route]:
    """Routes of all pages."""
    return [
        Route("/", control.overview, name="control"),
        Route("/events/{event}", control.event_page, name="event"),
        Route("/events/{event}/resend", control.resend, methods=["POST"], name="resend"),
        Route("/sessions/{session}/expire", control.expire, methods=["POST"], name="expire"),
        Route("/c/pay/{session}", hosted.page, methods=["GET", "POST"], name="hosted"),
        Route("/c/authenticate/{intent}", challenge.page, methods=["GET", "POST"], name="challenge"),
        Route("/receipts/{charge}", receipt.page, name="receipt"),
    ]
