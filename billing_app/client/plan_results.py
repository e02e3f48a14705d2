"""What the API answers about plans, invoices and costs, as typed values. Money in minor units; times are aware."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing_app.client.results import Money


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A change of plan that is coming."""

    plan: str
    name: str
    period: str
    price: Money | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastDue:
    """A renewal that was not paid; access goes on until `access_ends_at`."""

    due: Money | None = None
    since: datetime | None = None
    access_ends_at: datetime | None = None
    next_try_at: datetime | None = None
    pay_url: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """How a plan on sale stands to this customer: `current`, `upgrade`, `downgrade`, `start`, `trial`, ..."""

    plan: str
    kind: str
    period: str | None = None
    at: datetime | None = None
    trial_days: int = 0


@dataclass(frozen=True, slots=True)
class Subscription:
    """The customer's plan. `status`: as Stripe's, or `free` or `none`; `ends_at`: it is cancelled for then."""

    customer: str
    plan: str | None
    name: str | None
    status: str
    access: bool
    period: str | None = None
    price: Money | None = None
    credits_per_month: int = 0
    period_start: datetime | None = None
    period_end: datetime | None = None
    next_charge: Money | None = None
    next_charge_at: datetime | None = None
    trial_ends_at: datetime | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None
    scheduled: Scheduled | None = None
    past_due: PastDue | None = None
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A line of an invoice to come."""

    description: str
    amount: Money
    proration: bool = False


@dataclass(frozen=True, slots=True)
class CreditChange:
    """What a switch does to the plan's credits."""

    now: int
    carried: int
    lost: int
    next: int
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """What a switch would cost and give. Send `token` to `switch_plan`: exactly this happens, or nothing."""

    kind: str
    now: bool
    plan: str
    name: str
    period: str
    price: Money
    effective_at: datetime
    due_today: Money
    next_charge: Money
    next_charge_at: datetime
    credits: CreditChange
    token: str
    token_good_until: datetime
    lines: tuple[ChargeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What became of a switch: `done`, `scheduled`, `needs_action` (send the browser to `url`), `under_way`, ..."""

    state: str
    plan: str
    period: str
    detail: str = ""
    effective_at: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PlanEnding:
    """What became of a cancellation, or of taking one back. `already`: it was so before."""

    ends_at: datetime | None
    already: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice. `status` is Stripe's: `open`, `paid`, `void`, `uncollectible`."""

    id: str
    status: str
    description: str
    total: Money
    created_at: datetime
    number: str | None = None
    subtotal: Money | None = None
    tax: Money | None = None
    due: Money | None = None
    paid: Money | None = None
    refunded: Money | None = None
    hosted_url: str | None = None
    pdf_url: str | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Invoices, newest first. `next_cursor` goes into `after` for the next part; None at the end."""

    data: tuple[Invoice, ...]
    has_more: bool
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class LoggedCost:
    """A cost was logged. `cost` in major units, exact; None while the model has no price: unknown, and not zero."""

    request_id: str
    source: str
    state: str
    id: int
    cost: Decimal | None = None
    currency: str | None = None
    price_version: int | None = None
