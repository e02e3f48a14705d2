"""The same facts of Stripe, heard in any order, end in the same lots and the same debts (ADR 0017). Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing_app.credits import Consume, Freeze, GivenBack, Grant, LotKind, Operation, Revoke, Spent, Thaw, Void
from billing_app.credits.book import Book
from billing_app.credits.clawback import enforce_claims
from billing_app.credits.disputing import freeze, revoke, thaw
from billing_app.credits.due import settle
from billing_app.credits.granting import grant, void
from billing_app.credits.lots import Lot
from billing_app.credits.spending import consume

START = datetime(2026, 3, 1, tzinfo=UTC)
PHASE = timedelta(days=20)
ME = 1


@dataclass(frozen=True)
class Bought:
    """A purchase: a pack, a month, a year of three windows, or credits that nobody paid for."""

    name: str
    kind: str
    credits: int
    at: datetime
    limit: int | None
    days: int | None

    def grants(self) -> list[Operation]:
        """What it makes, in one batch."""
        windows = 3 if self.kind == "year" else 1
        paid = self.kind != "free"
        return [
            Grant(
                customer_id=ME,
                credits=self.credits,
                kind={"pack": LotKind.PURCHASE, "free": LotKind.FREE}.get(self.kind, LotKind.PLAN),
                label=self.name,
                source=f"{self.name}:{window}",
                payment=self.name if paid else None,
                paid_minor=10 if paid else 0,
                currency="USD" if paid else None,
                effective_at=self.at + window * timedelta(days=15),
                expires_at=self.at + (window * 15 + self.days) * timedelta(days=1) if self.days else None,
                debt_limit=self.limit,
            )
            for window in range(windows)
        ]


@dataclass(frozen=True)
class MoneyBack:
    """A refund, one that `failed`, or a dispute that is `open`, `won` or `lost`.

    `seen`: in order one heard of a dispute while it was open; and a refund may fail in a later phase.
    """

    of: Bought
    tenths: int
    at: datetime
    what: str
    seen: bool


@dataclass(frozen=True)
class Phase:
    """What happens at Stripe, heard of at its end; then the customer uses something, and may cancel a plan at once."""

    facts: list[Bought | MoneyBack]
    heard: list[int]
    spends: int
    ends: datetime
    cancels: int = 0


class Hearing:
    """A book that hears facts, each as Stripe would tell of it now."""

    def __init__(self) -> None:
        self.book = Book(ME, START)
        self.back: dict[str, int] = {}
        self.used = 0

    def hear(self, fact: Bought | MoneyBack, told: Iterable[MoneyBack]) -> None:
        """`told`: what Stripe knows of money given back by now; a refund settles what it refunds first."""
        bought = fact.of if isinstance(fact, MoneyBack) else fact
        for operation in bought.grants():
            grant(self.book, operation)  # pyright: ignore[reportArgumentType]
        if isinstance(fact, MoneyBack):
            self._bring(bought, [one for one in told if one.of == bought])

    def see(self, fact: MoneyBack, told: Iterable[MoneyBack]) -> None:
        """Hear of a dispute while it is open, of a refund before it fails."""
        self.hear(fact.of, ())
        if fact.seen and fact.what in ("won", "lost"):
            freeze(self.book, Freeze(customer_id=ME, payment=fact.of.name))
        if fact.seen and fact.what == "failed":
            self.hear(fact, [replace(one, what="failing") if one is fact else one for one in told])

    def _bring(self, bought: Bought, back: list[MoneyBack]) -> None:
        steps = tuple(GivenBack(one.at, one.tenths) for one in back if one.what in ("refund", "failing", "lost"))
        given_back = min(10, sum(one.minor for one in steps))
        self.back[bought.name] = given_back
        frozen = any(one.what == "open" for one in back)
        if frozen:
            freeze(self.book, Freeze(customer_id=ME, payment=bought.name))
        revoke(
            self.book,
            Revoke(
                customer_id=ME,
                payment=bought.name,
                refunded=given_back,
                captured=10,
                spent=Spent.DEBT,
                given_back=steps,
            ),
        )
        if not frozen:
            thaw(self.book, Thaw(customer_id=ME, payment=bought.name))

    def spend(self, credits: int) -> None:
        """Use so many, or all there is."""
        if credits := min(credits, self.book.available):
            consume(self.book, Consume(customer_id=ME, feature="chat", credits=credits))
            self.used += credits

    def cancel(self, number: int) -> None:
        """End a plan's or a free lot early, if there is one left."""
        left = sorted(lot.source for lot in self.book.lots.values() if lot.kind != LotKind.PURCHASE and lot.remaining)
        if number and left:
            void(self.book, Void(customer_id=ME, source=left[number % len(left)]))

    def state(self) -> dict[str, Any]:
        """What must not depend on the order."""
        book = self.book
        names = {lot.id: lot.source for lot in book.lots.values()}
        debts: dict[tuple[str, datetime], tuple[int, int, int]] = {}
        paid: dict[tuple[str, datetime, str], int] = {}
        for debt in book.debts.values():
            key = names[debt.lot_id], debt.since
            before = debts.get(key, (0, 0, 0))
            debts[key] = before[0] + debt.claimed, before[1] + debt.collected, before[2] + debt.owed
            for lot_id, credits in book.payments_of_debts.get(debt.id, {}).items():
                paid[*key, names[lot_id]] = paid.get((*key, names[lot_id]), 0) + credits
        return {
            "available": book.available,
            "lots": sorted(
                (lot.source, lot.remaining, *_gone(lot), lot.used, lot.frozen_at is not None)
                for lot in book.lots.values()
            ),
            "debts": {key: value for key, value in sorted(debts.items()) if value[0]},
            "paid": dict(sorted(paid.items())),
        }


