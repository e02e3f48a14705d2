"""A random business, as the product would have written it: sales, uses, refunds, disputes, costs, in any order."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.accounts.customers import ensure_customer
from billing_app.catalog.loading import read_source
from billing_app.catalog.service import CatalogService
from billing_app.credits import Consume, Consumed, Grant, Ledger, LotKind, Operation, Settle, Void
from billing_app.db.engine import Database
from billing_app.entitlements.models import Unlock, UnlockUse, UnlockUsePart
from billing_app.entitlements.plan_credits.facts import TIME_CREDITED
from billing_app.entitlements.plan_credits.models import PlanWindow
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Payment
from billing_app.usage import CostLog, LlmCall, Tokens, VendorCost
from billing_app.usage.calls import Row
from tests.reports.complaints import Complaints
from tests.reports.ledger_life import rows
from tests.usage.books import Plans

START = datetime(2026, 1, 10, 9, tzinfo=UTC)
SHELF = Path(__file__).with_name("shelf.toml")


class Unlinked:
    """Stands in where the log asks whether entries exist: those of this test do."""

    async def shares(self, session: AsyncSession, entries: Any) -> dict[tuple[int, int], dict[str, int]]:
        return {one: {"plan": 1} for one in entries}


@dataclass
class Business(Complaints):
    """Customers of one shop, each doing something at random."""

    database: Database
    chance: random.Random
    customers: list[int] = field(default_factory=list)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[int, int] = field(default_factory=dict)
    now: datetime = START
    number: int = 0

    async def opens(self, customers: int) -> None:
        await CatalogService(self.database).apply(read_source(str(SHELF)))
        found = await rows(self.database, "SELECT * FROM catalog_items")
        self.items = {"-".join(filter(None, (row["kind"], row["code"], row["period"]))): row for row in found}
        async with self.database.transaction() as session:
            for number in range(customers):
                customer_id = (await ensure_customer(session, f"host-{number}")).id
                held = Subscription(
                    customer_id=customer_id, stripe_subscription_id=f"sub_{number}", status="active",
                    created_at=START, updated_at=START, anchor=START, asked_at=START,
                    started_at=START, current_period_start=START,
                )  # fmt: skip
                session.add(held)
                await session.flush()
                assert held.id is not None
                self.customers.append(customer_id)
                self.subscriptions[customer_id] = held.id

    async def lives(self, steps: int) -> None:
        self.ledger = Ledger()
        self.log = CostLog(self.database, purchases=Unlinked(), plans=Plans())
        for _ in range(steps):
            self.now += timedelta(hours=self.chance.choice([1, 5, 30]))
            self.number += 1
            customer_id = self.chance.choice(self.customers)
            doing = self.chance.choice([
                self.buys_a_pack, self.buys_an_unlock, self.pays_for_pro, self.pays_for_basic, self.is_credited,
                self.asks_money_back, self.disputes, self.uses_an_unlock, *[self.uses_credits] * 6,
                self.asks_money_back, self.does_not_get_it, self.bank_decides,
            ])  # fmt: skip
            async with self.database.transaction() as session:
                await doing(session, customer_id)

    async def books_what_is_due(self) -> None:
        """What the worker does every hour: lots that have begun or ended by now are written down as such."""
        async with self.database.transaction() as session:
            await self.ledger.apply(session, [Settle(customer_id=one) for one in self.customers], self.now)

    async def does(self, session: AsyncSession, operation: Operation) -> Any:
        (outcome,) = await self.ledger.apply(session, [operation], self.now)
        return outcome

    async def pays(self, session: AsyncSession, customer_id: int, net: int, tax: int, **made_by: Any) -> str:
        """A payment of net and tax; every other one with the processor's own fee."""
        fee = {"fee_minor": self.chance.randrange(20, 90), "fee_currency": self.chance.choice(["USD", "USD", "EUR"])}
        payment = Payment(
            customer_id=customer_id, stripe_payment_intent=f"pi_{self.number}", state="succeeded", currency="USD",
            amount_minor=net + tax, captured_minor=net + tax, created_at=self.now, updated_at=self.now,
            **made_by, **(fee if self.chance.random() < 0.5 else {}),
        )  # fmt: skip
        session.add(payment)
        await session.flush()
        return payment.stripe_payment_intent

    async def checks_out(self, session: AsyncSession, customer_id: int, item: dict[str, Any]) -> tuple[str, int]:
        """A paid checkout; the intent, and what of it is neither tax nor discount."""
        net = item["amount_minor"] - self.chance.choice([0, 0, 137])
        session_id = f"cs_{self.number}"
        checkout = Checkout(
            public_id=session_id, customer_id=customer_id, kind=item["kind"], code=item["code"], name=item["name"],
            amount_minor=item["amount_minor"], currency="USD", item_id=item["id"], state="paid",
            credits=item["credits"] or None, feature=item["feature"], uses=item["uses"], idempotency_key=session_id,
            stripe_session_id=session_id, created_at=self.now, opened_at=self.now, expires_at=self.now,
            settled_at=self.now,
        )  # fmt: skip
        session.add(checkout)
        await session.flush()
        tax = net * self.chance.choice([0, 19]) // 100
        return await self.pays(session, customer_id, net, tax, checkout_id=checkout.id), net

    async def buys_a_pack(self, session: AsyncSession, customer_id: int) -> None:
        item = self.items[self.chance.choice(["pack-small", "pack-big"])]
        intent, net = await self.checks_out(session, customer_id, item)
        valid = self.chance.choice([None, 9])
        grant = Grant(
            customer_id=customer_id, credits=item["credits"], kind=LotKind.PURCHASE, label=item["name"],
            source=f"cs_{self.number}", payment=intent, paid_minor=net, currency="USD",
            expires_at=self.now + timedelta(days=valid) if valid else None,
        )  # fmt: skip
        await self.does(session, grant)

    async def buys_an_unlock(self, session: AsyncSession, customer_id: int) -> None:
        item = self.items[self.chance.choice(["unlock-review", "unlock-vault"])]
        intent, net = await self.checks_out(session, customer_id, item)
        session.add(
            Unlock(
                customer_id=customer_id,
                code=item["code"],
                feature=item["feature"],
                uses_granted=item["uses"],
                source=f"checkout:cs_{self.number}",
                payment_reference=intent,
                paid_minor=net,
                currency="USD",
                granted_at=self.now,
            )
        )

    async def invoiced(
        self, session: AsyncSession, customer_id: int, *lines: tuple[str, int, int], proration: bool = False
    ) -> str:
        """A paid invoice with lines of (item, net, days)."""
        net, told = sum(line[1] for line in lines), []
        for place, (item, amount, days) in enumerate(lines):
            told.append(
                {
                    "id": f"il_{self.number}_{place}",
                    "item_id": self.items[item]["id"],
                    "net_minor": amount,
                    "amount_minor": amount,
                    "proration": proration,
                    "period_start": self.now.isoformat(),
                    "period_end": (self.now + timedelta(days=days)).isoformat(),
                    "description": item,
                    "price": None,
                }
            )
        tax = max(0, net) * 19 // 100
        invoice = Invoice(
            customer_id=customer_id, subscription_id=self.subscriptions[customer_id], status="paid", currency="USD",
            stripe_invoice_id=f"in_{self.number}", subtotal_minor=net, tax_minor=tax, total_minor=net + tax,
            due_minor=max(0, net + tax), paid_minor=max(0, net + tax), created_at=self.now, paid_at=self.now,
            asked_at=self.now, lines=told,
        )  # fmt: skip
        session.add(invoice)
        await session.flush()
        if net > 0:
            await self.pays(session, customer_id, net, tax, invoice_id=invoice.id)
        return invoice.stripe_invoice_id

    async def pays_for_pro(self, session: AsyncSession, customer_id: int) -> None:
        net = 2900 - self.chance.choice([0, 1, 999])
        invoice = await self.invoiced(session, customer_id, ("plan-pro-month", net, 30))
        ends, source = self.now + timedelta(days=30), f"il_{self.number}_0:window"
        window = PlanWindow(
            customer_id=customer_id, subscription_id=self.subscriptions[customer_id], source=source,
            invoice_id=invoice, line_id=f"il_{self.number}_0", item_id=self.items["plan-pro-month"]["id"],
            upgrade=False, starts_at=self.now, ends_at=ends, paid_until=ends, credits=30, net_minor=net,
            currency="USD", created_at=self.now,
        )  # fmt: skip
        grant = Grant(
            customer_id=customer_id, credits=30, kind=LotKind.PLAN, label="Pro", source=source, payment=invoice,
            paid_minor=net, currency="USD", expires_at=ends,
        )  # fmt: skip
        session.add(window)
        await self.does(session, grant)

    async def pays_for_basic(self, session: AsyncSession, customer_id: int) -> None:
        yearly = self.chance.random() < 0.3
        item, net, days = ("plan-basic-year", 10_000, 365) if yearly else ("plan-basic-month", 1_000, 31)
        lines = [(item, net, days)]
        if self.chance.random() < 0.4:
            lines.append(("plan-basic-month", -333, 11))
        await self.invoiced(session, customer_id, *lines)

    async def is_credited(self, session: AsyncSession, customer_id: int) -> None:
        """Unused time of the plan with credits: money is credited, and what is left of a lot goes."""
        held = await rows(
            self.database, "SELECT source FROM credit_lots WHERE customer_id = :id AND kind = 'plan' AND open",
            id=customer_id,
        )  # fmt: skip
        if held:
            await self.invoiced(session, customer_id, ("plan-pro-month", -777, 8), proration=True)
            source = self.chance.choice(held)["source"]
            await self.does(session, Void(customer_id=customer_id, source=source, credits=6, note=TIME_CREDITED))

    async def uses_an_unlock(self, session: AsyncSession, customer_id: int) -> None:
        found = await rows(
            self.database,
            "SELECT * FROM unlocks WHERE customer_id = :id AND uses_taken < uses_granted AND revoked_at IS NULL",
            id=customer_id,
        )
        if not found:
            return
        unlock = self.chance.choice(found)
        given_back = self.now + timedelta(days=2) if self.chance.random() < 0.3 else None
        use = UnlockUse(
            customer_id=customer_id, feature="review", units=1, key=f"use-{self.number}", fingerprint="f",
            used_at=self.now, given_back_at=given_back,
        )  # fmt: skip
        session.add(use)
        await session.flush()
        assert use.id is not None
        session.add(UnlockUsePart(use_id=use.id, unlock_id=unlock["id"], customer_id=customer_id, units=1))
        if given_back is None:
            await session.execute(
                text("UPDATE unlocks SET uses_taken = uses_taken + 1 WHERE id = :id"), {"id": unlock["id"]}
            )
        await self.costs(session, customer_id, "review", None)

    async def uses_credits(self, session: AsyncSession, customer_id: int) -> None:
        feature = self.chance.choice(["chat", "voice"])
        credits = self.chance.randrange(1, 9)
        used = await self.does(session, Consume(customer_id=customer_id, feature=feature, credits=credits))
        if isinstance(used, Consumed):
            await self.costs(session, customer_id, feature, used.entry_id)

    async def costs(self, session: AsyncSession, customer_id: int, feature: str, entry_id: int | None) -> None:
        """One or two calls, a few of unknown cost or in another currency."""
        for call in range(self.chance.randrange(1, 3)):
            facts: dict[str, Any] = {
                "source": "host", "request_id": f"r{self.number}-{call}", "customer_id": customer_id,
                "entry_id": entry_id, "feature": feature, "plan": self.chance.choice(["pro", "basic"]),
                "at": self.now,
            }  # fmt: skip
            row: Row = LlmCall(**facts, model="gpt-9", tokens=Tokens(input=10))  # nobody knows its price
            if self.chance.random() < 0.95:
                amount = Decimal(self.chance.randrange(10**10)).scaleb(-10)
                currency = "USD" if self.chance.random() < 0.97 else "EUR"
                service = self.chance.choice(["stt", "tts"])
                row = VendorCost(**facts, service=service, units=Decimal(1), cost=amount, currency=currency)
            (answer,) = await self.log.write(session, [row])
            assert answer.state == "logged", answer
