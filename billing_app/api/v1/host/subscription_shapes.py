"""Plans as the API tells them: money in minor units with its currency, moments in UTC. Pure."""

from pydantic import Field

from billing_app.api.conventions.answers import Moment, Shape
from billing_app.api.v1.host.money_shapes import MoneyShape


class ScheduledShape(Shape):
    """The change of plan that is coming."""

    plan: str
    name: str
    period: str
    price: MoneyShape | None
    at: Moment | None


class PastDueShape(Shape):
    """A renewal that was not paid."""

    since: Moment | None
    access_ends_at: Moment | None
    next_try_at: Moment | None
    due: MoneyShape | None
    pay_url: str | None


class CanShape(Shape):
    """What may be done now."""

    cancel: bool
    resume: bool
    undo: bool
    switch: bool
    portal: bool


class RelationShape(Shape):
    """How a plan on sale stands to this customer: `current`, `upgrade`, `downgrade`, `start`, `trial`, ..."""

    plan: str
    period: str | None
    kind: str
    at: Moment | None
    trial_days: int


class CardShape(Shape):
    """How the next invoice is paid."""

    type: str
    brand: str | None
    last4: str | None
    exp_month: int | None
    exp_year: int | None
    expired: bool
    expires_soon: bool


class SubscriptionShape(Shape):
    """The customer's plan. `status`: as Stripe's, or `free` or `none`."""

    customer: str
    plan: str | None
    name: str | None
    status: str
    access: bool
    period: str | None
    price: MoneyShape | None
    credits_per_month: int
    started_at: Moment | None
    period_start: Moment | None
    period_end: Moment | None
    next_charge: MoneyShape | None
    next_charge_at: Moment | None
    trial_ends_at: Moment | None
    ends_at: Moment | None
    ended_at: Moment | None
    scheduled: ScheduledShape | None
    past_due: PastDueShape | None
    waiting_until: Moment | None
    waiting_url: str | None
    can: CanShape
    relations: list[RelationShape]
    payment_method: CardShape | None


class ChargeLineShape(Shape):
    """A line of an invoice to come."""

    description: str
    amount: MoneyShape
    proration: bool


class FromShape(Shape):
    """What is held now."""

    plan: str | None
    name: str
    period: str | None
    price: MoneyShape | None


class CreditsShape(Shape):
    """What a switch does to the plan's credits."""

    now: int
    carried: int
    lost: int
    next: int
    next_at: Moment | None


class PreviewShape(Shape):
    """What a switch would cost and give. Send `token` to switch: exactly this happens, or nothing."""

    kind: str
    now: bool
    plan: str
    name: str
    period: str
    price: MoneyShape
    from_: FromShape = Field(alias="from")
    effective_at: Moment
    due_today: MoneyShape
    credited_today: MoneyShape
    tax_today: MoneyShape
    lines: list[ChargeLineShape]
    next_charge: MoneyShape
    next_charge_at: Moment
    credits: CreditsShape
    trial_until: Moment | None
    replaces: str | None
    token: str
    token_good_until: Moment


class ChangedShape(Shape):
    """What became of a switch: `done`, `scheduled`, `needs_action` (send the browser to `url`), `under_way` (the money
    is on its way) or `payment_failed`."""

    state: str
    plan: str
    period: str
    effective_at: Moment | None
    url: str | None
    detail: str


class EndingShape(Shape):
    """What became of a cancellation, or of taking one back. `already`: it was so before."""

    ends_at: Moment | None
    already: bool
    detail: str
