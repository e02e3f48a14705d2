"""An invoice as a line: amounts as written, its state in a word. Pure."""

from dataclasses import dataclass

from billing_app.money import Money
from billing_app.payments.mirroring.reading import InvoiceView
from billing_app.ui.format import day, moment

_STATES = {
    "paid": ("Paid", "good"),
    "open": ("Open", "warn"),
    "void": ("Void", ""),
    "uncollectible": ("Not collected", "bad"),
}


@dataclass
class InvoiceRow:
    """One line."""

    number: str
    when: str
    exactly: str
    what: str
    period: str
    tax: str
    amount: str
    state: str
    tone: str
    refunded: str
    hosted: str
    pdf: str
    open: bool


def invoice_row(invoice: InvoiceView) -> InvoiceRow:
    """The line of one invoice."""
    state, tone = _STATES.get(invoice.status, (invoice.status.capitalize(), ""))
    refunded = ""
    if invoice.refunded_minor:
        whole = invoice.refunded_minor >= invoice.paid_minor
        refunded = f"{Money(invoice.refunded_minor, invoice.currency).shown()} refunded"
        state, tone = ("Refunded" if whole else "Partly refunded"), ""
    period = ""
    if invoice.period_start and invoice.period_end and invoice.period_end > invoice.period_start:
        period = f"{day(invoice.period_start)} to {day(invoice.period_end)}"
    return InvoiceRow(
        number=invoice.number or invoice.stripe_invoice_id,
        when=day(invoice.created_at),
        exactly=moment(invoice.created_at),
        what=invoice.description,
        period=period,
        tax=f"{Money(invoice.tax_minor, invoice.currency).shown()} tax" if invoice.tax_minor else "",
        amount=Money(invoice.total_minor, invoice.currency).shown(),
        state=state,
        tone=tone,
        refunded=refunded,
        hosted=f"/api/v1/invoices/{invoice.id}/page" if invoice.hosted_url else "",
        pdf=f"/api/v1/invoices/{invoice.id}/pdf" if invoice.pdf_url else "",
        open=invoice.status == "open" and invoice.due_minor > 0,
    )
