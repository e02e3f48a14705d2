"""Buying: start a checkout, and tell how far it has come. Stripe's redirect is never trusted, only our ledger."""

import re
from datetime import datetime, timedelta
from typing import Protocol

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.credits import Balance
from billing_app.db.engine import Database
from billing_app.db.queue import defer
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.errors import InvalidInput, NotFound
from billing_app.journal.funnel import from_where, funnel, note_click
from billing_app.payments import store
from billing_app.payments.models import Checkout, Payment
from billing_app.payments.opening import Opener, Order
from billing_app.payments.progress import CheckoutProgress, Progress, Purchase, Started
from billing_app.payments.refunds import store as money_back
from billing_app.payments.returns import ReturnLinks, checked

SOLD = ("pack", "unlock")
WATCH_TASK = "watch_checkout"
MAX_LISTED = 100

_SESSION_ID = re.compile(r"cs_[A-Za-z0-9_]{1,250}")
_PUBLIC_ID = re.compile(r"chk_[A-Za-z0-9_-]{1,60}")
_WATCH_EVERY = timedelta(seconds=2)
_WATCH_SLOWEST = timedelta(minutes=1)
_REASONS = {
    "trial_taken": "Your free trial was used before, so this one was ended. You can have the plan without a trial.",
    "second_subscription": "You have a plan already, so this one was cancelled, and its payment is given back.",
    "first_payment_failed": "The first payment did not go through, so the plan did not begin.",
}


class Balances(Protocol):
    """Where a customer's credits are read."""

    async def balance(self, customer_id: int) -> Balance: ...


