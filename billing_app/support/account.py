"""One customer's account as staff see it: everything that explains it, each part bounded. Plain values."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing_app.credits import Balance, LotPage
from billing_app.entitlements.decisions import OwnedUnlock
from billing_app.entitlements.plan_credits import Resets
from billing_app.entitlements.quotas.views import QuotaUsage
from billing_app.payments.mirroring.reading import InvoicePage
from billing_app.payments.subscribing.views import MyPlan
from billing_app.payments.transactions import TransactionPage
from billing_app.support.audit_reading import AuditLine
from billing_app.support.notes import NoteView


@dataclass(frozen=True, slots=True)
class UserOfCustomer:
    """Somebody who signs in for the customer. `seen_at`: the last use of a session there still is."""

    id: int
    email: str
    name: str
    verified: bool
    disabled: bool
    created_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who it is. `in_stripe`: the Stripe customer; `enquiries`: numbers of what they asked by the contact form.

    `erased_at`: nobody since then; only the books are left.
    """

    id: int
    external_id: str | None
    name: str | None
    email: str | None
    created_at: datetime
    users: tuple[UserOfCustomer, ...]
    in_stripe: str | None
    enquiries: tuple[str, ...]
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class DebtView:
    """Credits that were spent and then refunded. `owed`: what is still to be collected."""

    id: int
    payment: str
    credits: int
    collected: int
    cancelled: int
    owed: int
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GrantView:
    """A feature given beside the plan, while it lasts. `quota`: units a window; None: unlimited, or not counted."""

    feature: str
    name: str
    quota: int | None
    reason: str
    by: str
    granted_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A line of the journal of subscriptions, newest first."""

    kind: str
    at: datetime
    mrr_before_minor: int
    mrr_after_minor: int
    currency: str | None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund of one of the payments. `by`: `stripe`, or who of the staff."""

    payment: int
    stripe_refund_id: str | None
    amount_minor: int
    currency: str
    status: str
    reason: str | None
    failure: str | None
    by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """A disputed payment. `outcome`: None while it is open."""

    payment: int
    stripe_dispute_id: str
    amount_minor: int
    currency: str
    status: str
    reason: str | None
    outcome: str | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class FailedCharge:
    """A charge that the bank refused, in the processor's words."""

    code: str | None
    message: str | None
    payment_intent: str
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event of Stripe that concerns this customer."""

    id: str
    type: str
    state: str
    effects: tuple[str, ...]
    error: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail that was owed to them."""

    id: int
    kind: str
    recipient: str
    state: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class CostLine:
    """What the customer's calls cost in a currency, in major units. `unknown`: calls without a known price."""

    currency: str
    calls: int
    unknown: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class HandTerms:
    """What was agreed in the plan by hand in force. `quotas`: feature's name to units, None for unlimited."""

    subscription_id: int
    reason: str
    credits_per_month: int
    quotas: tuple[tuple[str, int | None], ...]
    features: tuple[str, ...]
    given_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """Everything about one customer, true when read. Lists hold the newest; their pages go on where they say so.

    `stripe_subscription`: of the live subscription; None: there is none, or it was given by hand.
    `mrr_minor` of `mrr_currency`: what counts of it in recurring revenue. `costs`: of the last 30 days.
    """

    identity: Identity
    plan: MyPlan
    hand: HandTerms | None
    stripe_subscription: str | None
    mrr_minor: int
    mrr_currency: str | None
    resets: Resets
    balance: Balance
    lots: LotPage
    debts: tuple[DebtView, ...]
    quotas: tuple[QuotaUsage, ...]
    unlocks: tuple[OwnedUnlock, ...]
    grants: tuple[GrantView, ...]
    payments: TransactionPage
    refunds: tuple[RefundLine, ...]
    disputes: tuple[DisputeLine, ...]
    failures: tuple[FailedCharge, ...]
    invoices: InvoicePage
    events: tuple[EventLine, ...]
    mails: tuple[MailLine, ...]
    steps: tuple[PlanStep, ...]
    audit: tuple[AuditLine, ...]
    notes: tuple[NoteView, ...]
    costs: tuple[CostLine, ...]
