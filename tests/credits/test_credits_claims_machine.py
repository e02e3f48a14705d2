"""Refunds, disputes, debts, reversals and holds in any order: what no sequence may ever break."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from billing_app.credits import (
    Capture,
    Consume,
    EntryKind,
    Freeze,
    Grant,
    Hold,
    LotKind,
    Operation,
    Release,
    Reverse,
    Revoke,
    Spent,
    Thaw,
    Void,
)
from billing_app.db.engine import Database
from billing_app.errors import DomainError
from tests.credits.ledger_world import World
from tests.credits.test_credits_machine import START

PAYMENTS = ("pi_a", "pi_b", "in_year")
payments = st.sampled_from(PAYMENTS)
amounts = st.integers(1, 12)
steps = st.sampled_from([timedelta(seconds=30), timedelta(minutes=10), timedelta(days=2), timedelta(days=31)])


class ClaimsMachine(RuleBasedStateMachine):
    """Three payments, one of them for a year, and free credits besides."""

    make_world: ClassVar[Any]

    @initialize()
    def begin(self) -> None:
        self.world: World = self.make_world()
        self.now = START
        self.numbers = count(1)
        self.shares: dict[str, int] = {}
        self.entries = 0
        self.holds = 0
        for payment in PAYMENTS:
            self.buy(payment, 20)

    def do(self, operation: Operation) -> Any:
        (outcome,) = self.world.apply([operation], self.now)
        if isinstance(outcome, DomainError):
            return None
        self.entries = max(self.entries, getattr(outcome, "entry_id", None) or 0)
        return outcome

    @rule(step=steps)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule(payment=payments, credits=amounts)
    def buy(self, payment: str, credits: int) -> None:
        windows = 3 if payment == "in_year" else 1
        for window in range(windows):
            self.do(
                Grant(
                    customer_id=self.world.customer_id,
                    credits=credits,
                    kind=LotKind.PLAN if windows > 1 else LotKind.PURCHASE,
                    label=payment,
                    source=f"source-{next(self.numbers)}",
                    payment=payment,
                    paid_minor=credits,
                    currency="USD",
                    effective_at=self.now + timedelta(days=30 * window),
                    expires_at=self.now + timedelta(days=30 * (window + 1)) if windows > 1 else None,
                    debt_limit=credits // 2,
                )
            )

    @rule(credits=amounts, days=st.sampled_from([1, 30]))
    def get_free_credits(self, credits: int, days: int) -> None:
        self.do(
            Grant(
                customer_id=self.world.customer_id,
                credits=credits,
                kind=LotKind.FREE,
                label="free",
                source=f"source-{next(self.numbers)}",
                expires_at=self.now + timedelta(days=days),
            )
        )

    @rule(credits=st.integers(1, 30))
    def spend(self, credits: int) -> None:
        self.do(Consume(customer_id=self.world.customer_id, feature="chat", credits=credits))

    @rule(credits=amounts, on_expiry=st.integers(0, 1))
    def hold(self, credits: int, on_expiry: int) -> None:
        made = self.do(
            Hold(customer_id=self.world.customer_id, feature="chat", credits=credits, ttl_s=120, on_expiry=on_expiry)
        )
        self.holds += made is not None

    @rule(data=st.data(), capture=st.booleans(), credits=amounts)
    def end_a_hold(self, data: st.DataObject, capture: bool, credits: int) -> None:
        if self.holds:
            hold_id = data.draw(st.integers(max(1, self.holds - 2), self.holds))
            customer_id = self.world.customer_id
            if capture:
                self.do(Capture(customer_id=customer_id, hold_id=hold_id, credits=credits))
            else:
                self.do(Release(customer_id=customer_id, hold_id=hold_id))

    @rule(data=st.data(), credits=amounts)
    def reverse(self, data: st.DataObject, credits: int) -> None:
        if self.entries:
            entry_id = data.draw(st.integers(1, self.entries))
            self.do(Reverse(customer_id=self.world.customer_id, entry_id=entry_id, credits=credits))

    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        source = f"source-{data.draw(st.integers(1, 12))}"
        self.do(Void(customer_id=self.world.customer_id, source=source, credits=3))

    @rule(payment=payments, tenths=st.integers(0, 10), spent=st.sampled_from(Spent), closed=st.booleans())
    def refund(self, payment: str, tenths: int, spent: Spent, closed: bool) -> None:
        operation = Revoke(
            customer_id=self.world.customer_id,
            payment=payment,
            refunded=tenths,
            captured=10,
            spent=spent,
            closed_windows=closed,
        )
        done = self.do(operation)
        self.shares[payment] = tenths
        assert done.taken + done.held + done.owed + done.forgiven == done.target
        again = self.do(operation)
        assert again.entries == (), "a refund that is told twice is one refund"
        if tenths == 10:
            self.nothing_free_is_left_of(payment)

    def nothing_free_is_left_of(self, payment: str) -> None:
        balance, _ = self.world.seen(self.now)
        assert sum(lot.remaining - lot.held for lot in balance.lots if lot.payment == payment) == 0

    @rule(payment=payments)
    def dispute(self, payment: str) -> None:
        self.do(Freeze(customer_id=self.world.customer_id, payment=payment))

    @rule(payment=payments)
    def win_the_dispute(self, payment: str) -> None:
        self.do(Thaw(customer_id=self.world.customer_id, payment=payment))

    @invariant()
    def nothing_is_ever_below_zero_or_out_of_thin_air(self) -> None:
        if not hasattr(self, "world"):
            return
        balance, entries = self.world.seen(self.now)
        assert balance.available >= 0
        assert sum(balance.groups.values()) == balance.available
        assert all(entry.balance_after >= 0 for entry in entries)
        assert all(0 <= lot.held <= lot.remaining <= lot.granted and lot.used >= 0 for lot in balance.lots)
        granted = sum(entry.amount for entry in entries if entry.kind is EntryKind.GRANT)
        gone = -sum(entry.amount for entry in entries if entry.kind is not EntryKind.GRANT)
        booked = [lot for lot in balance.lots if lot.state != "prepared"]
        assert granted - gone == sum(lot.remaining for lot in booked)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            found = self.world.drift()
            assert found.clean, found
            self.a_refund_of_everything_leaves_nothing_paid_for()

    def a_refund_of_everything_leaves_nothing_paid_for(self) -> None:
        for payment in PAYMENTS:
            self.refund(payment, 10, Spent.DEBT, True)
        found = self.world.drift()
        assert found.clean, found


@pytest.fixture
def machine(database_url: str) -> Iterator[type[ClaimsMachine]]:
    """The machine on a database of the test's own, in an event loop of its own."""
    with asyncio.Runner() as runner:
        database = Database(database_url)

        class Bound(ClaimsMachine):
            make_world = staticmethod(lambda: World(database, runner.run))

        yield Bound
        runner.run(database.close())


QUICK = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
    derandomize=True,
)


@pytest.mark.row("A11")
def test_no_sequence_of_refunds_and_disputes_makes_credits_or_loses_them(machine: type[ClaimsMachine]) -> None:
    run_state_machine_as_test(machine, settings=QUICK)


@pytest.mark.deep
def test_no_long_sequence_of_refunds_and_disputes_makes_credits(machine: type[ClaimsMachine]) -> None:
    run_state_machine_as_test(
        machine, settings=settings(QUICK, max_examples=1_000, stateful_step_count=60, derandomize=False)
    )
