"""Payments, refunds, disputes and fees of both sides: matched one by one, mended, then summed by day and currency."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.payments.gateway_reconciling import ListedCharge
from billing_app.payments.models import Payment
from billing_app.payments.reconciling import store
from billing_app.payments.reconciling.progress import Progress
from billing_app.payments.reconciling.totals import Compared, Item, compare
from billing_app.payments.reconciling.views import Total
from billing_app.payments.refund_objects import ACTING
from billing_app.payments.stripe_errors import MissingAtStripe

MAX_CHARGES = 50_000
"""Compared in one run: 500 pages. Beyond it only the last days are compared, and the run says so."""
_MAX_BACK = 10_000
_AT_ONCE = 500
_MAX_ASKED = 200
_STANDING = ("won", "prevented", "warning_needs_response", "warning_under_review", "warning_closed")
"""Disputes in these states took nothing, or gave it back."""


@dataclass
class Sides:
    """What Stripe lists of our money in the window, by the ids that both sides share.

    Attributes:
        payments, fees: by payment intent; refunds, disputes: by their own id.
        intents: the payment intent of each refund and dispute, by its id.
        owners: our customer of each payment intent, where known.
    """

    payments: dict[str, Item] = field(default_factory=dict)
    fees: dict[str, Item] = field(default_factory=dict)
    refunds: dict[str, Item] = field(default_factory=dict)
    disputes: dict[str, Item] = field(default_factory=dict)
    intents: dict[str, str] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)


async def compare_money(run: Progress) -> None:
    """List Stripe's side, compare, mend what differs, compare again, and write both sides' totals."""
    theirs = await _theirs(run)
    compared = await _compared(run, theirs, frozenset())
    await _mend(run, theirs, compared)
    compared = await _compared(run, theirs, await _outside(run, compared))
    _note_differences(run, theirs, compared)
    totals: list[Total] = [total for one in compared.values() for total in one.totals]
    async with run.database.transaction() as session:
        await store.write_totals(session, run.run_id, totals)
    await run.save(cursor=None)


# Stripe's side


async def _theirs(run: Progress) -> Sides:
    sides, after, seen = Sides(), None, 0
    while True:
        page = await run.gateway.charges_page(run.since, run.until, after)
        await _take_charges(run, sides, page.items)
        seen += len(page.items)
        await run.save(cursor=None)
        after = page.after
        if after is None:
            break
        if seen >= MAX_CHARGES and page.items:
            run.since = _next_day(page.items[-1].created)
            run.note("payment", "-", "waits", f"Only payments since {run.since:%Y-%m-%d} were compared.")
            break
    await _take_money_back(run, sides)
    run.count("objects", len(sides.payments) + len(sides.refunds) + len(sides.disputes))
    return sides


async def _take_charges(run: Progress, sides: Sides, listed: tuple[ListedCharge, ...]) -> None:
    async with run.database.transaction() as session:
        ours = await store.payments_of(session, [one.payment_intent for one in listed if one.payment_intent])
        owners = await store.linked(session, [one.customer for one in listed if one.customer])
    for one in listed:
        if one.payment_intent is None:
            continue
        owner = owners.get(one.customer or "")
        # Of a customer who moved in, only what was paid since then, or is known all the same, is ours to compare.
        if one.payment_intent not in ours and (owner is None or one.created < owner[1].replace(microsecond=0)):
            continue
        if owner is not None:
            sides.owners[one.payment_intent] = owner[0]
        sides.payments[one.payment_intent] = Item(_day(one.created), one.currency, one.captured_minor)
        if one.fee_minor is not None and one.fee_currency is not None:
            sides.fees[one.payment_intent] = Item(_day(one.created), one.fee_currency, one.fee_minor)


async def _take_money_back(run: Progress, sides: Sides) -> None:
    refunds = await run.gateway.refunds_since(run.since, limit=_MAX_BACK)
    disputes = await run.gateway.disputes_since(run.since, limit=_MAX_BACK)
    intents = [one.payment_intent for one in (*refunds, *disputes) if one.payment_intent]
    async with run.database.transaction() as session:
        ours = await store.payments_of(session, intents)
    for one in refunds:
        if one.payment_intent and (one.payment_intent in ours or one.payment_intent in sides.payments):
            sides.intents[one.id] = one.payment_intent
            amount = one.amount_minor if one.status in ACTING else 0
            sides.refunds[one.id] = Item(_day(one.created), one.currency, amount)
    for one in disputes:
        if one.payment_intent and (one.payment_intent in ours or one.payment_intent in sides.payments):
            sides.intents[one.id] = one.payment_intent
            amount = 0 if one.status in _STANDING else one.amount_minor
            sides.disputes[one.id] = Item(_day(one.created), one.currency, amount)


# Our side


async def _compared(run: Progress, theirs: Sides, outside: frozenset[str]) -> dict[str, Compared]:
    async with run.database.transaction() as session:
        payments = await _our_payments(session, run, theirs)
        refunds = await store.refunds_of(session, list(theirs.refunds), run.since, run.until, _MAX_BACK)
        disputes = await store.disputes_of(session, list(theirs.disputes), run.since, run.until, _MAX_BACK)
    captured = {
        name: Item(_day(row.created_at), row.currency, row.captured_minor)
        for name, row in payments.items()
        if name not in outside
    }
    fees = {
        name: Item(_day(row.created_at), row.fee_currency or row.currency, row.fee_minor or 0)
        for name, row in payments.items()
        if name in theirs.fees
    }
    given_back = {
        row.stripe_refund_id or "": Item(
            _day(row.created_at), row.currency, row.amount_minor if row.status in ACTING else 0
        )
        for row in refunds
        if row.stripe_refund_id not in outside
    }
    disputed = {
        row.stripe_dispute_id: Item(
            _day(row.opened_at), row.currency, 0 if row.status in _STANDING else row.amount_minor
        )
        for row in disputes
        if row.stripe_dispute_id not in outside
    }
    return {
        "payments": compare("payments", theirs.payments, captured),
        "refunds": compare("refunds", theirs.refunds, given_back),
        "disputes": compare("disputes", theirs.disputes, disputed),
        "fees": compare("fees", theirs.fees, fees),
    }


async def _our_payments(session: AsyncSession, run: Progress, theirs: Sides) -> dict[str, Payment]:
    """Ours of what Stripe lists; and those of the window that it does not list and knows nothing of when asked."""
    names, found = list(theirs.payments), dict[str, Payment]()
    for at in range(0, len(names), _AT_ONCE):
        found |= await store.payments_of(session, names[at : at + _AT_ONCE])
    last = 0
    while True:
        rows = await store.captured_between(session, run.since, run.until, after=last, limit=_AT_ONCE)
        found |= {row.stripe_payment_intent: row for row in rows}
        if len(rows) < _AT_ONCE:
            return found
        last = rows[-1].id


# What differs


async def _mend(run: Progress, theirs: Sides, compared: dict[str, Compared]) -> None:
    """Have each payment that differs, or of which a refund, dispute or fee does, brought to what Stripe says."""
    wanting: dict[str, None] = {}
    for figure, one in compared.items():
        for name in (*one.only_stripe, *one.differing):
            intent = name if figure in ("payments", "fees") else theirs.intents[name]
            wanting[intent] = None
    for intent in list(wanting)[:_AT_ONCE]:
        act = partial(run.applier.watch_payment, intent)
        await run.mend("payment", intent, act, customer_id=theirs.owners.get(intent))
        await run.save(cursor=None)


def _note_differences(run: Progress, theirs: Sides, compared: dict[str, Compared]) -> None:
    """What is left: a fee waits for Stripe to book it; all else is for somebody to look at."""
    for figure, one in compared.items():
        kind, state = figure.removesuffix("s"), "waits" if figure == "fees" else "differs"
        for name in (*one.only_stripe, *one.differing):
            owner = theirs.owners.get(theirs.intents.get(name, name))
            run.note(kind, name, state, f"The {kind} at Stripe is not the one in our books.", customer_id=owner)
        for name in one.only_ours:
            run.note(kind, name, state, f"We hold a {kind} that Stripe does not know.")


async def _outside(run: Progress, compared: dict[str, Compared]) -> frozenset[str]:
    """Of what only we list, what Stripe knows when asked by name: it lies just outside of the window there."""
    asking = {"payments": run.gateway.intent, "refunds": run.gateway.refund, "disputes": run.gateway.dispute}
    known: set[str] = set()
    for figure, ask in asking.items():
        for name in compared[figure].only_ours[:_MAX_ASKED]:
            try:
                await ask(name)
            except MissingAtStripe:
                continue
            known.add(name)
    return frozenset(known)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _next_day(at: datetime) -> datetime:
    return datetime(at.year, at.month, at.day, tzinfo=UTC) + timedelta(days=1)
