"""What an operation costs in credits: a base and add-ons, one function for quote and consumption (row B3). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from billing_app.credits.inputs import MAX_CREDITS, check_credits, check_range, check_text
from billing_app.errors import InvalidInput

MAX_LINES = 50
MAX_QUANTITY = 1_000_000


@dataclass(frozen=True, slots=True)
class AddOn:
    """A part of an operation that costs extra.

    Attributes:
        credits: for one of it.
        repeatable: may be asked for more than once ("each further tool").
    """

    code: str
    name: str
    credits: int
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """What one operation costs: `base` credits, and what each add-on costs besides."""

    operation: str
    name: str
    base: int
    add_ons: tuple[AddOn, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a price: `quantity` times `each` credits."""

    code: str
    name: str
    quantity: int
    each: int

    @property
    def credits(self) -> int:
        """What the line adds to the price."""
        return self.quantity * self.each


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one operation, line by line, with the version of the rate card it comes from.

    Kept with the entry, so that history can be explained after the rate card has changed.
    """

    operation: str
    version: str
    lines: tuple[PriceLine, ...]

    def __post_init__(self) -> None:
        check_text(self.operation, "operation")
        check_text(self.version, "version")
        if not 1 <= len(self.lines) <= MAX_LINES:
            raise InvalidInput(f"A price has 1 to {MAX_LINES} lines.", field="lines")
        for line in self.lines:
            check_text(line.code, "code")
            check_text(line.name, "name")
            check_range(line.quantity, "quantity", 1, MAX_QUANTITY)
            check_range(line.each, "each", 0, MAX_CREDITS)
        check_credits(self.credits, "price")

    @property
    def credits(self) -> int:
        """The sum of the lines."""
        return sum(line.credits for line in self.lines)

    def part(self, quantities: Mapping[str, int]) -> "Price | None":
        """The same price with at most so many of each line; a line that is not named goes. None: nothing is left."""
        kept = [
            replace(line, quantity=min(line.quantity, quantities[line.code]))
            for line in self.lines
            if quantities.get(line.code, 0) > 0
        ]
        return replace(self, lines=tuple(kept)) if sum(line.credits for line in kept) else None

    def within(self, credits: int) -> "Price | None":
        """The same operation with as many of its add-ons as `credits` suffice for, cheapest first (WL19).

        None when there is no such thing: `credits` suffice for no less than all of it, or not even for its base.
        """
        base, *add_ons = self.lines
        left, quantities = credits - base.credits, {base.code: base.quantity}
        if left < 0 or not add_ons or self.credits <= credits:
            return None
        for line in sorted(add_ons, key=lambda one: one.each):
            quantities[line.code] = min(line.quantity, left // line.each) if line.each else line.quantity
            left -= quantities[line.code] * line.each
        return self.part(quantities)

    def snapshot(self) -> dict[str, Any]:
        """The price as JSON, kept with the entry."""
        return {
            "operation": self.operation,
            "version": self.version,
            "lines": [[line.code, line.name, line.quantity, line.each] for line in self.lines],
        }

    @classmethod
    def from_snapshot(cls, snapshot: Mapping[str, Any]) -> Self:
        """The price an entry was made at."""
        return cls(
            operation=snapshot["operation"],
            version=snapshot["version"],
            lines=tuple(PriceLine(*line) for line in snapshot["lines"]),
        )


def quote(rate: Rate, version: str, add_ons: Mapping[str, int] | None = None, *, units: int = 1) -> Price:
    """The price of an operation, done `units` times, with the add-ons chosen.

    Args:
        rate: of the operation.
        version: of the rate card it stands in.
        add_ons: how many of which, in all; 0 is the same as leaving it out.

    Raises:
        InvalidInput: an add-on the operation does not have, or more than one a unit of one that cannot be repeated.
    """
    chosen = dict(add_ons or {})
    lines = [PriceLine(rate.operation, rate.name, units, rate.base)]
    for add_on in rate.add_ons:
        quantity = chosen.pop(add_on.code, 0)
        check_range(quantity, add_on.code, 0, MAX_QUANTITY if add_on.repeatable else units)
        if quantity:
            lines.append(PriceLine(add_on.code, add_on.name, quantity, add_on.credits))
    if chosen:
        known = ", ".join(add_on.code for add_on in rate.add_ons) or "none"
        unknown = ", ".join(sorted(map(str, chosen)))
        raise InvalidInput(f'"{rate.operation}" has no add-on {unknown}; it has: {known}.', field="add_ons")
    return Price(rate.operation, version, tuple(lines))
