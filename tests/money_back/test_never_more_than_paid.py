"""No sequence of refunds, failed refunds, disputes, won and lost ones yields more credits than were paid for."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing_app import clock
from billing_app.accounts.customers import ensure_customer
from billing_app.catalog.loading import read_source
from billing_app.catalog.policies import Policies
from billing_app.catalog.service import CatalogService
from billing_app.credits import Consume, CreditService, Grant, Ledger, LotKind
from billing_app.credits.doctor import audit
from billing_app.db.engine import Database
from billing_app.journal.audit import CLI
from billing_app.payments import store
from billing_app.payments.refund_objects import ACTING, DisputeTold, MoneyBack, RefundTold
from billing_app.payments.refunds.bringing import bring
from billing_app.payments.rules import Context
from billing_app.payments.settlement import settle
from billing_app.payments.stripe_objects import MANAGED_BY, Charge, Intent, Session, SessionWithPayment
from billing_app.payments.subscribing.trial_rules import TrialKeys
from billing_app.payments.subscribing.trials import Trials

PAID, CREDITS, DAY = 800, 25, datetime(2026, 11, 1, tzinfo=UTC)
_numbers = count(1)

amounts = st.integers(1, PAID)
steps = st.one_of(
    st.tuples(st.just("refund"), amounts, st.sampled_from(["pending", "succeeded", "requires_action"])),
    st.tuples(st.just("refund becomes"), st.integers(0, 3), st.sampled_from(["succeeded", "failed", "canceled"])),
    st.tuples(st.just("dispute"), amounts, st.sampled_from(["needs_response", "warning_needs_response"])),
    st.tuples(st.just("dispute becomes"), st.integers(0, 3), st.sampled_from(["won", "lost", "under_review"])),
    st.tuples(st.just("spend"), st.integers(1, 12), st.just("")),
    st.tuples(st.just("gift"), st.integers(1, 9), st.just("")),
    st.tuples(st.just("told again"), st.just(0), st.just("")),
)


@dataclass
class Purchase:
    """One customer's pack, what Stripe says of its money, and what the customer did with the credits."""

    database: Database
    credits: CreditService
    context: Context
    customer: int = 0
    name: str = ""
    refunds: list[RefundTold] = field(default_factory=list)
    disputes: list[DisputeTold] = field(default_factory=list)
    spent: int = 0
    given: int = 0
    told: int = 0

    async def buy(self, item_id: int) -> None:
        number = next(_numbers)
        self.name = f"{number}"
        async with self.database.transaction() as session:
            self.customer = (await ensure_customer(session, f"host-{number}", name="Ada", email=None)).id
            made = {"public_id": f"chk_{number}", "customer_id": self.customer, "kind": "pack", "code": "popular"}
            terms = {"name": "Popular", "amount_minor": PAID, "currency": "USD", "item_id": item_id, "credits": CREDITS}
            moments = dict.fromkeys(("created_at", "opened_at", "expires_at"), clock.wall() + timedelta(hours=1))
            row = {**made, **terms, **moments, "state": "open", "idempotency_key": f"key-{number}"}
            await store.insert_checkout(session, row)
            await settle(session, self.context.ledger, self._page(), "test")

    def _page(self) -> SessionWithPayment:
        marks = {"checkout": f"chk_{self.name}", "managed_by": MANAGED_BY}
        page = Session(
            id=f"cs_{self.name}", status="complete", payment_status="paid", customer=None, url=None, currency="USD",
            payment_intent=f"pi_{self.name}", subtotal_minor=PAID, total_minor=PAID, tax_minor=0, discount_minor=0,
            expires_at=DAY, metadata=marks,
        )  # fmt: skip
        intent = Intent(
            id=f"pi_{self.name}", status="succeeded", customer=None, amount_minor=PAID, received_minor=PAID,
            currency="USD", latest_charge=f"ch_{self.name}", failure_code=None, failure_message=None,
        )  # fmt: skip
        return SessionWithPayment(page, intent, self._charge())

    def _charge(self) -> Charge:
        return Charge(f"ch_{self.name}", f"pi_{self.name}", None, PAID, 0, "USD", None)

    async def step(self, what: str, number: int, state: str) -> None:
        charge, made = f"ch_{self.name}", len(self.refunds) + len(self.disputes)
        match what:
            case "refund" if made < 4:
                refund = RefundTold(
                    f"re_{self.name}_{made}", charge, None, number, "USD", state, None, None, DAY
                )  # fmt: skip
                self.refunds.append(refund)
            case "refund becomes" if number < len(self.refunds):
                self.refunds[number] = replace(self.refunds[number], status=state)
            case "dispute" if made < 4:
                dispute = DisputeTold(
                    f"du_{self.name}_{made}", charge, None, number, "USD", state, "general", 0, None, None, DAY
                )  # fmt: skip
                self.disputes.append(dispute)
            case "dispute becomes" if number < len(self.disputes) and not self.disputes[number].inquiry:
                self.disputes[number] = replace(self.disputes[number], status=state)
            case "spend":
                await self._spend(number)
            case "gift":
                gift = Grant(customer_id=self.customer, credits=number, kind=LotKind.GIFT, label="A gift",
                             source=f"gift-{next(_numbers)}")  # fmt: skip
                await self.credits.grant(gift)
                self.given += number
            case _:
                pass
        await self._bring()

    async def _spend(self, most: int) -> None:
        credits = min(most, (await self.credits.balance(self.customer)).available)
        if credits:
            await self.credits.consume(Consume(customer_id=self.customer, feature="interview_session", credits=credits))
            self.spent += credits

    async def _bring(self) -> None:
        self.told += 1
        money = MoneyBack(
            self._charge(), tuple(self.refunds), tuple(self.disputes), clock.wall() + timedelta(seconds=self.told)
        )
        async with self.database.transaction() as session:
            checkout = await store.checkout_for_update(session, public_id=f"chk_{self.name}")
            assert checkout is not None
            await bring(session, self.context, checkout, money)
        async with self.database.transaction() as session:
            assert checkout is not None
            again = replace(money, asked_at=money.asked_at + timedelta(milliseconds=1))
            assert await bring(session, self.context, checkout, again) == [], "told once more: no change"

    @property
    def gone_minor(self) -> int:
        refunded = sum(one.amount_minor for one in self.refunds if one.status in ACTING)
        return min(PAID, refunded + sum(one.amount_minor for one in self.disputes if one.status == "lost"))

    async def check(self) -> None:
        """What was paid for and is not given back is what was spent and what is left, to the credit."""
        balance = await self.credits.balance(self.customer)
        kept = CREDITS - CREDITS * self.gone_minor // PAID + self.given
        assert self.spent + balance.available + balance.frozen - balance.owed == kept
        assert balance.available >= 0
        frozen = any(one.status in ("needs_response", "under_review") for one in self.disputes)
        assert frozen or not balance.frozen
        async with self.database.transaction() as session:
            assert (await audit(session, [self.customer])).findings == ()


@contextmanager
def a_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    try:
        yield loop
    finally:
        loop.close()


@pytest.mark.row("A7")
@pytest.mark.row("A11")
@pytest.mark.parametrize("examples", [8, pytest.param(400, marks=pytest.mark.deep)])
def test_what_is_kept_is_what_was_paid_for_and_not_given_back(database_url: str, examples: int) -> None:
    with a_loop() as loop:

        def run(work: Any) -> Any:
            return loop.run_until_complete(work)

        database = Database(database_url)
        catalog = CatalogService(database)
        run(catalog.apply(read_source("interview_mate"), by=CLI))
        item = run(catalog.offer("pack", "popular")).item_id
        ledger = Ledger()
        context = Context(ledger, Policies(), Trials(TrialKeys("a secret of more than thirty-two characters")))
        credits = CreditService(database, ledger)

        @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(st.lists(steps, min_size=3, max_size=12))
        def lives(story: list[tuple[str, int, str]]) -> None:
            async def live() -> None:
                purchase = Purchase(database, credits, context)
                await purchase.buy(item)
                for what, number, state in story:
                    await purchase.step(what, number, state)
                    await purchase.check()

            run(live())

        try:
            lives()
        finally:
            run(credits.close())
            run(database.close())
