"""What the reports of revenue, liability and margin answer: plain values, no rows. Amounts are minor units (`_minor`)
of the currency asked for; costs are exact, in its major units."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

ItemKind = Literal["plan", "pack", "unlock", "other"]


@dataclass(frozen=True, slots=True)
class Item:
    """What was sold, as the price list named it then. `other`: credits that no item of a price list stands for."""

    kind: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Booked:
    """What was sold in a part of the period, net of tax and discount.

    Attributes:
        sold_minor: sales; days of plans without credits that were credited are taken off.
        credited_minor: time of plans with credits that invoices credited (0 or more).
        net_minor: the first less the second.
        sales: how many payments.
    """

    first: date
    item: Item
    sold_minor: int
    credited_minor: int
    sales: int

    @property
    def net_minor(self) -> int:
        return self.sold_minor - self.credited_minor


@dataclass(frozen=True, slots=True)
class Cash:
    """What came in and went out in a part of the period, gross.

    Attributes:
        captured_minor: payments; refunded_minor: refunds, less those that failed after all; disputed_minor: what banks
            took for disputes, less what they gave back. Each on its own day, so either may be below zero.
        fees_minor: of payments; of them `fees_modelled_minor` by the catalogue's fee model, for
            `payments_modelled` payments whose fee the processor has not told.
        fees_unknown: payments without a fee: neither told nor modelled, or in another currency. They make `kept_minor`
            too large by their fees, which are shown as a count.
        dispute_fees_minor: what banks charge for disputes, won or lost.
    """

    first: date
    captured_minor: int = 0
    refunded_minor: int = 0
    disputed_minor: int = 0
    fees_minor: int = 0
    fees_modelled_minor: int = 0
    dispute_fees_minor: int = 0
    payments: int = 0
    payments_modelled: int = 0
    fees_unknown: int = 0
    refunds: int = 0
    disputes: int = 0

    @property
    def kept_minor(self) -> int:
        """What is left of it."""
        return (
            self.captured_minor - self.refunded_minor - self.disputed_minor - self.fees_minor - self.dispute_fees_minor
        )


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was earned in a part of the period, net of tax and discount.

    Attributes:
        used_minor: credits (or counted uses of unlocks) that were used; by_day_minor: days of plans without credits;
            at_sale_minor: unlocks without limit; breakage_minor: credits that expired; ended_minor: credits that were
            ended early, or deducted by hand.
        taken_back_minor: refunds, lost disputes and credited time, as far as they were earned before. A credit that
            was never used and is refunded was a liability and is no revenue.
        total_minor: the sum.
    """

    first: date
    item: Item
    used_minor: int = 0
    by_day_minor: int = 0
    at_sale_minor: int = 0
    breakage_minor: int = 0
    ended_minor: int = 0
    taken_back_minor: int = 0
    credits_used: int = 0

    @property
    def total_minor(self) -> int:
        return (
            self.used_minor
            + self.by_day_minor
            + self.at_sale_minor
            + self.breakage_minor
            + self.ended_minor
            - self.taken_back_minor
        )


@dataclass(frozen=True, slots=True)
class Owed:
    """What customers have paid for and not had yet, of one item."""

    item: Item
    credits: int
    credits_minor: int
    days_minor: int
    uses_minor: int

    @property
    def total_minor(self) -> int:
        return self.credits_minor + self.days_minor + self.uses_minor


@dataclass(frozen=True, slots=True)
class Liability:
    """What is owed at the end of a day (or now), in one currency.

    Attributes:
        credits, credits_minor: paid credits left, and what they cost; days_minor: plan time that is paid and to come;
            uses_minor: paid uses of unlocks left.
        promotional_credits: given away and left; they are no liability. exposure: what they may cost, at the cost of
            goods of the dearest use (major units of the catalogue's currency, None with a reason if that is not
            stated).
        of_each: by item.
    """

    at: date
    currency: str
    credits: int
    credits_minor: int
    days_minor: int
    uses_minor: int
    promotional_credits: int
    exposure: Decimal | None
    exposure_currency: str
    exposure_reason: str
    of_each: tuple[Owed, ...]
    computed_at: datetime | None

    @property
    def total_minor(self) -> int:
        return self.credits_minor + self.days_minor + self.uses_minor


