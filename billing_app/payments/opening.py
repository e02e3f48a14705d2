"""Opens the payment page of a checkout: our row first, then Stripe, then the row again. Safe to repeat at any point.

Stripe is asked under a key that lies in the row, so that an answer that was lost is had by asking again. Whoever asks
while another is at it is told so (409); what was left half-way is taken up by the next.
"""

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.items import ItemKind, Offer
from billing_app.catalog.schema import Noun
from billing_app.db.engine import Database
from billing_app.errors import DomainError, Unavailable
from billing_app.payments import store
from billing_app.payments.admission import AlreadyYours, UnderWay, WhileDisputed, admit
from billing_app.payments.gateway import LineItem, StripeGateway
from billing_app.payments.models import Checkout
from billing_app.payments.progress import Started
from billing_app.payments.stripe_customers import StripeCustomers
from billing_app.payments.stripe_errors import MissingAtStripe, StripeRefused
from billing_app.payments.stripe_objects import Session
from billing_app.payments.stripe_subscribing import PlanPage
from billing_app.payments.subscribing.prices import StripePrices

LIFETIME = timedelta(hours=1)
"""How long a payment page stays, in billing time, which is Stripe's; it allows 30 minutes to 24 hours."""
_SHORTEST = timedelta(minutes=31)
_TURN = timedelta(seconds=30)
_WORTH_REUSING = timedelta(minutes=5)
_ROUNDS = 4

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody set out to buy, and on what terms beyond the offer's own.

    Attributes:
        return_to: the path of ours to go on with afterwards.
        success_to, cancel_to: a host product's own pages instead of ours; checked by the caller.
        trial_days, trial_needs_card: of a plan.
        note: a sentence beside the button of Stripe's page.
        while_disputed: sold also to a customer with an open dispute.
        credit: what the catalogue calls a credit, for what the page says of them.
    """

    offer: Offer
    return_to: str | None
    tax_automatic: bool = False
    tax_code: str | None = None
    success_to: str | None = None
    cancel_to: str | None = None
    trial_days: int = 0
    trial_needs_card: bool = True
    note: str = ""
    while_disputed: bool = False
    credit: Noun | None = None

    @property
    def is_plan(self) -> bool:
        """A subscription, of which a customer has one."""
        return self.offer.kind is ItemKind.PLAN

    def opened(self, row: Checkout, debt: int) -> bool:
        """Whether a checkout was opened for just this, and shows how many of its credits pay a debt."""
        asked = (self.offer.item_id, self.trial_days, self.success_to, self.cancel_to, debt)
        return asked == (row.item_id, row.trial_days, row.success_to, row.cancel_to, row.debt_credits)


class Turn(Enum):
    """Whose turn it is with a checkout."""

    OPEN = auto()  # ours: open the page at Stripe
    REUSE = auto()  # there is a page; see whether it is still open
    REPLACE = auto()  # there is a page, for another price or about to expire; close it


class Opener:
    """Gives each thing a customer wants to buy one payment page."""

    def __init__(self, database: Database, gateway: StripeGateway, customers: StripeCustomers, public_url: str) -> None:
        self._database = database
        self._gateway = gateway
        self._customers = customers
        self._prices = StripePrices(database, gateway)
        self._public_url = public_url.rstrip("/")

    async def open(self, customer_id: int, order: Order) -> Started:
        """The page for this order: the one that is open (WL10), or a new one.

        Raises:
            AlreadyYours: an unlock for ever that is owned, or whose payment is being confirmed.
            AlreadySubscribed: a plan, beside a live subscription.
            UnderWay: another request opens it right now. WhileDisputed: a payment of theirs is disputed.
            Unavailable: Stripe does not answer; asking again goes on with the same page.
        """
        for _ in range(_ROUNDS):
            row, turn = await self._claim(customer_id, order)
            if turn is Turn.OPEN:
                opened = await self._open_at_stripe(row, order)
                if opened is not None:
                    return Started(row.public_id, opened, reused=False)
            else:
                url = await self._look_at(row, turn, order.return_to)
                if url is not None:
                    return Started(row.public_id, url, reused=True)
        raise Unavailable("The payment page could not be opened. Nothing was charged; try again.")

    async def _claim(self, customer_id: int, order: Order) -> tuple[Checkout, Turn]:
        now, offer = clock.wall(), order.offer
        async with self._database.transaction() as session:
            await admit(session, customer_id, offer, while_disputed=order.while_disputed)
            debt = await _debt_of(session, customer_id, offer)
            # Of plans a customer has one, so a page for one plan gives way to a page for another.
            code = None if order.is_plan else offer.code
            row = await store.under_way(session, customer_id, offer.kind.value, code)
            if row is not None and row.state == "opening":
                if row.opened_at > now - _TURN:
                    raise UnderWay("This checkout is being opened. Try again in a few seconds.")
                if order.opened(row, debt) and row.expires_at > clock.now() + _SHORTEST:
                    await store.update_checkout(session, row.id, opened_at=now, return_to=order.return_to)
                    return row, Turn.OPEN
                await store.update_checkout(session, row.id, state="expired", settled_at=clock.now())
                row = None
            if row is not None:
                usable = order.opened(row, debt) and row.expires_at > clock.now() + _WORTH_REUSING
                return row, Turn.REUSE if usable else Turn.REPLACE
            made = await store.insert_checkout(session, _new_row(customer_id, order, debt, now))
            if made is None:
                raise UnderWay("This checkout is being opened. Try again in a few seconds.")
            return made, Turn.OPEN

    async def _open_at_stripe(self, row: Checkout, order: Order) -> str | None:
        """The page's address; None when the Stripe customer was gone and it is worth another round."""
        customer = ""
        try:
            customer = await self._customers.ensure(row.customer_id)
            page = await (self._plan_page if order.is_plan else self._one_time_page)(row, order, customer)
        except Unavailable:
            await self._let_go(row)
            raise
        except MissingAtStripe as missing:
            await self._give_up(row, missing)
            if missing.extra.get("param") != "customer":
                raise
            await self._customers.forget(row.customer_id, customer)
            return None
        except DomainError as refused:
            await self._give_up(row, refused)
            raise
        await self._keep(row, page)
        return page.url

    async def _one_time_page(self, row: Checkout, order: Order, customer: str) -> Session:
        item = LineItem(
            name=row.name,
            description=order.offer.description or None,
            amount_minor=row.amount_minor,
            currency=row.currency,
            tax_behavior=order.offer.terms.tax_behavior,
            tax_code=order.tax_code,
            tax_automatic=order.tax_automatic,
            price=order.offer.stripe_price_id,
            note=_debt_note(row, order.credit),
        )
        try:
            return await self._session(row, item, customer, row.idempotency_key)
        except (StripeRefused, MissingAtStripe) as refused:
            if item.price is None or refused.extra.get("param") == "customer":
                raise
            # Archived by hand, or of a sandbox that is gone: the catalogue's sum is the truth, so it is sold.
            logger.exception("price %s of %s cannot be sold at: run catalog push", item.price, order.offer.terms.label)
            return await self._session(row, replace(item, price=None), customer, f"{row.idempotency_key}-sum")

    async def _session(self, row: Checkout, item: LineItem, customer: str, key: str) -> Session:
        success_url, cancel_url = self._addresses(row)
        return await self._gateway.create_session(
            stripe_customer=customer,
            item=item,
            reference=row.public_id,
            metadata=_metadata(row),
            success_url=success_url,
            cancel_url=cancel_url,
            expires_at=row.expires_at,
            key=key,
        )

    async def _plan_page(self, row: Checkout, order: Order, customer: str) -> Session:
        success_url, cancel_url = self._addresses(row)
        page = PlanPage(
            stripe_customer=customer,
            price=await self._prices.ensure(order.offer, tax_code=order.tax_code),
            reference=row.public_id,
            metadata=_metadata(row) | {"item_id": str(row.item_id)},
            success_url=success_url,
            cancel_url=cancel_url,
            expires_at=row.expires_at,
            trial_days=order.trial_days,
            trial_needs_card=order.trial_needs_card,
            tax_automatic=order.tax_automatic,
            note=order.note,
        )
        return await self._gateway.create_plan_session(page, key=row.idempotency_key)

    def _addresses(self, row: Checkout) -> tuple[str, str]:
        """Where Stripe sends the browser: a host product's own pages, or ours."""
        return (
            row.success_to or f"{self._public_url}/payment/success?session_id={{CHECKOUT_SESSION_ID}}",
            row.cancel_to or f"{self._public_url}/payment/cancel?checkout={row.public_id}",
        )

    async def _keep(self, row: Checkout, page: Session) -> None:
        async with self._database.transaction() as session:
            await store.update_checkout(
                session,
                row.id,
                only_in=("opening",),
                state="open",
                stripe_session_id=page.id,
                stripe_payment_intent=page.payment_intent,
                url=page.url,
            )

    async def _let_go(self, row: Checkout) -> None:
        """Nobody knows whether Stripe did it: let the next attempt ask again at once, under the same key."""
        async with self._database.transaction() as session:
            await store.update_checkout(session, row.id, only_in=("opening",), opened_at=clock.wall() - _TURN)

    async def _give_up(self, row: Checkout, why: DomainError) -> None:
        async with self._database.transaction() as session:
            await store.update_checkout(
                session, row.id, only_in=("opening",), state="failed", failure=why.code, settled_at=clock.now()
            )

    async def _look_at(self, row: Checkout, turn: Turn, return_to: str | None) -> str | None:
        """The address of a page that is there already; None when it was closed and it is worth another round."""
        assert row.stripe_session_id, "an open checkout has a session"
        page = await self._page(row.stripe_session_id, close=turn is Turn.REPLACE)
        async with self._database.transaction() as session:
            if page is not None and page.status == "open":
                await store.update_checkout(session, row.id, return_to=return_to)
                return page.url
            if page is not None and page.status == "complete":
                # Paid meanwhile, its webhook is on the way: a pack may be bought again, an unlock for ever not.
                await store.update_checkout(session, row.id, only_in=store.UNDER_WAY, state="pending")
            else:
                await store.update_checkout(
                    session, row.id, only_in=store.UNDER_WAY, state="expired", settled_at=clock.now()
                )
        return None

    async def _page(self, session_id: str, *, close: bool) -> Session | None:
        try:
            if close:
                return await self._gateway.expire_session(session_id)
        except StripeRefused:  # no longer open: fetched below, to learn why
            pass
        except MissingAtStripe:
            return None
        try:
            return await self._gateway.session(session_id)
        except MissingAtStripe:
            return None


