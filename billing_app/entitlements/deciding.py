"""From what the catalogue asks and what a customer has to a decision, in words a customer understands. Pure."""

from dataclasses import dataclass

from billing_app.catalog.offers import Offers
from billing_app.catalog.schema import Feature
from billing_app.credits import Balance, Price
from billing_app.entitlements.decisions import Basis, Decision, Smaller
from billing_app.entitlements.options import packs_covering, unlocks_of


@dataclass(frozen=True, slots=True)
class Question:
    """Whether this customer may use this feature so many times now."""

    customer_id: int
    feature: Feature
    units: int

    def answer(self, basis: Basis, why: str, *, allowed: bool = True) -> Decision:
        """A decision with neither figures nor ways on."""
        return Decision(self.customer_id, self.feature.code, self.feature.name, self.units, allowed, why, basis)


def by_credits(question: Question, price: Price | None, balance: Balance, offers: Offers) -> Decision:
    """Paid in credits: `price` None costs nothing."""
    feature = question.feature
    if price is None:
        return question.answer(Basis.FREE, f"{feature.name} costs nothing.")
    allowed = balance.available >= price.credits
    coming = balance.next_event if balance.next_event and balance.next_event.begins else None
    need = f"{price.credits} credit{'s' if price.credits != 1 else ''}"
    have = f"{balance.available} {'is' if balance.available == 1 else 'are'} available"
    return Decision(
        customer_id=question.customer_id,
        feature=feature.code,
        feature_name=feature.name,
        units=question.units,
        allowed=allowed,
        why=f"{feature.name} takes {need}; {have}." if allowed else f"This needs {need}; {have}.",
        basis=Basis.CREDITS,
        required=price.credits,
        available=balance.available,
        held=balance.held,
        remaining=balance.available * question.units // price.credits,
        resets_at=coming.at if coming else None,
        next_grant=coming.begins if coming else None,
        options=() if allowed else packs_covering(offers, price.credits - balance.available),
        smaller=None if allowed else _smaller(price, balance.available),
    )


def _smaller(price: Price, available: int) -> Smaller | None:
    less = price.within(available)
    if less is None:
        return None
    kept = {line.code: line.quantity for line in less.lines}
    return Smaller(
        credits=less.credits,
        add_ons={line.code: kept[line.code] for line in price.lines[1:] if line.code in kept},
        without=tuple(line.name for line in price.lines if kept.get(line.code, 0) < line.quantity),
    )


def by_unlock(question: Question, left: int | None, offers: Offers) -> Decision:
    """Opened by an unlock; `left` uses of it, None = unlimited."""
    allowed = left is None or left >= question.units
    return Decision(
        customer_id=question.customer_id,
        feature=question.feature.code,
        feature_name=question.feature.name,
        units=question.units,
        allowed=allowed,
        why=_why(question, left, allowed=allowed),
        basis=Basis.UNLOCK,
        remaining=left,
        options=() if allowed else unlocks_of(offers, question.feature.code, question.units),
    )


def _why(question: Question, left: int | None, *, allowed: bool) -> str:
    feature = question.feature
    if left is None:
        return f"{feature.name} is yours, without limit."
    if not left:
        return f"{feature.name} is locked. {feature.without or 'Buy it to use it.'}"
    counted = feature.unit.of(left) if feature.unit else f"{left:,} use{'s' if left != 1 else ''}"
    if allowed:
        return f"{feature.name} is unlocked: {counted} left."
    return f"{feature.name} has {counted} left; this needs {question.units:,}."