class CheckoutService:
    """The use cases of buying. `start` talks to Stripe; everything else reads our own rows and queues jobs."""

    def __init__(
        self, database: Database, *, catalog: CatalogService, balances: Balances, opener: Opener, returns: ReturnLinks
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._balances = balances
        self._opener = opener
        self._returns = returns

    async def start(
        self,
        customer_id: int,
        kind: str,
        code: str,
        *,
        return_to: str | None = None,
        success_to: str | None = None,
        cancel_to: str | None = None,
        via: str | None = None,
    ) -> Started:
        """Open Stripe's payment page for one pack or unlock, or give back the one that is open (WL10).

        Args:
            kind: `pack` or `unlock`.
            code: as in the catalogue.
            return_to: the path of ours the customer wants to go on with afterwards.
            success_to, cancel_to: a host product's own pages instead of ours; checked by the caller.
            via: `wall`, when its button stood on one; anything else is as None.

        Raises:
            InvalidInput: `return_to` is not a path of ours.
            NotForSale: unknown, retired, or of a kind that is not sold.
            AlreadyYours: an unlock for ever the customer owns.
            UnderWay: the same checkout is being opened by another request.
            WhileDisputed: a payment of the customer is disputed, and the catalogue sells nothing meanwhile.
            Unavailable: Stripe does not answer; trying again goes on with the same page.
        """
        path = checked(return_to)
        offer = await self._catalog.offer(kind, code)
        if offer.kind.value not in SOLD:
            raise InvalidInput(f'A "{kind[:20]}" cannot be bought here; packs and unlocks can.', field="kind")
        catalog = await self._catalog.current()
        await note_click(self._database, customer_id, offer.kind.value, offer.code, via)
        started = await self._opener.open(
            customer_id,
            Order(
                offer,
                return_to=path,
                tax_automatic=catalog.tax.automatic,
                tax_code=catalog.tax.code,
                success_to=success_to,
                cancel_to=cancel_to,
                while_disputed=not catalog.policies.dispute_blocks_checkout,
                credit=catalog.brand.credit,
            ),
        )
        async with self._database.transaction() as session:
            await funnel(
                session,
                "checkout_opened",
                customer_id=customer_id,
                data={"kind": offer.kind.value, "code": offer.code, "reused": started.reused, **from_where(via)},
            )
        return started

    async def state(self, customer_id: int, session_id: str) -> CheckoutProgress:
        """How far a session has come, by our own ledger; while it is not settled, have Stripe asked (WL8).

        Raises:
            NotFound: unknown, or somebody else's: the two are not told apart.
        """
        if not _SESSION_ID.fullmatch(session_id):
            raise NotFound("There is no such checkout.")
        async with self._database.transaction() as session:
            row = await store.checkout_of_customer(session, customer_id, session_id=session_id)
        return await self._told(row, unverified=Progress.PENDING)

    async def told(self, public_id: str) -> tuple[int, CheckoutProgress]:
        """Whose a checkout is and how far it has come; for calls with a key, which may see all customers.

        Raises:
            NotFound: unknown.
        """
        async with self._database.transaction() as session:
            found = await store.checkout_called(session, public_id) if _PUBLIC_ID.fullmatch(public_id) else None
        if found is None:
            raise NotFound("There is no such checkout.")
        return found.customer_id, await self._told(found, unverified=Progress.OPEN)

    async def cancelled(self, customer_id: int, public_id: str) -> CheckoutProgress:
        """What the cancel page shows: nothing was charged, unless the checkout was paid after all (WL9).

        Raises:
            NotFound: unknown, or somebody else's.
        """
        if not _PUBLIC_ID.fullmatch(public_id):
            raise NotFound("There is no such checkout.")
        async with self._database.transaction() as session:
            row = await store.checkout_of_customer(session, customer_id, public_id=public_id)
        return await self._told(row, unverified=Progress.OPEN)

    async def go_back(self, customer_id: int, token: str) -> str:
        """Use up the signed link of a granted checkout; the path to go on with. A second use leads to the dashboard.

        Raises:
            NotFound: the link is not ours, or belongs to somebody else's checkout.
        """
        public_id = self._returns.read(token)
        async with self._database.transaction() as session:
            row = await store.checkout_of_customer(session, customer_id, public_id=public_id)
            if row is None:
                raise NotFound("This link is not valid.")
            if not row.return_to or not await store.use_return(session, row.id):
                return "/dashboard"
            await funnel(session, "resumed", customer_id=customer_id, data={"kind": row.kind, "code": row.code})
            joint = "&" if "?" in row.return_to else "?"
            return f"{row.return_to}{joint}bought={row.public_id}"

    async def purchases(self, customer_id: int, *, before: int | None = None, limit: int = 20) -> list[Purchase]:
        """What a customer bought, newest first; `before` a purchase's id pages on."""
        async with self._database.as_customer(customer_id) as session:
            rows = await store.purchases(session, customer_id, before=before, limit=max(1, min(limit, MAX_LISTED)))
            ids = [payment.id for _, payment in rows if payment is not None]
            disputed = await money_back.disputed_payments(session, ids)
        return [_purchase(checkout, payment, disputed) for checkout, payment in rows]

    async def _told(self, row: Checkout | None, *, unverified: Progress) -> CheckoutProgress:
        """`unverified`: what to say of an open page until Stripe has been asked."""
        if row is None:
            raise NotFound("There is no such checkout.")
        progress = _progress(row, unverified)
        if progress in (Progress.OPEN, Progress.PENDING) and row.stripe_session_id:
            await self._watch(row)
        available = None
        if progress is Progress.GRANTED:
            available = (await self._balances.balance(row.customer_id)).available
        granted = progress is Progress.GRANTED
        trial_ends_at = await self._trial_end(row) if granted and row.trial_days else None
        return CheckoutProgress(
            public_id=row.public_id,
            progress=progress,
            kind=row.kind,
            code=row.code,
            name=row.name,
            amount_minor=row.amount_minor,
            currency=row.currency,
            credits=row.credits,
            feature=row.feature,
            uses=row.uses,
            available=available,
            continue_url=self._returns.link(row.public_id) if granted and row.return_to else None,
            retry_url=_retry_url(row, progress),
            created_at=row.created_at,
            settled_at=row.settled_at,
            period=row.period,
            trial_ends_at=trial_ends_at,
            reason=_REASONS.get(row.failure or "") if progress is Progress.FAILED else None,
        )

    async def _trial_end(self, row: Checkout) -> datetime | None:
        if row.stripe_subscription_id is None:
            return None
        async with self._database.transaction() as session:
            held = await subscriptions.by_stripe_id(session, row.stripe_subscription_id)
        return held.trial_end if held else None

    async def _watch(self, row: Checkout) -> None:
        """Have Stripe asked about this session: soon at first, rarer the longer it takes, once for all who watch."""
        now = clock.wall()
        pause = min(max(_WATCH_EVERY, (now - row.opened_at) / 20), _WATCH_SLOWEST)
        async with self._database.transaction() as session:
            if await store.take_watch(session, row.id, now - pause):
                stripe_customer = await store.stripe_customer_id(session, row.customer_id)
                await defer(session, WATCH_TASK, lock=customer_lock(stripe_customer), session_id=row.stripe_session_id)


def customer_lock(stripe_customer: str | None) -> str | None:
    """The lock under which everything about one Stripe customer is fetched and applied, one after the other."""
    return f"stripe:{stripe_customer}" if stripe_customer else None


def _progress(row: Checkout, unverified: Progress) -> Progress:
    match row.state:
        case "paid":
            return Progress.GRANTED
        case "failed":
            return Progress.FAILED
        case "expired":
            return Progress.EXPIRED
        case "pending":
            return Progress.PENDING
        case _:
            return Progress.OPEN if row.seen_open_at else unverified


def _retry_url(row: Checkout, progress: Progress) -> str | None:
    if progress is Progress.OPEN or (row.state == "open" and row.expires_at > clock.now()):
        return row.url
    if progress in (Progress.FAILED, Progress.EXPIRED):
        return f"/pricing#{row.kind}-{row.code}"
    return None


def _purchase(checkout: Checkout, payment: Payment | None, disputed: set[int]) -> Purchase:
    return Purchase(
        id=checkout.id,
        public_id=checkout.public_id,
        kind=checkout.kind,
        code=checkout.code,
        name=checkout.name,
        state=_purchase_state(checkout, payment, disputed=payment is not None and payment.id in disputed),
        amount_minor=checkout.amount_minor,
        paid_minor=payment.captured_minor if payment else 0,
        refunded_minor=payment.refunded_minor if payment else 0,
        currency=checkout.currency,
        credits=checkout.credits,
        uses=checkout.uses,
        receipt_url=payment.receipt_url if payment else None,
        created_at=checkout.created_at,
        settled_at=checkout.settled_at,
    )


def _purchase_state(checkout: Checkout, payment: Payment | None, *, disputed: bool) -> str:
    """`paid`, `pending`, `failed`, or, by its payment, what became of it since."""
    if payment is None:
        return checkout.state
    if disputed:
        return "disputed"
    if payment.disputed_minor:
        return "charged_back"
    if payment.refunded_minor:
        return "refunded" if payment.refunded_minor >= payment.captured_minor else "partly_refunded"
    return checkout.state
