"""Random lives of customers: bought, subscribed, renewed, failed, upgraded, refunded, disputed, cancelled.

What may be used in between is history that no order of hearing makes undone (ADR 0017), so both installations hear all
of a chapter, each its way, before either uses anything. Nothing else is kept apart: every life is compared whole.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import stripe

from billing_app.accounts.customers import ensure_customer
from billing_app.credits import Consume
from billing_app.entitlements.subscriptions.standing import LIVE
from billing_app.errors import Conflict
from billing_app.sandbox.config import DEFAULT_API_KEY
from tests.convergence.listeners import Listener, copy_rows
from tests.money_back.bank import REFUND_FAILS, REFUND_PENDING, Bank
from tests.stripe_sandbox import PAYS, StripeSandbox
from tests.subscriptions.subscribers import DECLINES_LATER, VISA, Subscribers

T = TypeVar("T")
PACKS, UNLOCKS, PLANS = ("small", "medium"), ("own_style", "one_style"), ("starter", "pro", "creator")
MANNERS = ("shuffled and doubled", "thinned, then reconciled", "backwards, and stale ones again")
DAY, MINUTE = 86_400, 60
_HEARD_AFTER = 16


@dataclass
class Life:
    """One customer of both installations, and what happens to them; `told` says it in words."""

    seed: int
    orderly: Listener
    disorderly: Listener
    sandbox: StripeSandbox
    chapters: int = 3
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.luck = random.Random(self.seed)
        self.manner = MANNERS[self.seed % len(MANNERS)]
        self.bank = Bank(self.sandbox)
        self.subscribers = Subscribers(self.orderly.shop)
        self.customer = 0
        self.stripe_customer = ""
        self.after: str | None = None
        self.spent = 0

    async def live(self) -> None:
        """From the beginning to the end, in chapters: at the end of each both have heard all there is, each its way."""
        await self._begin()
        for chapter in range(self.chapters):
            for _ in range(self.luck.randint(1, 2) + (chapter == 0)):
                await self._something()
                await self._advance(MINUTE)
            await self._hear()
            if chapter < self.chapters - 1:
                await self._spend(chapter)
        await self._end()
        await self._hear()

    async def _begin(self) -> None:
        self.after = await self._last_event()
        for one in (self.orderly, self.disorderly):
            async with one.services.database.transaction() as session:
                made = await ensure_customer(
                    session, f"life-{self.seed}", name="Ada", email=f"life{self.seed}@example.com"
                )
            assert self.customer in (0, made.id), "both installations number their customers alike"
            self.customer = made.id
        self.stripe_customer = await self.subscribers.stripe_customer(self.customer, VISA)
        await self._share("stripe_customers", "customer_id", "customer_id = :customer")

    async def _share(self, table: str, key: str, where: str) -> None:
        await copy_rows(self.orderly, self.disorderly, table, key, where, customer=self.customer)

    # What may happen

    async def _something(self) -> None:
        deeds: list[tuple[int, Callable[[], Any]]] = [
            (3, self._buy),
            (2, self._subscribe),
            (2, self._time_passes),
            (2, self._upgrade),
            (3, self._refund),
            (2, self._dispute),
            (2, self._decide),
            (1, self._card_fails),
            (1, self._cancel),
        ]
        weights = [weight for weight, _ in deeds]
        for _ in range(8):
            _, deed = self.luck.choices(deeds, weights)[0]
            if (said := await deed()) is not None:
                self.told.append(said)
                return

    async def _buy(self) -> str | None:
        kind = self.luck.choice(("pack", "pack", "unlock"))
        code = self.luck.choice(PACKS if kind == "pack" else UNLOCKS)
        card = self.luck.choice((PAYS, PAYS, REFUND_FAILS, REFUND_PENDING))
        try:
            bought = await self.orderly.shop.start(self.customer, kind, code)
        except Conflict:  # owned for ever, or a payment is disputed
            return None
        await self._share("checkouts", "id", "customer_id = :customer")
        await self.orderly.shop.pay(bought, card)
        return f"bought {kind} {code} with {card[-4:]}"

    async def _subscribe(self) -> str | None:
        if await self._subscription() is not None:
            return None
        plan, period = self.luck.choice(PLANS[:2]), self.luck.choice(("month", "month", "year"))
        await self.subscribers.subscribe(self.customer, plan, period)
        await self._share_prices()
        return f"subscribed to {plan} by the {period}"

    async def _time_passes(self) -> str:
        days = passing = self.luck.choice((3, 31, 31))
        # Stripe lists events, and jobs ask about refunds, for 30 days: nobody goes so long without hearing anything.
        if days > _HEARD_AFTER:
            await self._advance(_HEARD_AFTER * DAY)
            await self._hear()
            passing -= _HEARD_AFTER
        await self._advance(passing * DAY + 7_200)
        return f"{days} days passed"

    async def _advance(self, seconds: int) -> None:
        """At Stripe and in both installations. Facts of different moments are older and younger than each other."""
        key = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}
        async with httpx.AsyncClient(base_url=self.sandbox.url, headers=key, trust_env=False, timeout=60) as http:
            answer = await http.post("/sandbox/clock/advance", json={"seconds": seconds})
            assert answer.status_code == 200, answer.text
        # The clock is one for the whole process, and read with each transaction.
        await self.orderly.move_clock(seconds)
        rows = await self.orderly.rows("SELECT clock_offset_s FROM system_state")
        await self.disorderly.rows("UPDATE system_state SET clock_offset_s = :offset RETURNING id",
                                   offset=rows[0]["clock_offset_s"])  # fmt: skip

    async def _upgrade(self) -> str | None:
        running = await self._subscription()
        if running is None or running.status != "active":
            return None
        item = running["items"].data[0]
        period = item.price.recurring.interval if item.price.recurring else "month"
        dearer = await self.subscribers.price("creator", period)
        if item.price.id == dearer:
            return None
        await self._share_prices()
        params: Any = {
            "items": [{"id": item.id, "price": dearer}],
            "proration_behavior": "always_invoice",
            "payment_behavior": "pending_if_incomplete",
        }
        await self._at_stripe(lambda client: client.v1.subscriptions.update(running.id, params))
        return "upgraded"

    async def _refund(self) -> str | None:
        charges = [one for one in await self._charges() if one.amount_refunded < one.amount and not one.disputed]
        if not charges:
            return None
        charge = self.luck.choice(charges)
        left = charge.amount - charge.amount_refunded
        amount = left if self.luck.random() < 0.5 else self.luck.randint(1, left)
        await self._at_stripe(lambda client: client.v1.refunds.create({"charge": charge.id, "amount": amount}))
        return f"refunded {amount} of {charge.amount}"

    async def _dispute(self) -> str | None:
        charges = [one for one in await self._charges() if not one.disputed]
        if not charges:
            return None
        charge = self.luck.choice(charges)
        inquiry = self.luck.random() < 0.2
        amount = charge.amount if self.luck.random() < 0.7 else self.luck.randint(1, charge.amount)
        await self.bank.dispute(str(charge.payment_intent), amount, inquiry=inquiry)
        return f"disputed {amount} of {charge.amount}{', asking only' if inquiry else ''}"

    async def _decide(self) -> str | None:
        pending = await self._open_disputes()
        if not pending:
            return None
        outcome = self.luck.choice(("won", "lost"))
        await self.bank.decide(self.luck.choice(pending), outcome)
        return f"a dispute was {outcome}"

    async def _card_fails(self) -> str | None:
        if await self._subscription() is None:
            return None
        card = self.luck.choice((DECLINES_LATER, VISA))
        await self.subscribers.use_card(self.stripe_customer, card)
        return f"pays with {card} from now on"

    async def _cancel(self) -> str | None:
        running = await self._subscription()
        if running is None:
            return None
        if self.luck.random() < 0.5:
            await self._at_stripe(lambda client: client.v1.subscriptions.cancel(running.id))
            return "cancelled at once"
        await self._at_stripe(lambda client: client.v1.subscriptions.update(running.id, {"cancel_at_period_end": True}))
        return "cancelled to the period's end"

    async def _end(self) -> None:
        """Nothing stays open, so that later lives hear nothing of this one: disputes are decided, the plan ends."""
        for dispute in await self._open_disputes():
            await self.bank.decide(dispute, self.luck.choice(("won", "lost")))
        running = await self._subscription()
        if running is not None:
            await self._at_stripe(lambda client: client.v1.subscriptions.cancel(running.id))
        self.told.append(await self._time_passes())

    # Hearing of it, and spending

    async def _hear(self) -> None:
        events = await self._events()
        await self.orderly.hear(events)
        luck, other = self.luck, self.disorderly
        mixed = list(events)
        luck.shuffle(mixed)
        if self.manner == MANNERS[0]:
            await other.hear(mixed + luck.choices(mixed, k=len(mixed) // 3) if mixed else [])
        elif self.manner == MANNERS[1]:
            await other.hear([event for event in mixed if luck.random() > 0.5])
            await other.reconcile()
        else:
            stale = luck.sample(other.heard, min(5, len(other.heard)))
            await other.hear([*reversed(events), *stale])

    async def _spend(self, chapter: int) -> None:
        """Both spend the same, seldom all: what is refunded afterwards is then owed in part."""
        has = [await one.services.credits.balance(self.customer) for one in (self.orderly, self.disorderly)]
        if self.luck.random() < 0.5 or not (least := min(one.available for one in has)):
            return
        credits = self.luck.randint(1, least)
        for one in (self.orderly, self.disorderly):
            consume = Consume(customer_id=self.customer, feature="picture", credits=credits, key=f"chapter-{chapter}")
            await one.services.credits.consume(consume)
        self.spent += credits
        self.told.append(f"spent {credits}")

    # Stripe

    async def _at_stripe(self, does: Callable[[stripe.StripeClient], T]) -> T:
        return await asyncio.to_thread(lambda: does(self.sandbox.client()))

    async def _subscription(self) -> stripe.Subscription | None:
        listed = await self._at_stripe(
            lambda client: client.v1.subscriptions.list({"customer": self.stripe_customer, "status": "all"}).data
        )
        return next((one for one in listed if one.status in (*LIVE, "incomplete")), None)

    async def _charges(self) -> list[stripe.Charge]:
        listed = await self._at_stripe(
            lambda client: client.v1.charges.list({"customer": self.stripe_customer, "limit": 50}).data
        )
        return [one for one in listed if one.paid and one.payment_intent]

    async def _open_disputes(self) -> list[str]:
        found: list[str] = []
        for charge in await self._charges():
            if not charge.disputed:
                continue
            named: Any = {"charge": charge.id}
            listed = await self._at_stripe(lambda client, named=named: client.v1.disputes.list(named).data)
            found += [one.id for one in listed if one.status in ("needs_response", "warning_needs_response")]
        return found

    async def _events(self) -> list[dict[str, Any]]:
        """What happened since this was last asked, in order."""

        def listed(client: stripe.StripeClient) -> list[stripe.Event]:
            params: Any = {"limit": 100}
            if self.after:
                params["ending_before"] = self.after
            return list(client.v1.events.list(params).auto_paging_iter())

        found = await self._at_stripe(listed)
        events = found if self.after else found[::-1]
        events.sort(key=lambda event: event.created)
        if events:
            self.after = await self._last_event()
        return [event.to_dict() for event in events]

    async def _last_event(self) -> str | None:
        newest = await self._at_stripe(lambda client: client.v1.events.list({"limit": 1}).data)
        return newest[0].id if newest else None

    async def _share_prices(self) -> None:
        rows = await self.orderly.rows("SELECT id, stripe_price_id AS price FROM catalog_items")
        for row in rows:
            if row["price"]:
                with contextlib.suppress(ValueError):
                    await self.disorderly.rows(
                        "UPDATE catalog_items SET stripe_price_id = :price WHERE id = :id RETURNING id", **row
                    )
