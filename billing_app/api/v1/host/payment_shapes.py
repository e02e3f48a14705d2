"""Invoices, cards and payments as the API tells them: money in minor units with its currency, moments in UTC. Pure."""

from typing import Any

from billing_app.api.conventions.answers import Moment, Shape
from billing_app.api.v1.host.money_shapes import MoneyShape
from billing_app.payments.mirroring.kept_cards import PaymentMethodView
from billing_app.payments.mirroring.reading import InvoiceView
from billing_app.payments.transactions import RefundQuote, Transaction


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
