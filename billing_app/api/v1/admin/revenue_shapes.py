"""What was sold, came in, was earned and is owed, as the API tells it."""

from datetime import date

from billing_app.api.conventions.answers import Moment
from billing_app.api.v1.admin.shapes import Exact, Told


class ItemShape(Told):
    """What was sold."""

    kind: str
    code: str
    name: str


class BookedShape(Told):
    """What was sold in a part of the period, net of tax and discount."""

    first: date
    item: ItemShape
    sold_minor: int
    credited_minor: int
    net_minor: int
    sales: int


class CashShape(Told):
    """What came in and went out in a part of the period, gross."""

    first: date
    captured_minor: int
    refunded_minor: int
    disputed_minor: int
    fees_minor: int
    fees_modelled_minor: int
    dispute_fees_minor: int
    kept_minor: int
    payments: int
    payments_modelled: int
    fees_unknown: int
    refunds: int
    disputes: int


class RecognisedShape(Told):
    """What was earned in a part of the period, net of tax and discount."""

    first: date
    item: ItemShape
    used_minor: int
    by_day_minor: int
    at_sale_minor: int
    breakage_minor: int
    ended_minor: int
    taken_back_minor: int
    total_minor: int
    credits_used: int


class OwedShape(Told):
    """What customers have paid for and not had yet, of one item."""

    item: ItemShape
    credits: int
    credits_minor: int
    days_minor: int
    uses_minor: int
    total_minor: int


class LiabilityShape(Told):
    """What is owed at the end of a day, or now. Promotional credits are no liability, but may cost `exposure`."""

    at: date
    currency: str
    total_minor: int
    credits: int
    credits_minor: int
    days_minor: int
    uses_minor: int
    promotional_credits: int
    exposure: Exact | None
    exposure_currency: str
    exposure_reason: str
    of_each: list[OwedShape]
    computed_at: Moment | None


class RolledShape(Told):
    """A month: opening + sold - earned - expired - ended - refunded = closing, in money and in credits."""

    first: date
    last: date
    opening_minor: int
    sold_minor: int
    earned_minor: int
    expired_minor: int
    ended_minor: int
    refunded_minor: int
    closing_minor: int
    opening: int
    sold: int
    earned: int
    expired: int
    ended: int
    refunded: int
    closing: int


class RollForwardShape(Told):
    """The liability month by month. `ties`: the closing of today is what the lots say; null where it was not asked."""

    currency: str
    months: list[RolledShape]
    ledger_minor: int | None
    ledger_credits: int | None
    ties: bool | None
    computed_at: Moment | None


class AgeingShape(Told):
    """Paid credits left by the month in which they expire; null: never."""

    month: date | None
    lots: int
    credits: int
    value_minor: int
    frozen: int
    promotional_credits: int