async def _debt_of(session: AsyncSession, customer_id: int, offer: Offer) -> int:
    """How many credits of a pack go to what is owed since a refund: only as many as its page has shown (domain)."""
    if offer.kind is not ItemKind.PACK or not offer.credits:
        return 0
    return min(offer.credits, await store.owed_credits(session, customer_id))


def _debt_note(row: Checkout, credit: Noun | None) -> str:
    if not row.debt_credits:
        return ""
    many = credit.of(row.debt_credits) if credit else f"{row.debt_credits} credits"
    verb = "pays" if row.debt_credits == 1 else "pay"
    return f"{many} of this pack {verb} what is owed since a payment was given back."


def _metadata(row: Checkout) -> dict[str, str]:
    return {"checkout": row.public_id, "customer_id": str(row.customer_id)}


def _new_row(customer_id: int, order: Order, debt: int, now: datetime) -> dict[str, Any]:
    offer = order.offer
    price = offer.price
    assert price is not None, "only what has a price is sold"
    pack, unlock = offer.kind is ItemKind.PACK, offer.kind is ItemKind.UNLOCK
    return {
        "public_id": f"chk_{secrets.token_urlsafe(18)}",
        "customer_id": customer_id,
        "kind": offer.kind.value,
        "code": offer.code,
        "name": offer.name,
        "amount_minor": price.minor,
        "currency": price.currency,
        "item_id": offer.item_id,
        "credits": None if unlock else offer.credits,
        "valid_days": offer.valid_days if pack else None,
        "feature": offer.feature,
        "uses": offer.uses if unlock else None,
        "period": offer.period.value if offer.period else None,
        "trial_days": order.trial_days,
        "debt_credits": debt,
        "return_to": order.return_to,
        "success_to": order.success_to,
        "cancel_to": order.cancel_to,
        "state": "opening",
        "idempotency_key": secrets.token_urlsafe(24),
        "created_at": clock.now(),
        "opened_at": now,
        "expires_at": clock.now() + LIFETIME,
    }


__all__ = ["AlreadyYours", "Opener", "Order", "UnderWay", "WhileDisputed"]
