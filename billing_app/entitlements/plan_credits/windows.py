"""Windows of plan credits: those that are held, and what is to become of them. Plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from billing_app.catalog.items import Offer
from billing_app.catalog.policies import Rollover
from billing_app.entitlements.plan_credits.facts import PaidInvoice, PaidLine
from billing_app.entitlements.plan_credits.periods import Window


@dataclass(slots=True)
class HeldWindow:
    """A window that was granted, with what its lot has now.

    Attributes:
        kept: of its credits, those that were not taken back. What was deducted at first counts: it is spent.
        free: left in the lot and not held. A lot that has ended has nothing.
        paid_until: the end of the period that its line paid.
        upgrade: it came on top of others in the middle of a window.
    """

    source: str
    window: Window
    paid_until: datetime
    upgrade: bool
    kept: int
    free: int


@dataclass(frozen=True, slots=True)
class Returned:
    """Credited time, as it was learnt before."""

    line_id: str
    period: Window
    late_monthly: int | None


@dataclass(frozen=True, slots=True)
class Situation:
    """An invoice, and all that decides what it does.

    Attributes:
        offers: the items of its lines, by id.
        held: windows of this subscription; those that end before all of the invoice's lines may be left out. Their
            figures are changed as credits are taken back.
        returned: credited time of this subscription that is known.
        owed: credits that were overspent earlier and are to be taken out of new lots.
    """

    paid: PaidInvoice
    offers: Mapping[int, Offer]
    held: Sequence[HeldWindow]
    returned: Sequence[Returned]
    owed: int
    rollover: Rollover

    def offer(self, line: PaidLine) -> Offer | None:
        """What a line is for, if the catalogue knows it."""
        return self.offers.get(line.item_id) if line.item_id is not None else None


@dataclass(frozen=True, slots=True)
class NewWindow:
    """A window to be granted: `credits` of which `deducted` and `returned` never become its lot's.

    Attributes:
        window: what it pays for; follows: sources of the windows it comes after.
        paid_until: the end of the whole period that the line pays.
        rolls: at most so much of it goes over into the window after.
    """

    source: str
    line: PaidLine
    offer: Offer
    upgrade: bool
    window: Window
    paid_until: datetime
    credits: int
    deducted: int
    returned: int
    net_minor: int
    rolls: int
    follows: tuple[str, ...] = ()

    @property
    def granted(self) -> int:
        """What its lot gets; 0: there is no lot."""
        return self.credits - self.deducted - self.returned


@dataclass(slots=True)
class Taking:
    """Credits to take back out of a window: `free` ones are voided; the rest was spent."""

    source: str
    credits: int
    free: int


@dataclass(slots=True)
class NewReturn:
    """Credited time, to be remembered."""

    line: PaidLine
    late_monthly: int | None
    overspent: int


@dataclass(slots=True)
class Change:
    """All that an invoice does, in order: take back, then grant."""

    takings: list[Taking] = field(default_factory=list)
    returns: list[NewReturn] = field(default_factory=list)
    windows: list[NewWindow] = field(default_factory=list)
    recovered: int = 0

    @property
    def grants_a_period(self) -> bool:
        """Whether a whole period's credits come: they replace those of the free month and of the trial."""
        return any(window.granted and not window.upgrade for window in self.windows)

    @property
    def empty(self) -> bool:
        """It does nothing."""
        return not (self.takings or self.returns or self.windows)
