"""A story through the SDK alone, on a test clock: the same against the sandbox and against Stripe's test mode.

Buy, subscribe with a trial, renew three months, fail, retry, recover, upgrade with proration, downgrade at the end of
the period, refund in parts, win and lose a dispute, cancel. Every step says what it expects, to the cent.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import stripe

T = TypeVar("T")
HOUR, DAY = 3600, 86_400
BASIC, PRO, PACK = 1000, 3000, 800


@dataclass
class Story:
    """One telling of it.

    Attributes:
        patience_s: how long a thing that happens by itself may take.
        pause_s: how long to wait before looking again.
        paid: what all invoices and purchases come to so far, in cents.
    """

    client: stripe.StripeClient
    patience_s: float = 30
    pause_s: float = 0.02
    paid: int = 0
    told: list[str] = field(default_factory=list)
    clock: str = ""
    customer: str = ""
    subscription: str = ""
    basic: str = ""
    pro: str = ""

    def tell(self) -> None:
        """The whole story, in order."""
        for step in (
            self.set_the_scene, self.buy, self.subscribe_with_a_trial, self.renew_three_months, self.fail_and_retry,
            self.recover, self.upgrade, self.downgrade, self.refund_in_parts, self.win_and_lose_a_dispute,
            self.add_it_up, self.cancel,
        ):  # fmt: skip
            step()
            self.told.append(step.__name__)

    def set_the_scene(self) -> None:
        """Two plans, a clock, a customer with a card."""
        v1 = self.client.v1
        product = v1.products.create({"name": "Story"}).id
        prices: list[str] = []
        for amount in (BASIC, PRO):
            params: Any = {
                "product": product,
                "currency": "usd",
                "unit_amount": amount,
                "recurring": {"interval": "month"},
            }
            prices.append(v1.prices.create(params).id)
        self.basic, self.pro = prices
        self.clock = v1.test_helpers.test_clocks.create({"frozen_time": int(time.time())}).id
        self.customer = v1.customers.create({"email": "story@example.com", "test_clock": self.clock}).id
        self.use_card("pm_card_visa")

    def buy(self) -> None:
        """One purchase, with its fee."""
        intent = self.charge("pm_card_visa", PACK)
        assert (intent.status, intent.amount_received) == ("succeeded", PACK)
        self.paid += PACK

    def subscribe_with_a_trial(self) -> None:
        """Fourteen days for nothing, then the first month."""
        params: Any = {"customer": self.customer, "items": [{"price": self.basic}], "trial_period_days": 14}
        made = self.client.v1.subscriptions.create(params)
        self.subscription = made.id
        assert made.status == "trialing"
        assert [invoice.total for invoice in self.invoices()] == [0]
        self.advance(self.period()[1] + 2 * HOUR)
        self.expect_paid(BASIC)
        assert self.now().status == "active"

    def renew_three_months(self) -> None:
        """Three renewals, each an hour after its period began."""
        for _ in range(3):
            self.advance(self.period()[1] + 2 * HOUR)
            self.expect_paid(BASIC)

    def fail_and_retry(self) -> None:
        """A renewal is declined, and tried again."""
        self.use_card("pm_card_chargeCustomerFail")
        self.advance(self.period()[1] + 2 * HOUR)
        failed = self.invoices()[-1]
        assert (failed.status, failed.attempt_count) == ("open", 1)
        assert self.now().status == "past_due"
        assert failed.next_payment_attempt is not None
        self.advance(failed.next_payment_attempt + HOUR)
        assert self.eventually(lambda: self.invoices()[-1].attempt_count == 2)

    def recover(self) -> None:
        """Another card pays the open invoice."""
        self.use_card("pm_card_visa")
        open_invoice = self.invoices()[-1]
        assert self.client.v1.invoices.pay(str(open_invoice.id)).status == "paid"
        assert self.eventually(lambda: self.now().status == "active")
        self.expect_paid(BASIC)

    def upgrade(self) -> None:
        """In the middle of a period: the rest of it at the new price, less the rest at the old one."""
        start, end = self.period()
        self.advance(start + (end - start) // 2)
        at = self.client.v1.test_helpers.test_clocks.retrieve(self.clock).frozen_time
        item = self.now()["items"].data[0].id
        params: Any = {
            "items": [{"id": item, "price": self.pro}],
            "proration_behavior": "always_invoice",
            "payment_behavior": "pending_if_incomplete",
            "proration_date": at,
        }
        self.client.v1.subscriptions.update(self.subscription, params)
        share = [(2 * amount * (end - at) + (end - start)) // (2 * (end - start)) for amount in (BASIC, PRO)]
        self.expect_paid(share[1] - share[0])
        assert self.now()["items"].data[0].price.id == self.pro

    def downgrade(self) -> None:
        """By a schedule, when the period ends."""
        _, end = self.period()
        schedules = self.client.v1.subscription_schedules
        plan = schedules.create({"from_subscription": self.subscription})
        phases: Any = [
            {"items": [{"price": self.pro}], "start_date": plan.phases[0].start_date, "end_date": end},
            {"items": [{"price": self.basic}], "duration": {"interval": "month", "interval_count": 1}},
        ]
        schedules.update(plan.id, {"phases": phases, "end_behavior": "release"})
        assert self.now()["items"].data[0].price.id == self.pro
        self.advance(end + 2 * HOUR)
        self.expect_paid(BASIC)
        assert self.now()["items"].data[0].price.id == self.basic
        schedules.release(plan.id)

    def refund_in_parts(self) -> None:
        """Two parts of the purchase, and never more than it."""
        charge = str(self.charge("pm_card_visa", PACK).latest_charge)
        for amount in (300, 200):
            assert self.client.v1.refunds.create({"charge": charge, "amount": amount}).status == "succeeded"
        try:
            self.client.v1.refunds.create({"charge": charge, "amount": 301})
            raise AssertionError("more than the charge was refunded")
        except stripe.InvalidRequestError:
            pass
        assert self.client.v1.charges.retrieve(charge).amount_refunded == 500
        self.paid += PACK - 500

    def win_and_lose_a_dispute(self) -> None:
        """Two disputed charges, decided by their evidence."""
        disputes = self.client.v1.disputes
        for evidence, outcome in (("winning_evidence", "won"), ("losing_evidence", "lost")):
            charge = str(self.charge("pm_card_createDispute", PACK).latest_charge)
            [dispute] = self.eventually(lambda charge=charge: disputes.list({"charge": charge}).data)
            assert dispute.status == "needs_response"
            disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}, "submit": True})
            assert self.eventually(lambda one=dispute.id, end=outcome: disputes.retrieve(one).status == end)
            self.paid += PACK if outcome == "won" else 0

    def add_it_up(self) -> None:
        """Charges less refunds and lost disputes are what the story says was paid."""
        charges = self.client.v1.charges.list({"customer": self.customer, "limit": 100}).auto_paging_iter()
        kept = sum(charge.amount_captured - charge.amount_refunded for charge in charges if charge.paid)
        lost = sum(one.amount for one in self.client.v1.disputes.list({"limit": 100}).data if self.is_mine(one))
        assert kept - lost == self.paid, (kept, lost, self.paid)

    def cancel(self) -> None:
        """At the end of the period: nothing more is billed."""
        self.client.v1.subscriptions.update(self.subscription, {"cancel_at_period_end": True})
        before = len(self.invoices())
        self.advance(self.period()[1] + 2 * HOUR)
        assert self.eventually(lambda: self.now().status == "canceled")
        assert len(self.invoices()) == before

    def is_mine(self, dispute: stripe.Dispute) -> bool:
        """Whether a dispute was lost by this story's customer."""
        if dispute.status != "lost":
            return False
        return self.client.v1.charges.retrieve(str(dispute.charge)).customer == self.customer

    def charge(self, card: str, amount: int) -> stripe.PaymentIntent:
        """A payment of the customer with a new test card."""
        method = self.client.v1.payment_methods.attach(card, {"customer": self.customer}).id
        params: Any = {
            "amount": amount, "currency": "usd", "customer": self.customer, "payment_method": method, "confirm": True,
            "off_session": True,
        }  # fmt: skip
        return self.client.v1.payment_intents.create(params)

    def use_card(self, card: str) -> None:
        """A new default card."""
        method = self.client.v1.payment_methods.attach(card, {"customer": self.customer}).id
        self.client.v1.customers.update(self.customer, {"invoice_settings": {"default_payment_method": method}})

    def now(self) -> stripe.Subscription:
        """The subscription as it is."""
        return self.client.v1.subscriptions.retrieve(self.subscription)

    def period(self) -> tuple[int, int]:
        """Its current period."""
        item = self.now()["items"].data[0]
        return item.current_period_start, item.current_period_end

    def invoices(self) -> list[stripe.Invoice]:
        """Its invoices, oldest first."""
        listed = self.client.v1.invoices.list({"subscription": self.subscription, "limit": 100})
        return list(listed.auto_paging_iter())[::-1]

    def expect_paid(self, amount: int) -> None:
        """The newest invoice is paid and comes to that amount."""
        assert self.eventually(lambda: self.invoices()[-1].status == "paid")
        assert self.invoices()[-1].amount_paid == amount, (self.invoices()[-1].amount_paid, amount)
        self.paid += amount

    def advance(self, to: int) -> None:
        """Move the clock and wait until everything has happened."""
        clocks = self.client.v1.test_helpers.test_clocks
        clocks.advance(self.clock, {"frozen_time": to})
        assert self.eventually(lambda: clocks.retrieve(self.clock).status == "ready")

    def eventually(self, holds: Callable[[], T]) -> T:
        """The first true answer."""
        deadline = time.monotonic() + self.patience_s
        while True:
            if answer := holds():
                return answer
            assert time.monotonic() < deadline, "it did not come true in time"
            time.sleep(self.pause_s)
