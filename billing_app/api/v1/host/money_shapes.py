"""Plans, invoices and payments as the API tells them: money in minor units with its currency, moments in UTC. Pure."""

from typing import Any

from pydantic import Field

from billing_app.api.conventions.answers import Moment, Shape
from billing_app.payments.mirroring.kept_cards import PaymentMethodView
from billing_app.payments.mirroring.reading import InvoiceView
from billing_app.payments.transactions import RefundQuote, Transaction


class MoneyShape(Shape):
    """An amount in the currency's smallest unit: 2900 USD is 29.00 dollars."""

    minor: int
    currency: str


class CheckoutShape(Shape):
    """A page of Stripe to send the browser to. `reused`: it was open already."""

    id: str
    customer: str
    url: str
    reused: bool


class CheckoutStateShape(Shape):
    """How far a checkout has come, by our own books and not by a redirect.

    `state`: `open`, `pending` (paid, or its news, is on the way), `granted`, `failed`, `expired`.
    """

    id: str
    customer: str | None
    state: str
    kind: str
    code: str
    name: str
    period: str | None
    amount: MoneyShape
    credits: int | None
    feature: str | None
    uses: int | None
    available: int | None
    retry_url: str | None
    reason: str | None
    trial_ends_at: Moment | None
    created_at: Moment
    settled_at: Moment | None


class LinkShape(Shape):
    """An address to send the browser to, good for a short time."""

    url: str


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
    """What became of a switch: `done`, `scheduled`, `needs_action` (send the browser to `url`) or `payment_failed`."""

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


class InvoiceShape(Shape):
    """One invoice. `status` is Stripe's: `open`, `paid`, `void`, `uncollectible`."""

    id: str
    number: str | None
    status: str
    description: str
    subtotal: MoneyShape
    tax: MoneyShape
    total: MoneyShape
    due: MoneyShape
    paid: MoneyShape
    refunded: MoneyShape
    hosted_url: str | None
    pdf_url: str | None
    period_start: Moment | None
    period_end: Moment | None
    created_at: Moment
    paid_at: Moment | None


class PaymentMethodShape(Shape):
    """Something the customer pays with; of a card no more than this is known here."""

    type: str
    brand: str | None
    last4: str | None
    exp_month: int | None
    exp_year: int | None
    default: bool


class TransactionShape(Shape):
    """One payment. `of`: what it paid for, `pack`, `unlock`, `plan` or `invoice`; `reference` is its name there."""

    id: int
    of: str
    reference: str
    description: str
    state: str
    amount: MoneyShape
    captured: MoneyShape
    refunded: MoneyShape
    receipt_url: str | None
    created_at: Moment


class PaidCreditsShape(Shape):
    """Where the credits are that a payment brought."""

    granted: int
    spent: int
    unspent: int
    expired: int


class TakesBackShape(Shape):
    """What a refund would do: credits taken now, taken when holds return them, owed, written off; unlocks locked."""

    credits: int
    when_holds_end: int
    debt: int
    forgiven: int
    unlocks: list[str]


class RefundQuoteShape(Shape):
    """What giving back `amount` of a payment would take back. Nothing was changed."""

    customer: str
    transaction: int
    amount: MoneyShape
    captured: MoneyShape
    refunded: MoneyShape
    left: MoneyShape
    credits: PaidCreditsShape
    takes_back: TakesBackShape


def invoice_shape(one: InvoiceView) -> InvoiceShape:
    """An invoice."""
    return InvoiceShape(
        id=one.stripe_invoice_id,
        number=one.number,
        status=one.status,
        description=one.description,
        **_amounts(
            one.currency,
            subtotal=one.subtotal_minor,
            tax=one.tax_minor,
            total=one.total_minor,
            due=one.due_minor,
            paid=one.paid_minor,
            refunded=one.refunded_minor,
        ),
        hosted_url=one.hosted_url,
        pdf_url=one.pdf_url,
        period_start=one.period_start,
        period_end=one.period_end,
        created_at=one.created_at,
        paid_at=one.paid_at,
    )


def payment_method_shape(one: PaymentMethodView) -> PaymentMethodShape:
    """A way to pay."""
    return PaymentMethodShape(
        type=one.type,
        brand=one.brand,
        last4=one.last4,
        exp_month=one.exp_month,
        exp_year=one.exp_year,
        default=one.is_default,
    )


def transaction_shape(one: Transaction) -> TransactionShape:
    """A payment."""
    return TransactionShape(
        id=one.id,
        of=one.of,
        reference=one.reference,
        description=one.description,
        state=one.state,
        **_amounts(one.currency, amount=one.amount_minor, captured=one.captured_minor, refunded=one.refunded_minor),
        receipt_url=one.receipt_url,
        created_at=one.created_at,
    )


def refund_shape(customer: str, told: RefundQuote) -> RefundQuoteShape:
    """What a refund would do."""
    return RefundQuoteShape(
        customer=customer,
        transaction=told.payment,
        **_amounts(
            told.currency,
            amount=told.amount_minor,
            captured=told.captured_minor,
            refunded=told.refunded_minor,
            left=told.left_minor,
        ),
        credits=PaidCreditsShape(
            granted=told.credits_granted,
            spent=told.credits_spent,
            unspent=told.credits_unspent,
            expired=told.credits_expired,
        ),
        takes_back=TakesBackShape(
            credits=told.takes,
            when_holds_end=told.waits,
            debt=told.owes,
            forgiven=told.forgives,
            unlocks=list(told.locks),
        ),
    )


def _amounts(currency: str, **minor: int) -> dict[str, Any]:
    return {name: MoneyShape(minor=value, currency=currency) for name, value in minor.items()}
