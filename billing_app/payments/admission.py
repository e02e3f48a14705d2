"""Who may begin a checkout: nobody twice for what they own, and nobody while a payment of theirs is disputed."""

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.accounts.customers import is_erased
from billing_app.catalog.items import ItemKind, Offer
from billing_app.entitlements import unlocking
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.errors import Conflict, NotFound
from billing_app.payments import store
from billing_app.payments.refunds import store as money_back
from billing_app.payments.subscribing.errors import AlreadySubscribed


class UnderWay(Conflict):
    """The same checkout is being opened this very moment."""

    code = "checkout_under_way"


class AlreadyYours(Conflict):
    """An unlock without limit that the customer owns, or is just paying."""

    code = "already_yours"
    title = "This is yours already"


class WhileDisputed(Conflict):
    """A payment of this customer is disputed at the bank: until that is decided nothing more is sold to them."""

    code = "payment_disputed"
    title = "A payment is disputed"


async def admit(session: AsyncSession, customer_id: int, offer: Offer, *, while_disputed: bool) -> None:
    """Let pass who may buy this now.

    Args:
        while_disputed: the catalogue sells to customers with an open dispute too (policy `dispute_blocks_checkout`).

    Raises:
        AlreadyYours, AlreadySubscribed: they have it. UnderWay: a plan of theirs is being confirmed. WhileDisputed.
        NotFound: they were erased, by a request that was under way with this one.
    """
    if await is_erased(session, customer_id):
        raise NotFound("There is no such customer.")
    if not while_disputed and await money_back.has_open_dispute(session, customer_id):
        raise WhileDisputed(
            "A payment of yours is disputed at your bank. You can buy again once that is decided. Write to us if it "
            "was a mistake."
        )
    if offer.kind is ItemKind.PLAN:
        await _no_second_plan(session, customer_id, offer)
    if not offer.unlimited:
        return
    assert offer.feature, "an unlock opens a feature"
    if await unlocking.owns_unlimited(session, customer_id, offer.feature):
        raise AlreadyYours(f"{offer.name} is already yours, for ever. There is nothing to buy.")
    if await store.is_pending(session, customer_id, offer.kind.value, offer.code):
        raise AlreadyYours(f"Your payment for {offer.name} is being confirmed. There is nothing more to pay.")


async def _no_second_plan(session: AsyncSession, customer_id: int, offer: Offer) -> None:
    held = await subscriptions.live(session, customer_id)
    if held is not None:
        name = held.plan.name if held.plan else "a plan"
        if held.by_hand:
            raise AlreadySubscribed(f"You have {name}, as agreed with us. Write to us to change it.")
        raise AlreadySubscribed(f"You have {name} already. Switch to {offer.name} instead; nothing was charged.")
    if await store.is_pending(session, customer_id, ItemKind.PLAN.value):
        raise UnderWay("Your plan is being confirmed. There is nothing more to pay; look again in a moment.")