def _gone(lot: Lot) -> tuple[int, int]:
    """Expired and revoked: of a lot that was ended early their sum, for what comes back to it is gone either way."""
    return (lot.expired + lot.revoked, 0) if lot.ended_early else (lot.expired, lot.revoked)


@st.composite
def lives(draw: st.DrawFn) -> list[Phase]:
    """Three phases, each heard at its end in an order of its own: what is bought first is mostly used up, so that money
    given back later makes debts."""
    phases: list[Phase] = []
    bought: list[Bought] = []
    for number, spends in enumerate((60, 9, 0)):
        begins = START + number * PHASE
        facts: list[Bought | MoneyBack] = []
        for place in range(draw(st.integers(2, 6))):
            at = begins + timedelta(hours=place + 1)
            paid = [one for one in bought if one.kind != "free"]
            if number and paid and draw(st.booleans()):
                facts.append(draw(_given_back(paid, at)))
            else:
                bought.append(draw(_purchases(f"p{len(bought)}", at)))
                facts.append(bought[-1])
        heard = draw(st.permutations(range(len(facts))))
        used = draw(st.sampled_from((spends, spends, 4)))
        phases.append(Phase(facts, heard, used, begins + PHASE, draw(st.sampled_from((0, 0, 1, 2)))))
    return phases


@st.composite
def _given_back(draw: st.DrawFn, paid: list[Bought], at: datetime) -> MoneyBack:
    what = draw(st.sampled_from(("refund", "refund", "failing", "failed", "open", "won", "lost")))
    return MoneyBack(draw(st.sampled_from(paid)), draw(st.sampled_from((10, 10, 7, 3))), at, what, draw(st.booleans()))


@st.composite
def _purchases(draw: st.DrawFn, name: str, at: datetime) -> Bought:
    kind = draw(st.sampled_from(("pack", "pack", "month", "month", "year", "free")))
    limit = draw(st.sampled_from((0, 2, 9))) if kind == "pack" else None
    days = {"pack": draw(st.sampled_from((None, 70))), "free": 25}.get(kind, 15)
    return Bought(name, kind, draw(st.integers(3, 12)), at, limit, days)


def _check(hearing: Hearing) -> None:
    """What holds of any one book."""
    book = hearing.book
    for lot in book.lots.values():
        assert lot.remaining >= 0
        assert lot.used >= 0
        for debt in book.debts.values():
            may = lot.spendable(book.at) and lot.debt_limit is None and debt.since <= lot.effective_at
            assert not (may and debt.owed and lot.free), "a lot that may pay a debt keeps nothing while it is owed"
    assert all(0 <= debt.collected <= debt.claimed for debt in book.debts.values())
    _check_nobody_gains_or_loses(hearing)
    before = book.entry_count
    enforce_claims(book)
    assert book.entry_count == before, "looking again changes nothing"


def _check_nobody_gains_or_loses(hearing: Hearing) -> None:
    """Used + left - owed is what was got and not given back: to the credit, if nothing was lost and no month was over.

    What expired or was ended early is the customer's loss, unless its money is given back. What was used of a year's
    months that were over is not asked for.
    """
    lots = list(hearing.book.lots.values())
    owed = sum(debt.owed for debt in hearing.book.debts.values())
    has = hearing.used + sum(lot.remaining for lot in lots) - owed
    kept = sum(lot.granted for lot in lots)
    for payment, tenths in hearing.back.items():
        kept -= sum(lot.granted for lot in lots if lot.payment == payment) * tenths // 10
    lost = sum(lot.lost for lot in lots)
    months = Counter(lot.payment for lot in lots)
    over = sum(lot.used for lot in lots if hearing.back.get(lot.payment or "") and months[lot.payment] > 1)
    assert kept - lost <= has <= kept + over


@pytest.mark.row("A7")
@pytest.mark.row("A11")
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(lives())
def test_facts_heard_in_any_order_end_in_the_same_lots_and_debts(phases: list[Phase]) -> None:
    live(phases)


@pytest.mark.deep
@settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lives())
def test_facts_heard_in_any_order_end_in_the_same_lots_and_debts_at_length(phases: list[Phase]) -> None:
    live(phases)


def live(phases: list[Phase]) -> None:
    """Both hear a phase's facts at its end, one in order, one not; then both use the same."""
    in_order, in_disorder = Hearing(), Hearing()
    told: list[MoneyBack] = []
    for phase in phases:
        # What was open at the end of the last phase is decided in this one, and what was to fail has failed.
        became = {"open": ("lost", "won"), "failing": ("failing", "failed")}
        decided = [replace(one, what=became[one.what][one.seen]) if one.what in became else one for one in told]
        decided, told = [new for old, new in zip(told, decided, strict=True) if new != old], decided
        told += [one for one in phase.facts if isinstance(one, MoneyBack)]
        for one in (in_order, in_disorder):
            settle(one.book, phase.ends)
        for fact in (*decided, *phase.facts):
            if isinstance(fact, MoneyBack) and fact not in decided:
                in_order.see(fact, told)
            in_order.hear(fact, told)
        for fact in (*[phase.facts[place] for place in (*phase.heard, *phase.heard[:2])], *reversed(decided)):
            in_disorder.hear(fact, told)
        for one in (in_order, in_disorder):
            _check(one)
        assert in_disorder.state() == in_order.state()
        for one in (in_order, in_disorder):
            one.spend(phase.spends)
            one.cancel(phase.cancels)
        assert in_disorder.state() == in_order.state(), "the same lots were used"
