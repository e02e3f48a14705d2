"""Every ledger operation in any order, with time moving in steps and across ends, against the naive model."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billing_app.credits import (
    Adjust,
    Capture,
    Consume,
    Extend,
    Grant,
    Hold,
    LotKind,
    Operation,
    Release,
    Retime,
    Reverse,
    Void,
)
from billing_app.db.engine import Database
from billing_app.errors import DomainError
from tests.credits.ledger_world import World
from tests.credits.model import Model, Refused

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
VALID = timedelta(days=7)

amounts = st.integers(1, 12)
steps = st.sampled_from([timedelta(seconds=1), timedelta(minutes=1), timedelta(minutes=10), timedelta(days=1)])
spans = st.sampled_from([None, timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)])
ttls = st.sampled_from([1, 60, 600, 3_600])


Check = Callable[[Any, Any], None]


def nothing_more(_expected: Any, _outcome: Any) -> None:
    """There is nothing else to compare."""


class LedgerMachine(RuleBasedStateMachine):
    """The engine and the model do the same."""

    make_world: ClassVar[Any]

    @initialize()
    def begin(self) -> None:
        self.world = self.make_world()
        self.model = Model(START)
        self.keys = count(1)
        self.done: list[tuple[Operation, Any]] = []
        self.pending: list[tuple[Operation, Any, str | None, Check]] = []
        self.batch = 1
        self.sources: dict[int, str] = {}
        self.windows: list[int] = []
        self.grant(20, 50, True, timedelta(0), None)
        self.grant(10, 50, False, timedelta(0), timedelta(minutes=10))
        self.grant(10, 50, True, timedelta(minutes=1), timedelta(minutes=9))
        self.next_window(12, timedelta(minutes=1), timedelta(hours=1), 3)

    def do(self, operation: Operation, in_model: Callable[[], Any], check: Check = nothing_more) -> None:
        """Do it in both: both refuse, or both do, now or together with what follows in one batch."""
        try:
            expected, refused = in_model(), None
        except Refused as refusal:
            expected, refused = None, str(refusal)
        self.pending.append((operation, expected, refused, check))
        if len(self.pending) >= self.batch:
            self.flush()

    def flush(self) -> None:
        """Send what is gathered, and compare each answer."""
        pending, self.pending, self.batch = self.pending, [], 1
        outcomes = self.world.apply([operation for operation, *_ in pending], self.model.now)
        for (operation, expected, refused, check), outcome in zip(pending, outcomes, strict=True):
            if refused is not None:
                assert isinstance(outcome, DomainError), (operation, outcome)
                assert outcome.code == refused
                continue
            assert not isinstance(outcome, DomainError), (operation, outcome.detail)
            check(expected, outcome)
            if operation.key is not None:
                self.done.append((operation, outcome))

    @rule(size=st.integers(2, 6))
    def what_follows_goes_in_one_batch(self, size: int) -> None:
        self.batch = size

    def key(self) -> str:
        return f"key-{next(self.keys)}"

    @rule(step=steps)
    def time_passes(self, step: timedelta) -> None:
        self.flush()
        self.model.advance(self.model.now + step)

    @rule()
    def time_passes_to_the_next_end(self) -> None:
        self.flush()
        lots, holds = self.model.lots.values(), self.model.holds.values()
        ends = [lot.ends for lot in lots if lot.ends] + [hold.ends for hold in holds if hold.state == "live"]
        ahead = [moment for moment in ends if moment > self.model.now]
        if ahead:
            self.model.advance(min(ahead))

    @rule(
        credits=amounts,
        priority=st.sampled_from([0, 50, 50, 50, 100]),
        paid=st.booleans(),
        begins=st.sampled_from([timedelta(0), timedelta(0), timedelta(minutes=10), timedelta(days=-1)]),
        lasts=spans,
    )
    def grant_any(self, credits: int, priority: int, paid: bool, begins: timedelta, lasts: timedelta | None) -> None:
        self.grant(credits, priority, paid, begins, lasts)

    def grant(self, credits: int, priority: int, paid: bool, begins: timedelta, lasts: timedelta | None) -> None:
        effective = self.model.now + begins
        ends = None if lasts is None else effective + lasts
        source = f"source-{len(self.model.lots) + 1}"
        operation = Grant(
            customer_id=self.world.customer_id,
            credits=credits,
            kind=LotKind.PURCHASE if paid else LotKind.FREE,
            label=source,
            source=source,
            paid_minor=credits if paid else 0,
            currency="USD" if paid else None,
            effective_at=effective,
            expires_at=ends,
            priority=priority,
        )
        self.do(operation, lambda: self.model.grant(credits, priority, not paid, effective, ends))
        self.sources[len(self.model.lots)] = source
        self.do(operation, lambda: None, lambda _, again: self.is_replay(again))

    @rule(
        credits=amounts,
        lasts=st.sampled_from([timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)]),
        gap=st.sampled_from([timedelta(0), timedelta(minutes=1), timedelta(hours=1)]),
        rolls=st.sampled_from([0, 3, 12]),
    )
    def next_window(self, credits: int, lasts: timedelta, gap: timedelta, rolls: int) -> None:
        """The plan is paid on: the window after the last one, late or not at all in its gap."""
        before = self.windows[-1] if self.windows else None
        last = self.model.lots[before].renews if before is not None else None
        begins = last if last is not None and last <= self.model.now else self.model.now
        source = f"source-{len(self.model.lots) + 1}"
        if begins + lasts <= self.model.now:
            begins = self.model.now
        operation = Grant(
            customer_id=self.world.customer_id,
            credits=credits,
            kind=LotKind.PLAN,
            label=source,
            source=source,
            effective_at=begins,
            expires_at=begins + lasts + gap,
            renews_at=begins + lasts,
            follows=(self.sources[before],) if before is not None else (),
            rolls=rolls,
            rolls_days=7 if rolls else 0,
        )
        self.flush()
        self.do(
            operation, lambda: self.model.window(credits, begins, begins + lasts, gap, rolls, before), self.window_is
        )
        self.flush()

    def window_is(self, lot_id: int, outcome: Any) -> None:
        assert outcome.lot_id == lot_id
        self.sources[lot_id] = f"source-{lot_id}"
        self.windows.append(lot_id)

    @precondition(lambda self: self.windows)
    @rule(spends=amounts, then=st.sampled_from([None, timedelta(minutes=1), timedelta(hours=1)]))
    def the_window_ends(self, spends: int, then: timedelta | None) -> None:
        """Its gap begins, and something is used in it; then, perhaps, the next one is paid."""
        self.flush()
        self.model.advance(max(self.model.now, self.model.lots[self.windows[-1]].renews or self.model.now))
        self.consume(spends)
        if then is not None:
            self.next_window(12, then, timedelta(hours=1), 3)

    @precondition(lambda self: self.windows)
    @rule(gap=st.sampled_from([timedelta(0), timedelta(minutes=10), timedelta(days=1)]))
    def the_gap_opens_or_closes(self, gap: timedelta) -> None:
        lot_id = self.windows[-1]
        end = self.model.lots[lot_id].renews or self.model.lots[lot_id].ends
        assert end is not None
        renews = end if gap else None
        operation = Retime(
            customer_id=self.world.customer_id, source=self.sources[lot_id], expires_at=end + gap, renews_at=renews
        )
        self.do(operation, lambda: self.model.retime(lot_id, end + gap, renews))

    @rule(credits=amounts)
    def consume(self, credits: int) -> None:
        operation = Consume(customer_id=self.world.customer_id, credits=credits, feature="chat", key=self.key())
        self.do(operation, lambda: self.model.take("consume", credits), self.same_lots)

    def same_lots(self, number: int, outcome: Any) -> None:
        taken = [(one.lot_id, one.credits) for one in outcome.taken]
        assert taken == self.model.entries[number - 1].taken, "another burn order"

    def is_replay(self, outcome: Any) -> None:
        assert outcome.replayed

    @rule(credits=amounts, ttl_s=ttls, cap_s=ttls, share=st.integers(0, 2))
    def hold(self, credits: int, ttl_s: int, cap_s: int, share: int) -> None:
        on_expiry = credits * share // 2
        operation = Hold(
            customer_id=self.world.customer_id,
            credits=credits,
            feature="chat",
            ttl_s=ttl_s,
            cap_s=cap_s,
            on_expiry=on_expiry,
            key=self.key(),
        )
        self.do(operation, lambda: self.model.hold(credits, ttl_s, cap_s, on_expiry))

    def some_hold(self, data: st.DataObject) -> int:
        """Usually a live one."""
        live = [hold.id for hold in self.model.holds.values() if hold.state == "live"]
        return data.draw(st.sampled_from(live * 3 + sorted(self.model.holds)))

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), ttl_s=ttls)
    def extend(self, data: st.DataObject, ttl_s: int) -> None:
        hold_id = self.some_hold(data)
        operation = Extend(customer_id=self.world.customer_id, hold_id=hold_id, ttl_s=ttl_s)
        self.do(operation, lambda: self.model.extend(hold_id, ttl_s), self.same_end)

    def same_end(self, ends: datetime, outcome: Any) -> None:
        assert ends == outcome.expires_at

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), credits=amounts)
    def capture(self, data: st.DataObject, credits: int) -> None:
        hold_id = self.some_hold(data)
        operation = Capture(customer_id=self.world.customer_id, hold_id=hold_id, credits=credits, key=self.key())
        self.do(operation, lambda: self.model.capture(hold_id, credits))

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        hold_id = self.some_hold(data)
        operation = Release(customer_id=self.world.customer_id, hold_id=hold_id)
        self.do(operation, lambda: self.model.release(hold_id))

    @precondition(lambda self: any(one.kind == "consume" for one in self.model.entries))
    @rule(data=st.data(), credits=amounts)
    def reverse(self, data: st.DataObject, credits: int) -> None:
        consumed = [number for number, one in enumerate(self.model.entries, 1) if one.kind == "consume"]
        entry_id = data.draw(st.sampled_from(consumed))
        operation = Reverse(customer_id=self.world.customer_id, entry_id=entry_id, credits=credits, key=self.key())
        self.do(operation, lambda: self.model.reverse(entry_id, credits, VALID))

    @rule(credits=amounts)
    def adjust_down(self, credits: int) -> None:
        operation = Adjust(customer_id=self.world.customer_id, credits=-credits, key=self.key(), note="Counted wrongly")
        self.do(operation, lambda: self.model.take("adjust", credits))

    @precondition(lambda self: self.sources)
    @rule(data=st.data(), credits=st.sampled_from([0, 0, 1, 7]))
    def void(self, data: st.DataObject, credits: int) -> None:
        lot_id = data.draw(st.sampled_from(sorted(self.sources)))
        operation = Void(
            customer_id=self.world.customer_id, source=self.sources[lot_id], credits=credits, key=self.key()
        )
        self.do(operation, lambda: self.model.void(lot_id, credits))

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def retry_with_the_same_key(self, data: st.DataObject) -> None:
        self.flush()
        operation, outcome = data.draw(st.sampled_from(self.done))
        (again,) = self.world.apply([operation], self.model.now)
        assert again.replayed
        if not isinstance(operation, Hold):
            assert (again.available, again.credits) == (outcome.available, outcome.credits)

    @invariant()
    def what_is_shown_is_what_the_model_says(self) -> None:
        if not hasattr(self, "model") or self.pending:
            return
        balance, entries = self.world.seen(self.model.now)
        assert balance.available == self.model.available >= 0
        assert balance.held == sum(one.credits for one in self.model.holds.values() if one.state == "live")
        assert sum(balance.groups.values()) == balance.available
        told = [(one.kind, one.amount, one.balance_after, one.at) for one in reversed(entries)]
        assert told == [(one.kind, one.amount, one.after, one.at) for one in self.model.entries]
        assert [one.id for one in reversed(entries)] == list(range(1, len(entries) + 1))
        order = [lot.id for lot in balance.lots if lot.burns is not None]
        assert order == [lot.id for lot in self.model.burning() if lot.left]

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.flush()
            found = self.world.drift()
            assert found.clean, found


@pytest.fixture
def machine(database_url: str) -> Iterator[type[LedgerMachine]]:
    """The machine on a database of the test's own, in an event loop of its own."""
    with asyncio.Runner() as runner:
        database = Database(database_url)

        class Bound(LedgerMachine):
            make_world = staticmethod(lambda: World(database, runner.run))

        yield Bound
        runner.run(database.close())


QUICK = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
    derandomize=True,
)


@pytest.mark.row("A4")
def test_no_sequence_of_operations_tells_the_engine_from_the_model(machine: type[LedgerMachine]) -> None:
    run_state_machine_as_test(machine, settings=QUICK)


@pytest.mark.deep
def test_no_long_sequence_of_operations_tells_the_engine_from_the_model(machine: type[LedgerMachine]) -> None:
    run_state_machine_as_test(
        machine, settings=settings(QUICK, max_examples=1_000, stateful_step_count=60, derandomize=False)
    )
