"""The mails of money that goes back: to the customer what it changed, to the merchant that somebody must answer."""

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.notifications.letters import DisputeClosed, DisputeNotice, DisputeOpened, Refunded, RefundFailed, owe
from billing_app.notifications.letters import send_later as send
from billing_app.payments import mail_facts
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Payment
from billing_app.payments.refund_objects import DisputeTold, RefundTold
from billing_app.payments.refunds.store import CreditsBack


@dataclass(frozen=True, slots=True)
class Moved:
    """What is new of a payment's refunds (`acts`, `undone`, `told`) and disputes (`opened`, `closed`, `told`)."""

    refunds: list[tuple[str, RefundTold]] = field(default_factory=list)
    disputes: list[tuple[str, DisputeTold]] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """All of it was known."""
        return not self.refunds and not self.disputes

    def in_words(self, refunded: str) -> list[str]:
        """For the log of events; `refunded`: how much of the charge is refunded now."""
        said = [f"refund {one.id}: {one.status}" for what, one in self.refunds if what != "acts"]
        said += [f"dispute {one.id}: {one.status}" for _, one in self.disputes]
        return [refunded, *said] if self.refunds or not self.disputes else said


async def owe_news(
    session: AsyncSession,
    paid_for: Checkout | Invoice,
    payment: Payment,
    moved: Moved,
    *,
    credits: CreditsBack,
    merchant: str | None,
) -> None:
    """Owe every mail of what moved, once per refund and step of a dispute. `credits`: what that has taken back now."""
    customer, what, now = payment.customer_id, described(paid_for), clock.now()
    available = await mail_facts.available(session, customer)
    is_unlock = isinstance(paid_for, Checkout) and paid_for.kind == "unlock"
    acting = [one for news, one in moved.refunds if news == "acts"]
    whole = payment.captured_minor <= sum(one.amount_minor for one in acting) + payment.refunded_minor
    for one in acting:
        last = one is acting[-1]  # what several took at once is told with the last of them
        letter = Refunded(
            description=what,
            amount_minor=one.amount_minor,
            currency=one.currency,
            at=now,
            credits_removed=max(0, credits.revoked) if last else 0,
            debt_credits=max(0, credits.owed) if last else 0,
            ended=(what,) if is_unlock and whole and last else (),
            balance_after=None if is_unlock else available,
        )
        await owe(session, letter, customer_id=customer, reference=one.id)
    for one in (each for news, each in moved.refunds if news == "undone"):
        failed = RefundFailed(description=what, amount_minor=one.amount_minor, currency=one.currency, at=now)
        await owe(session, failed, customer_id=customer, reference=one.id)
    for news, dispute in moved.disputes:
        await _of_dispute(session, what, customer, news, dispute, merchant=merchant)


async def _of_dispute(
    session: AsyncSession, what: str, customer: int, news: str, told: DisputeTold, *, merchant: str | None
) -> None:
    """The customer hears of a dispute, not of an inquiry, which changes nothing for them; the merchant of both."""
    if news == "told":
        return
    amount, currency, inquiry = told.amount_minor, told.currency, told.inquiry
    if news == "opened" and merchant:
        notice = DisputeNotice(
            dispute=told.id,
            description=what,
            customer=customer,
            amount_minor=amount,
            currency=currency,
            reason=told.reason.replace("_", " "),
            inquiry=inquiry,
            answer_by=told.evidence_due,
        )
        reference = f"{told.id}:inquiry" if inquiry else told.id
        await send(session, notice, recipient=merchant, reference=reference)
    if inquiry or told.outcome == "closed":
        return
    if news == "opened":
        opened = DisputeOpened(description=what, amount_minor=amount, currency=currency, at=told.created)
        await owe(session, opened, customer_id=customer, reference=told.id)
    else:
        closed = DisputeClosed(
            description=what, amount_minor=amount, currency=currency, at=clock.now(), refunded=told.outcome == "lost"
        )
        await owe(session, closed, customer_id=customer, reference=told.id)


def described(paid_for: Checkout | Invoice) -> str:
    """What was paid for, as the customer knows it."""
    if isinstance(paid_for, Checkout):
        return paid_for.name
    return paid_for.description or f"Invoice {paid_for.number or paid_for.stripe_invoice_id}"
