"""Takes a running subscription over: into the mirror, at its price in the catalogue.

What is paid already is claimed, so that its invoices give nothing a second time; the first renewal is the first that
gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog.items import Offer
from billing_app.catalog.policies import Policies
from billing_app.credits import Ledger
from billing_app.entitlements.plan_credits.adopting import OpeningWindow, adopt, running_window
from billing_app.entitlements.plan_credits.facts import PaidInvoice, PaidLine
from billing_app.entitlements.plan_credits.periods import Window
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.errors import InvalidInput
from billing_app.moving_in.at_stripe import AtStripe, Period
from billing_app.moving_in.terms import adopted_item, link
from billing_app.payments import store as payments
from billing_app.payments.mirroring.checkouts import INVOICE_PAID
from billing_app.payments.mirroring.subscriptions import mirror
from billing_app.payments.rules import Context

LEARNT_FROM = "import"


@dataclass(frozen=True, slots=True)
class Adopted:
    """A subscription that is ours now. `new`: since this very transaction."""

    held: HeldSubscription
    item_id: int
    new: bool
    period: Period | None
    effects: tuple[str, ...] = ()

    @property
    def trial_end(self) -> datetime | None:
        """When a running trial ends."""
        return self.held.trial_end if self.held.status == "trialing" else None

    def paid(self) -> PaidInvoice:
        """The running period as one paid line, at the terms held now.

        Raises:
            InvalidInput: nothing that is paid covers this moment.
        """
        period, held = self.period, self.held
        if period is None or held.stripe_subscription_id is None:
            raise InvalidInput(
                f"{held.stripe_subscription_id} is {held.status}, and its running period is not paid: bring what is "
                "left as another kind of lot, or come back when it is paid."
            )
        line = PaidLine(
            line_id=period.line.id,
            item_id=self.item_id,
            period_start=period.line.period_start,
            period_end=period.line.period_end,
            net_minor=period.line.net_minor,
            currency=period.currency,
            proration=False,
        )
        return PaidInvoice(
            customer_id=held.customer_id,
            subscription_id=held.id,
            stripe_subscription_id=held.stripe_subscription_id,
            invoice_id=period.invoice,
            billing_reason="import",
            paid_at=period.paid_at or period.line.period_start,
            item=held.item,
            anchor=held.anchor,
            lines=(line,),
        )

    async def window(self, session: AsyncSession, ledger: Ledger, policies: Policies) -> Window:
        """What an opening lot of the plan ends with.

        Raises:
            InvalidInput: the running period is not paid, or gives no credits.
        """
        return await running_window(session, ledger, self.paid(), policies)


async def adopt_subscription(
    session: AsyncSession, customer_id: int, at_stripe: AtStripe, plan: str | None, context: Context
) -> Adopted:
    """Mirror it as ours, and claim what it has paid for. Was it before: nothing.

    Raises:
        InvalidInput: no item of the catalogue has its terms, or its customer holds another plan here.
    """
    told = at_stripe.subscription
    assert told is not None, "there is one to adopt"
    before = await subscriptions.by_stripe_id(session, told.id)
    if before is not None and before.customer_id != customer_id:
        raise InvalidInput(f"{told.id} belongs to customer {before.customer_id} here.")
    if before is not None and before.ours and before.item is not None:
        return Adopted(before, before.item.item_id, new=False, period=at_stripe.period)
    offer = await adopted_item(session, told, plan)
    linked = await link(session, offer, told)
    await mirror(session, at_stripe.taken_over(offer.item_id), context, adopting=told.id)
    held = await subscriptions.by_stripe_id(session, told.id)
    if held is None or not held.live or held.item is None:
        raise InvalidInput(f"{told.id} cannot be taken over: its customer holds another subscription here. End one.")
    for invoice_id in at_stripe.paid:
        await payments.claim_fact(session, INVOICE_PAID, invoice_id, LEARNT_FROM)
    if held.status == "trialing":
        await context.trials.begin(
            session,
            customer_id=customer_id,
            stripe_subscription_id=told.id,
            plan_code=held.plan_code,
            card_fingerprint=told.card_fingerprint,
        )
    effects = [f"{told.id} taken over as {offer.name}, {held.status}"]
    if linked:
        effects.append(f"{told.items[0].price.id} is the price of {offer.name} from now on")
    if at_stripe.others:
        effects.append(f"left alone: {', '.join(at_stripe.others)}")
    return Adopted(held, offer.item_id, new=True, period=at_stripe.period, effects=tuple(effects))


async def settle_windows(
    session: AsyncSession, ledger: Ledger, adopted: Adopted, opening: Sequence[OpeningWindow], policies: Policies
) -> list[str]:
    """Note the opening lots as what is left of the running window; a year's other months are granted."""
    if adopted.period is None and not opening:
        return []
    coming = await adopt(session, ledger, adopted.paid(), opening, policies)
    return [f"{_said(adopted.held.item)}: {coming} credits for the months to come"] if coming else []


def _said(offer: Offer | None) -> str:
    return offer.name if offer is not None else "plan"
