"""The mails of a purchase, owed in the transaction that settles it: the receipt, and the news that it failed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts.customers import get_customer
from billing_app.notifications.letters import PaymentFailed, Receipt, ReceiptLine, send_later
from billing_app.payments.models import Checkout
from billing_app.payments.stripe_objects import SessionWithPayment

_FAILED = "The bank did not carry out the payment after all. Nothing was charged."


@dataclass(frozen=True, slots=True)
class Lot:
    """The credits a pack gave, and what the customer has with them."""

    credits: int
    expires_at: datetime | None
    available: int


async def owe_receipt(session: AsyncSession, checkout: Checkout, told: SessionWithPayment, lot: Lot | None) -> None:
    """Owe the receipt, once per session. A host product's customer without an address gets none from us."""
    recipient = (await get_customer(session, checkout.customer_id)).email
    if not recipient:
        return
    page = told.session
    after_discount = page.subtotal_minor - page.discount_minor
    letter = Receipt(
        number=checkout.public_id.removeprefix("chk_"),
        currency=checkout.currency,
        lines=(ReceiptLine(description=checkout.name, amount_minor=checkout.amount_minor),),
        discount_minor=page.discount_minor,
        tax_minor=page.tax_minor,
        tax_inclusive=page.tax_minor > 0 and page.total_minor == after_discount,
        total_minor=page.total_minor,
        paid_at=clock.now(),
        credits_granted=lot.credits if lot else None,
        expires_at=lot.expires_at if lot else None,
        balance_after=lot.available if lot else None,
        unlocked=() if lot else (_unlocked(checkout),),
        receipt_url=told.charge.receipt_url if told.charge else None,
    )
    await send_later(session, letter, recipient=recipient, reference=page.id, customer_id=checkout.customer_id)


async def owe_bad_news(session: AsyncSession, checkout: Checkout, told: SessionWithPayment) -> None:
    """Owe the mail that a payment which was under way failed in the end."""
    recipient = (await get_customer(session, checkout.customer_id)).email
    if not recipient:
        return
    letter = PaymentFailed(
        description=checkout.name,
        amount_minor=told.session.total_minor,
        currency=checkout.currency,
        reason=_FAILED,
        retry_path=f"/pricing#{checkout.kind}-{checkout.code}",
    )
    await send_later(session, letter, recipient=recipient, reference=told.session.id, customer_id=checkout.customer_id)


def _unlocked(checkout: Checkout) -> str:
    if checkout.uses is None:
        return f"{checkout.name}, without limit"
    return f"{checkout.name}, {checkout.uses} use{'s' if checkout.uses != 1 else ''}"
