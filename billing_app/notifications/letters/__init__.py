"""The mails there are, and what each needs to be written; a file for each subject."""

from typing import Annotated

from pydantic import Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.accounts.customers import get_customer
from billing_app.journal.outbox import post
from billing_app.notifications.letters.base import Letter
from billing_app.notifications.letters.of_accounts import AlreadyRegistered, PasswordChanged, ResetPassword, VerifyEmail
from billing_app.notifications.letters.of_credits import CreditsAdjusted, CreditsExpiring, LowBalance
from billing_app.notifications.letters.of_enquiries import Enquiry, EnquiryReceived
from billing_app.notifications.letters.of_money_back import DisputeClosed, DisputeNotice, DisputeOpened, RefundFailed
from billing_app.notifications.letters.of_purchases import PaymentFailed, Receipt, ReceiptLine, Refunded
from billing_app.notifications.letters.of_subscriptions import (
    CardExpiring,
    PaymentActionRequired,
    PlanCancelled,
    PlanResumed,
    PlanSwitched,
    RenewalFailed,
    RenewalReminder,
    SubscriptionReceipt,
    TrialEnding,
)

AnyLetter = Annotated[
    VerifyEmail
    | AlreadyRegistered
    | ResetPassword
    | PasswordChanged
    | Receipt
    | PaymentFailed
    | Refunded
    | RefundFailed
    | DisputeOpened
    | DisputeClosed
    | DisputeNotice
    | SubscriptionReceipt
    | RenewalFailed
    | PaymentActionRequired
    | TrialEnding
    | RenewalReminder
    | PlanCancelled
    | PlanResumed
    | PlanSwitched
    | CardExpiring
    | LowBalance
    | CreditsAdjusted
    | CreditsExpiring
    | Enquiry
    | EnquiryReceived,
    Field(discriminator="kind"),
]
_LETTERS: TypeAdapter[AnyLetter] = TypeAdapter(AnyLetter)


def read_letter(kind: str, data: dict[str, object]) -> AnyLetter:
    """The letter as it lies in the outbox.

    Raises:
        pydantic.ValidationError: no such kind, or not its data.
    """
    return _LETTERS.validate_python({**data, "kind": kind})


async def send_later(
    session: AsyncSession, letter: AnyLetter, *, recipient: str, reference: str, customer_id: int | None = None
) -> int | None:
    """Owe this mail in the caller's transaction. The same kind and reference again is the same mail: None.

    Args:
        recipient: an address as `accounts` holds it.
        reference: the business fact that causes it, such as a checkout session's id.
        customer_id: the customer it is written to; None: somebody else.
    """
    data = letter.model_dump(mode="json", exclude={"kind"})
    return await post(
        session, letter.kind, recipient=recipient, reference=reference, data=data, customer_id=customer_id
    )


async def owe(session: AsyncSession, letter: AnyLetter, *, customer_id: int, reference: str) -> int | None:
    """Owe this mail to a customer. One of a host product without an address gets none from us: None.

    Args:
        reference: the business fact that causes it; with it and the kind a mail is owed once.

    Raises:
        NotFound: there is no such customer.
    """
    recipient = (await get_customer(session, customer_id)).email
    if not recipient:
        return None
    return await send_later(session, letter, recipient=recipient, reference=reference, customer_id=customer_id)


__all__ = [
    "AlreadyRegistered",
    "AnyLetter",
    "CardExpiring",
    "CreditsAdjusted",
    "CreditsExpiring",
    "DisputeClosed",
    "DisputeNotice",
    "DisputeOpened",
    "Enquiry",
    "EnquiryReceived",
    "Letter",
    "LowBalance",
    "PasswordChanged",
    "PaymentActionRequired",
    "PaymentFailed",
    "PlanCancelled",
    "PlanResumed",
    "PlanSwitched",
    "Receipt",
    "ReceiptLine",
    "RefundFailed",
    "Refunded",
    "RenewalFailed",
    "RenewalReminder",
    "ResetPassword",
    "SubscriptionReceipt",
    "TrialEnding",
    "VerifyEmail",
    "owe",
    "read_letter",
    "send_later",
]