@dataclass(frozen=True, slots=True)
class Rolled:
    """One month (or part of it) of the liability: opening + sold - earned - expired - ended - refunded = closing.

    The `_minor` columns are money, those without are credits of paid lots. Credits that were given back after a job
    failed come off `earned`; a refund that failed comes off `refunded`.
    """

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


@dataclass(frozen=True, slots=True)
class RollForward:
    """The months of a period, and whether they end at what the ledger itself says is left.

    Attributes:
        ledger_minor: what is owed now by the lots of the ledger themselves, the days to come of plans without credits,
            and the uses left of unlocks; ledger_credits: paid credits left in the lots. None: the period ends before
            today, and the ledger can only be asked about now.
        ties: the closing equals them; None where they were not asked, or while the sums are behind the ledger.
    """

    currency: str
    months: tuple[Rolled, ...]
    ledger_minor: int | None
    ledger_credits: int | None
    ties: bool | None
    computed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ageing:
    """Credits left by the month in which they expire; `month` None: never.

    `credits` (and what they cost, `value_minor`) are paid; `frozen` of these are disputed. `lots` counts both sorts.
    """

    month: date | None
    lots: int
    credits: int
    value_minor: int
    frozen: int
    promotional_credits: int


By = Literal["item", "plan", "pack", "unlock", "feature", "model", "customer", "day"]


@dataclass(frozen=True, slots=True)
class Margin:
    """What one plan, pack, unlock, feature, model, customer or day earned and cost.

    Attributes:
        key: its code, model, customer's id or day; kind: what that is (a row by item may be a plan, a pack, ...).
        revenue_minor: recognised, refunds taken back already; cost: of goods, in major units of the same currency.
        fees_minor: of payments and disputes; None where they cannot be told apart by this (features, models).
        calls, unknown: rows of the cost log, and those of them whose cost is not known and is not in `cost`.
        foreign: some of its cost is in another currency and not in `cost`.
        gross, contribution: revenue less cost, and less fees too; exact, may be negative.
        gross_percent, contribution_percent: of the revenue; None and `reason` where that has no meaning.
    """

    kind: str
    key: str
    name: str
    revenue_minor: int
    cost: Decimal
    fees_minor: int | None
    calls: int
    unknown: int
    foreign: bool
    gross: Decimal
    contribution: Decimal | None
    gross_percent: Decimal | None
    contribution_percent: Decimal | None
    reason: str
    fees_modelled: bool = False


@dataclass(frozen=True, slots=True)
class Margins:
    """Rows, the worst first (days: in order), and their total. `left_out`: rows beyond the limit."""

    by: str
    currency: str
    rows: tuple[Margin, ...]
    total: Margin
    left_out: int
    computed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PaidBy:
    """Credits of an entry out of one lot: what was paid for the lot, and which part of that these credits are."""

    lot_id: int
    item: Item
    lot_kind: str
    credits: int
    lot_credits: int
    lot_paid_minor: int
    currency: str | None
    payment: str | None
    revenue_minor: int


@dataclass(frozen=True, slots=True)
class CustomerEntry:
    """One entry of a customer's ledger with what it earned and what its calls cost."""

    entry_id: int
    at: datetime
    kind: str
    feature: str
    credits: int
    paid_by: tuple[PaidBy, ...]
    revenue_minor: int
    cost: Decimal
    calls: int
    unknown: int
    foreign: bool
    gross: Decimal


@dataclass(frozen=True, slots=True)
class CustomerMargin:
    """One customer's margin over a period, and its entries, newest first.

    Attributes:
        unlinked_cost, unlinked_calls: calls that no entry of the ledger stands for (features that are part of a plan).
        next_before: pass it as `before` for the entries after these; None: there are none.
    """

    customer_id: int
    currency: str
    margin: Margin
    entries: tuple[CustomerEntry, ...]
    unlinked_cost: Decimal
    unlinked_calls: int
    next_before: int | None = None
    days: tuple[Margin, ...] = field(default=())
