"""No sequence of plan changes, renewals, cancellations and refunds yields more credits than were paid for."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from billing_app import clock
from billing_app.catalog.loading import read_source
from billing_app.catalog.policies import Policies, Rollover
from billing_app.catalog.service import CatalogService
from billing_app.credits import CreditService, Ledger, LotKind, LotState, Revoke
from billing_app.db.engine import Database
from billing_app.db.stamp import Identity, stamp
from billing_app.entitlements.plan_credits import PaidInvoice, PaidLine, Window
from billing_app.entitlements.plan_credits.free_months import FreeMonths
from billing_app.entitlements.plan_credits.periods import month, months_of
from billing_app.entitlements.plan_credits.service import PlanCreditService
from billing_app.settings import Mode
from tests.plan_credits.conftest import CATALOG
from tests.plan_credits.subscriber import START, Subscriber, World

DEBTS = """
    SELECT coalesce(sum(collected), 0),
        coalesce(sum(credits - collected - cancelled) FILTER (WHERE state = 'open'), 0)
    FROM credit_debts WHERE customer_id = :id"""
OUTSTANDING = "SELECT coalesce(sum(overspent - recovered), 0) FROM plan_returns WHERE customer_id = :id"
POLICIES = [
    Policies(),
    Policies(rollover=Rollover(kind="all")),
    Policies(rollover=Rollover(kind="capped", cap=30, valid_days=60)),
]

plans = st.sampled_from([("plus", "month"), ("pro", "month"), ("plus", "year"), ("pro", "year")])
steps = st.one_of(
    st.tuples(st.just("days"), st.integers(1, 40)),
    st.tuples(st.just("use"), st.integers(1, 100)),
    st.tuples(st.just("renew"), st.integers(0, 100)),
    st.tuples(st.just("replace"), st.sampled_from(["plus", "pro"])),
    st.tuples(st.just("restart"), plans),
    st.tuples(st.just("start_again"), st.tuples(plans, st.booleans(), st.sampled_from([0, 0, 1, 2]))),
    st.tuples(st.just("pay_again"), st.just(0)),
)


@dataclass
class Life:
    """One customer, and the credits that each paid invoice is worth, to the second."""

    world: World
    who: Subscriber
    paid: Fraction = Fraction(0)
    invoices: list[PaidInvoice] = field(default_factory=list)

    async def pay(self, invoice: PaidInvoice, credits: dict[int, tuple[int, str]]) -> None:
        await self.who.pays(invoice)
        for line in invoice.lines:
            self.paid += self.worth(line, invoice, credits)
        self.invoices.append(invoice)

    @staticmethod
    def worth(line: PaidLine, invoice: PaidInvoice, credits: dict[int, tuple[int, str]]) -> Fraction:
        """What a line is worth: the plan's credits for the time it charges, or credits."""
        assert line.item_id is not None
        monthly, period = credits[line.item_id]
        if not line.proration:
            return Fraction(monthly * (12 if period == "year" else 1))
        # The boundaries are those of the period that is charged for, which the line's end belongs to.
        anchor = invoice.anchor if month(line.period_end, invoice.anchor).start == line.period_end else line.period_end
        pieces = months_of(Window(line.period_start, line.period_end), anchor)
        worth = sum((monthly * month(one.start, anchor).share(one) for one in pieces), Fraction(0))
        return -worth if line.net_minor < 0 else worth


