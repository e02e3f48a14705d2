"""What "may this customer use this now?" answers, and the body every refusal carries. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from billing_app.entitlements.quotas.views import QuotaUsage
from billing_app.entitlements.subscriptions.views import PlanInForce
from billing_app.errors import DomainError


class Basis(StrEnum):
    """What allows a feature, or would. What a plan counts is QUOTA, what it has uncounted PLAN."""

    FREE = "free"
    CREDITS = "credits"
    UNLOCK = "unlock"
    PLAN = "plan"
    QUOTA = "quota"


@dataclass(frozen=True, slots=True)
class Option:
    """One way on, for a customer who was refused.

    Attributes:
        kind: `pack`, `unlock` or `plan`: what to give to checkout with `code`. `pay`: the subscription's open invoice
            is in the way. `wait`: it opens by itself at `until`; nothing to buy, `code` is empty.
        credits: what a pack grants, or a plan each month; None for what grants none.
        uses: uses of an unlock; None when unlimited, or for anything else.
        price_minor, currency: what it costs, a plan's for one `period`; None for what is agreed by contract.
        url: where to buy it, a path of ours or the seller's own address; empty for `wait`.
        enough: whether it covers what was missing all by itself.
        brings: what a plan allows of the refused feature, in words: `10 CVs a month`; empty for anything else.
        action: what taking a plan is for this customer: `start`, `upgrade` or `contact`; None for anything else.
    """

    kind: str
    code: str
    name: str
    price_minor: int | None
    currency: str | None
    url: str
    credits: int | None = None
    uses: int | None = None
    enough: bool = True
    period: str | None = None
    action: str | None = None
    until: datetime | None = None
    brings: str = ""

    def as_json(self) -> dict[str, Any]:
        """The option as the problem document and the API show it."""
        if self.kind == "wait":
            return {"kind": "wait", "until": self.until.isoformat() if self.until else None, "enough": self.enough}
        told: dict[str, Any] = {
            "kind": self.kind,
            "code": self.code,
            "name": self.name,
            "credits": self.credits,
            "uses": self.uses,
            "price_minor": self.price_minor,
            "currency": self.currency,
            "url": self.url,
            "enough": self.enough,
        }
        if self.kind == "plan":
            told |= {"period": self.period, "action": self.action, "brings": self.brings}
        return told


@dataclass(frozen=True, slots=True)
class Smaller:
    """The same thing with fewer add-ons, for the credits there are (WL19).

    Attributes:
        add_ons: how many of which stay.
        without: names of what is left out.
    """

    credits: int
    add_ons: dict[str, int]
    without: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As the problem document and the API show it."""
        return {"credits": self.credits, "add_ons": self.add_ons, "without": list(self.without)}


