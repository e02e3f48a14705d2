"""Mails in the life of a subscription: paid, failed, trial ending, renewal near, cancelled, resumed, switched."""

from typing import Literal

from pydantic import AwareDatetime, Field

from billing_app.notifications.letters.base import Letter, Text, WebAddress
from billing_app.notifications.letters.of_purchases import ReceiptLine

Every = Literal["month", "year"]


class SubscriptionReceipt(Letter):
    """An invoice of a subscription was paid (ML1)."""

    kind: Literal["subscription_receipt"] = "subscription_receipt"
    number: Text
    plan: Text
    currency: str
    lines: tuple[ReceiptLine, ...] = Field(min_length=1, max_length=50)
    discount_minor: int = 0
    tax_minor: int = 0
    tax_inclusive: bool = False
    from_balance_minor: int = Field(default=0, description="Paid from the customer's credit with us, at Stripe.")
    total_minor: int
    paid_at: AwareDatetime
    credits_granted: int | None = Field(default=None, description="Usable now; None: the plan has none.")
    each_month: bool = Field(default=False, description="As many come again each month until the period ends.")
    expires_at: AwareDatetime | None = Field(default=None, description="Of the credits granted now.")
    balance_after: int | None = None
    renews_at: AwareDatetime | None = Field(default=None, description="None: it ends with the period.")
    invoice_url: WebAddress = Field(default=None, description="Stripe's hosted invoice.")
    pdf_url: WebAddress = None


class RenewalFailed(Letter):
    """A subscription's payment failed (ML4): one mail for each attempt. `final`: no further attempt, the plan ends."""

    kind: Literal["renewal_failed"] = "renewal_failed"
    plan: Text
    amount_minor: int
    currency: str
    reason: Text = Field(description="In words a customer understands; never a processor's raw message.")
    attempt: int = Field(ge=1)
    next_try_at: AwareDatetime | None = None
    access_ends_at: AwareDatetime | None = Field(default=None, description="None: access has ended.")
    final: bool = False
    pay_url: WebAddress = Field(default=None, description="Stripe's hosted invoice, where another card can pay.")


class PaymentActionRequired(Letter):
    """The bank wants the holder to confirm a renewal (3-D Secure, ML4)."""

    kind: Literal["payment_action_required"] = "payment_action_required"
    plan: Text
    amount_minor: int
    currency: str
    access_ends_at: AwareDatetime | None = None
    pay_url: WebAddress = None


class TrialEnding(Letter):
    """A trial ends soon (ML5). `charged`: a payment method is there and nobody cancelled, so the plan goes on paid."""

    kind: Literal["trial_ending"] = "trial_ending"
    plan: Text
    ends_at: AwareDatetime
    charged: bool
    amount_minor: int
    currency: str
    every: Every


class RenewalReminder(Letter):
    """A long subscription renews in a month (ML6). The amount is the plan's, before tax that is added."""

    kind: Literal["renewal_reminder"] = "renewal_reminder"
    plan: Text
    renews_at: AwareDatetime
    amount_minor: int
    currency: str
    every: Every


class PlanCancelled(Letter):
    """A plan was cancelled, or has ended (ML7). `ends_at` in the past or now: it has ended."""

    kind: Literal["plan_cancelled"] = "plan_cancelled"
    plan: Text
    ends_at: AwareDatetime
    ended: bool = Field(description="False: everything works until `ends_at`.")
    unpaid: bool = Field(default=False, description="It ended because its payments failed.")
    owing: bool = Field(default=False, description="It goes on until then, and a payment for it is open.")
    trial: bool = Field(default=False, description="It was a trial; nothing was charged.")
    credits_left: int | None = Field(default=None, ge=0, description="Credits that stay usable: bought ones and paid.")


class PlanResumed(Letter):
    """A cancellation was taken back (ML7)."""

    kind: Literal["plan_resumed"] = "plan_resumed"
    plan: Text
    renews_at: AwareDatetime
    amount_minor: int
    currency: str
    every: Every


class PlanSwitched(Letter):
    """Another plan or period (ML7): at once, or at `effective_at` when `scheduled`."""

    kind: Literal["plan_switched"] = "plan_switched"
    plan_before: Text
    plan: Text
    every: Every
    effective_at: AwareDatetime
    scheduled: bool
    amount_minor: int = Field(description="What the new plan costs each period, before tax that is added.")
    currency: str
    credits_per_month: int = Field(default=0, ge=0)


class CardExpiring(Letter):
    """The card that pays the plan expires at the end of this month, before the next charge (ML9)."""

    kind: Literal["card_expiring"] = "card_expiring"
    plan: Text
    brand: Text
    last4: Text
    month: int = Field(ge=1, le=12)
    year: int = Field(ge=2000, le=2200)
    renews_at: AwareDatetime
