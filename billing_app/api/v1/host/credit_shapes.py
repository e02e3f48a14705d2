"""What was done with credits, as the API says it: taken, set aside, given back, granted. Pure."""

from billing_app.api.conventions.answers import Moment, Shape
from billing_app.credits import HoldView, Price


class PriceLineShape(Shape):
    code: str
    name: str
    quantity: int
    each: int
    credits: int


class PriceShape(Shape):
    """A price, line by line, with the catalogue's version that it comes from."""

    operation: str
    version: str
    credits: int
    lines: list[PriceLineShape]


class TakenShape(Shape):
    lot: int
    credits: int


class ConsumedShape(Shape):
    """Credits were taken. `entry` is null where the rate card asks for nothing."""

    customer: str
    feature: str
    entry: int | None
    credits: int
    available: int
    replayed: bool
    price: PriceShape | None
    taken: list[TakenShape]


class BatchMember(Shape):
    """What became of one consumption of a batch: either it was done, or `problem` says why not."""

    key: str
    done: bool
    entry: int | None = None
    credits: int = 0
    available: int | None = None
    replayed: bool = False
    problem: dict[str, object] | None = None


class BatchShape(Shape):
    """One answer for each member, in the order they were sent."""

    done: int
    refused: int
    credits: int
    data: list[BatchMember]


class QuoteShape(Shape):
    """What it costs. `allowed`, `available` and `shortfall` are there when a customer was named."""

    feature: str
    credits: int
    price: PriceShape | None
    customer: str | None = None
    allowed: bool | None = None
    available: int | None = None
    shortfall: int | None = None


class HoldShape(Shape):
    """Credits set aside. `state` is live, captured, released or expired."""

    id: str
    customer: str | None = None
    feature: str
    reference: str | None
    credits: int
    captured: int
    state: str
    created_at: Moment
    expires_at: Moment
    cap_at: Moment
    on_expiry: int
    entry: int | None


class HeldShape(Shape):
    """A hold was made."""

    id: str
    customer: str
    feature: str
    credits: int
    available: int
    expires_at: Moment
    state: str
    replayed: bool
    price: PriceShape | None


class ExtendedShape(Shape):
    """The hold ends later. `at_cap`: no further extension will move it."""

    id: str
    expires_at: Moment
    at_cap: bool
    available: int
    replayed: bool


class CapturedShape(Shape):
    """Held credits were taken; `released` of them are free again."""

    id: str
    entry: int
    credits: int
    released: int
    available: int
    replayed: bool
    taken: list[TakenShape]


class ReleasedShape(Shape):
    """The hold is over and took nothing."""

    id: str
    released: int
    available: int
    replayed: bool


class ReversedShape(Shape):
    """Credits were given back. `left` of the entry could still be."""

    customer: str
    entry: int
    reverses: int
    credits: int
    left: int
    available: int
    replayed: bool


class GrantedShape(Shape):
    """A lot was made. `entry` is null while it is prepared for later."""

    customer: str
    lot: int
    entry: int | None
    credits: int
    available: int
    replayed: bool


def hold_name(customer_id: int, hold_id: int) -> str:
    """A hold as the API calls it: it says by itself whose it is."""
    return f"hold_{customer_id}_{hold_id}"


def price_shape(price: Price | None) -> PriceShape | None:
    """A price, line by line."""
    if price is None:
        return None
    lines = [
        PriceLineShape(code=one.code, name=one.name, quantity=one.quantity, each=one.each, credits=one.credits)
        for one in price.lines
    ]
    return PriceShape(operation=price.operation, version=price.version, credits=price.credits, lines=lines)


def hold_shape(hold: HoldView, customer_id: int, customer: str | None = None) -> HoldShape:
    """A hold, live or ended."""
    return HoldShape(
        id=hold_name(customer_id, hold.id),
        customer=customer,
        feature=hold.feature,
        reference=hold.reference,
        credits=hold.credits,
        captured=hold.captured,
        state=hold.state.value,
        created_at=hold.created_at,
        expires_at=hold.expires_at,
        cap_at=hold.cap_at,
        on_expiry=hold.on_expiry,
        entry=hold.entry_id,
    )