@dataclass(frozen=True, slots=True)
class Decision:
    """May this customer use `feature` `units` times now, and if not, what would open it.

    Attributes:
        why: a sentence for the customer.
        basis: what allows it; when refused, what is missing.
        required: credits the units cost; None when it is not paid in credits.
        available, held: the customer's credits when `required` is set.
        remaining: uses left (unlock), counts left (quota), or how often the credits suffice; None = unlimited.
        limit, used: of a quota's running window, in counts; limit None when unlimited, or when nothing is counted.
        over: how many of the units lie beyond the limit, where a soft cap lets them through.
        resets_at, next_grant: when what is short renews by itself, and how much; None: never by itself.
        options: ways on, best first; empty when allowed.
        smaller: what the credits there are would suffice for; None when for nothing, or when allowed.
    """

    customer_id: int
    feature: str
    feature_name: str
    units: int
    allowed: bool
    why: str
    basis: Basis
    required: int | None = None
    available: int | None = None
    held: int = 0
    remaining: int | None = None
    limit: int | None = None
    used: int | None = None
    over: int = 0
    resets_at: datetime | None = None
    next_grant: int | None = None
    options: tuple[Option, ...] = ()
    smaller: Smaller | None = None

    @property
    def shortfall(self) -> int:
        """Credits missing; 0 when enough or not paid in credits."""
        return max(0, (self.required or 0) - (self.available or 0))

    def as_json(self) -> dict[str, Any]:
        """The members that a decision and a refusal have in common: the wall of page and API."""
        return {
            "feature": self.feature,
            "feature_name": self.feature_name,
            "units": self.units,
            "allowed": self.allowed,
            "why": self.why,
            "basis": self.basis.value,
            "required": self.required,
            "available": self.available,
            "held": self.held,
            "shortfall": self.shortfall,
            "remaining": self.remaining,
            "limit": self.limit,
            "used": self.used,
            "over": self.over,
            "limit_source": "quota" if self.basis is Basis.QUOTA else "balance",
            "resets_at": self.resets_at.isoformat() if self.resets_at else None,
            "next_grant": self.next_grant,
            "options": [option.as_json() for option in self.options],
            "smaller": self.smaller.as_json() if self.smaller else None,
        }

    def refusal(self) -> "Refused":
        """The error that says what this decision says; only for a decision that does not allow."""
        assert not self.allowed, "a decision that allows is no refusal"
        match self.basis:
            case Basis.CREDITS:
                return NotEnough(self)
            case Basis.PLAN:
                return PlanLacks(self)
            case Basis.QUOTA:
                return OverQuota(self)
            case _:
                return Locked(self)


class Refused(DomainError):
    """The customer may not use the feature now; carries the decision, so that page and API show the same wall."""

    status: ClassVar[int] = 402

    def __init__(self, decision: Decision) -> None:
        body = decision.as_json()
        for own in ("allowed", "why"):
            body.pop(own)
        super().__init__(decision.why, **body)
        self.decision = decision


class NotEnough(Refused):
    """Fewer credits are available than the feature costs."""

    code = "insufficient_credits"
    title = "Not enough credits"


class Locked(Refused):
    """The feature opens with something the customer does not own, or has used up."""

    code = "feature_locked"
    title = "This feature is locked"


class OverQuota(Refused):
    """What the plan allows in this window is used up (row C4)."""

    code = "quota_exceeded"
    title = "Limit reached"


class PlanLacks(Refused):
    """The feature comes with plans, and the customer's is none of them, or allows none of it."""

    status = 403
    code = "plan_lacks_feature"
    title = "Not in your plan"


class PlanRequired(Refused):
    """A gate asks for a plan that the customer does not have (row D5)."""

    status = 403
    code = "plan_required"
    title = "This needs another plan"


@dataclass(frozen=True, slots=True)
class OwnedUnlock:
    """An unlock a customer bought: `uses_left` None = unlimited.

    `revoked_at`: it cannot be used since then, because it was refunded or, if `disputed` says so, as long as its
    payment is.
    """

    id: int
    code: str
    feature: str
    granted_at: datetime
    uses_granted: int | None
    uses_left: int | None
    revoked_at: datetime | None
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything a customer may do (row A5): credits, each feature's decision, plan, quotas, what was unlocked."""

    customer_id: int
    available: int
    held: int
    features: tuple[Decision, ...]
    unlocks: tuple[OwnedUnlock, ...]
    plan: PlanInForce | None
    quotas: tuple[QuotaUsage, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A use that was taken.

    Attributes:
        charged: credits taken; 0 for anything that is not paid in credits.
        available: credits available afterwards; None when it is not paid in credits.
        remaining: uses (unlock), counts (quota) left afterwards; None = unlimited.
        repeated: the same key was used before; nothing was taken now.
        over: how many of the units lie beyond a soft limit.
        entry_id: of the ledger, when credits were taken: what can be reversed.
    """

    customer_id: int
    feature: str
    units: int
    basis: Basis
    charged: int
    available: int | None
    remaining: int | None
    repeated: bool
    over: int = 0
    entry_id: int | None = None