class Lives:
    """Customers' lives on one database, one after the other."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def begin(self) -> None:
        async with self.database.transaction() as session:
            await stamp(session, Identity(Mode.SANDBOX, "acct_sandbox", False))
        catalog = CatalogService(self.database)
        await catalog.apply(read_source(str(CATALOG)))
        ledger = Ledger(due_grants=FreeMonths(catalog))
        self.credits = CreditService(self.database, ledger)
        self.world = World(self.database, catalog, self.credits, PlanCreditService(self.database, catalog, ledger))
        await self.world.to(START)
        self.items: dict[int, tuple[int, str]] = {}
        for plan in ("plus", "pro"):
            for period in ("month", "year"):
                offer = await catalog.offer("plan", plan, period)
                self.items[offer.item_id] = (offer.terms.credits, period)

    async def close(self) -> None:
        await self.credits.close()
        await self.database.close()

    async def live(self, first: tuple[str, str], policies: Policies, todo: list[tuple[str, Any]]) -> None:
        """Do it all, and look after each step."""
        self.world.policies = policies
        life = Life(self.world, await self.world.a_subscriber(*first))
        await life.pay(await life.who.invoice(), self.items)
        for step, value in todo:
            await getattr(self, step)(life, value)
            await self.look(life, step)
        assert (await self.world.drift()).clean

    async def days(self, life: Life, days: int) -> None:
        end = (await life.who.held()).period_end
        assert end is not None
        # Up to the end of the period; beyond it only by a renewal.
        await self.world.to(max(clock.now(), min(clock.now() + timedelta(days=days), end - timedelta(hours=2))))

    async def use(self, life: Life, percent: int) -> None:
        if credits := await life.who.available() * percent // 100:
            await life.who.uses(credits)

    async def renew(self, life: Life, percent: int) -> None:
        await life.who.next_period()
        await self.use(life, percent)
        await life.pay(await life.who.invoice(), self.items)

    async def replace(self, life: Life, plan: str) -> None:
        if plan != life.who.offer.code:
            period = life.who.offer.terms.period
            await life.pay(await life.who.replaces(plan, period or "month"), self.items)

    async def restart(self, life: Life, to: tuple[str, str]) -> None:
        before = await life.who.held()
        invoice = await life.who.restarts(*to)
        await life.who.pays(invoice)
        credit, whole = invoice.lines
        windows = [
            (Window(max(one.start, credit.period_start), one.end), one)
            for one in months_of(Window(before.period_start, before.period_end or before.period_start), before.anchor)
            if one.end > credit.period_start
        ]
        assert credit.item_id is not None
        monthly = self.items[credit.item_id][0]
        life.paid += Life.worth(whole, invoice, self.items)
        life.paid -= sum((monthly * one.share(piece) for piece, one in windows), Fraction(0))
        life.invoices.append(invoice)

    async def start_again(self, life: Life, how: tuple[tuple[str, str], bool, int]) -> None:
        """The plan is cancelled at once, perhaps with the last invoice refunded, and another is begun."""
        to, voids, refunded = how
        await life.who.ends(voids=voids)
        if refunded:
            last = life.invoices[-1]
            lots = [lot for lot in await life.who.lots() if lot.payment == last.invoice_id]
            whole = sum(lot.granted for lot in lots if lot.kind == LotKind.PLAN)
            if whole:
                life.paid -= whole * refunded // 2
                await self.credits.do(
                    Revoke(
                        customer_id=life.who.customer_id,
                        payment=last.invoice_id,
                        refunded=refunded,
                        captured=2,
                        closed_windows=True,
                    )
                )
        life.who = await life.who.again(*to)
        await life.pay(await life.who.invoice(), self.items)

    async def pay_again(self, life: Life, _: int) -> None:
        """An invoice is told of once more."""
        assert await life.who.pays(life.invoices[-1]) == []

    async def look(self, life: Life, step: str) -> None:
        customer = {"id": life.who.customer_id}
        async with self.database.transaction() as session:
            collected, owed = (await session.execute(text(DEBTS), customer)).one()
            outstanding = (await session.execute(text(OUTSTANDING), customer)).scalar_one()
        lots = [lot for lot in await life.who.lots() if lot.kind in (LotKind.PLAN, LotKind.ROLLOVER)]
        yielded = sum(lot.used + (0 if lot.state is LotState.EXPIRED else lot.remaining) for lot in lots)
        due = int(collected) + int(owed) + int(outstanding)
        assert yielded - due <= life.paid, (step, yielded, due, float(life.paid))


@pytest.fixture
def lives(database_url: str) -> Iterator[tuple[Lives, asyncio.Runner]]:
    with asyncio.Runner() as runner:
        made = Lives(Database(database_url, follows_clock=True))
        runner.run(made.begin())
        yield made, runner
        runner.run(made.close())


QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large),
)
story = given(first=plans, policies=st.sampled_from(POLICIES), todo=st.lists(steps, min_size=3, max_size=12))


@pytest.mark.row("B5")
@QUICK
@story
def test_no_sequence_yields_more_credits_than_were_paid_for(
    lives: tuple[Lives, asyncio.Runner], first: tuple[str, str], policies: Policies, todo: list[tuple[str, Any]]
) -> None:
    lived, runner = lives
    runner.run(lived.live(first, policies, todo))


@pytest.mark.deep
@settings(QUICK, max_examples=400, derandomize=False)
@story
def test_no_longer_search_finds_one_either(
    lives: tuple[Lives, asyncio.Runner], first: tuple[str, str], policies: Policies, todo: list[tuple[str, Any]]
) -> None:
    lived, runner = lives
    runner.run(lived.live(first, policies, todo))
