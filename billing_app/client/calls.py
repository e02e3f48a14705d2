"""Every request of the API as a value: built here once, sent by the synchronous and the asynchronous client alike."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote as percent

from billing_app.client import results
from billing_app.client.reading import read, read_tuple

T = TypeVar("T")
API = "/api/v1"
MAX_BATCH = 500


def new_key() -> str:
    """A fresh idempotency key."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request that may be sent again: it changes nothing, or carries a key by which it happens once.

    Attributes:
        read: makes the result out of the answer.
        feature: what it asks to use; None: nothing that could be let through.
        instead: the result while billing cannot be reached, for a feature that fails open.
        later: what is sent once it can be reached again; None: nothing.
        again: whether it may be sent again; False for a request of your own that has no key.
    """

    method: str
    path: str
    read: Callable[[Any], T]
    body: Mapping[str, Any] | None = None
    params: Mapping[str, Any] | None = None
    key: str | None = None
    feature: str | None = None
    instead: Callable[[], T] | None = None
    later: "Call[Any] | None" = None
    again: bool = True


@dataclass(frozen=True, slots=True)
class Spend:
    """One consumption of a batch. `key` is made if you give none; keep it if you may have to send it again."""

    customer: str
    feature: str
    units: int | None = None
    credits: int | None = None
    operation: str | None = None
    add_ons: Mapping[str, int] | None = None
    reference: str | None = None
    details: Mapping[str, str | int | bool | None] | None = None
    key: str = field(default_factory=new_key)


def given(**members: Any) -> dict[str, Any]:
    """The members that were given."""
    return {name: value for name, value in members.items() if value is not None}


def of_customer(customer: str, rest: str = "") -> str:
    """A customer's path: their id is percent-encoded, slashes too."""
    if not customer:
        raise ValueError("A customer's id is not empty.")
    return f"{API}/customers/{percent(customer, safe='')}{rest}"


def check(customer: str, feature: str, wish: Mapping[str, Any]) -> Call[results.Decision]:
    """features/check."""

    def unasked() -> results.Decision:
        why = "Billing cannot be reached; this feature goes on without."
        return results.Decision(feature, True, why, units=wish.get("units") or 1, let_through=True)

    body = given(customer=customer, feature=feature, **wish)
    return Call("POST", f"{API}/features/check", _as(results.Decision), body, feature=feature, instead=unasked)


def check_many(customer: str, features: Sequence[str | Mapping[str, Any]]) -> Call[tuple[results.Decision, ...]]:
    """features/check/batch."""
    asked = [{"feature": one} if isinstance(one, str) else dict(one) for one in features]
    return Call(
        "POST",
        f"{API}/features/check/batch",
        lambda told: read_tuple(results.Decision, told["data"]),
        {"customer": customer, "features": asked},
    )


def use(customer: str, feature: str, wish: Mapping[str, Any], key: str) -> Call[results.Use]:
    """features/use."""

    def untold() -> results.Use:
        return results.Use(customer, feature, wish.get("units") or 1, "free", 0, let_through=True)

    body = given(customer=customer, feature=feature, **wish)
    plain = Call("POST", f"{API}/features/use", _as(results.Use), body, key=key, feature=feature)
    return _open(plain, untold)


def consume(customer: str, feature: str, wish: Mapping[str, Any], key: str) -> Call[results.Consumed]:
    """credits/consume."""

    def untold() -> results.Consumed:
        return results.Consumed(customer, feature, 0, let_through=True)

    body = given(customer=customer, feature=feature, **wish)
    plain = Call("POST", f"{API}/credits/consume", _as(results.Consumed), body, key=key, feature=feature)
    return _open(plain, untold)


def consume_batch(spends: Sequence[Spend]) -> Call[results.Batch]:
    """credits/consume/batch."""
    if not 1 <= len(spends) <= MAX_BATCH:
        raise ValueError(f"A batch has 1 to {MAX_BATCH} members.")
    members = [
        given(
            customer=one.customer,
            feature=one.feature,
            units=one.units,
            credits=one.credits,
            operation=one.operation,
            add_ons=one.add_ons,
            reference=one.reference,
            details=one.details,
            key=one.key,
        )
        for one in spends
    ]
    return Call("POST", f"{API}/credits/consume/batch", _as(results.Batch), {"consumes": members})


def hold(customer: str, feature: str, wish: Mapping[str, Any], key: str) -> Call[results.Held]:
    """credits/holds. Let through, it holds nothing: its capture is a consumption that is sent later."""

    def unheld() -> results.Held:
        return results.Held("", customer, feature, wish.get("credits") or 0)

    body = given(customer=customer, feature=feature, **wish)
    return Call("POST", f"{API}/credits/holds", _as(results.Held), body, key=key, feature=feature, instead=unheld)


def capture(hold_id: str, credits: int | None, details: Mapping[str, Any] | None, key: str) -> Call[results.Captured]:
    """credits/holds/{id}/capture."""
    body = given(credits=credits, details=details)
    return Call("POST", f"{API}/credits/holds/{hold_id}/capture", _as(results.Captured), body, key=key)


def release(hold_id: str, key: str) -> Call[results.Released]:
    """credits/holds/{id}/release."""
    return Call("POST", f"{API}/credits/holds/{hold_id}/release", _as(results.Released), {}, key=key)


def extend(hold_id: str, ttl_s: int | None, on_expiry: int | None) -> Call[results.Extended]:
    """credits/holds/{id}/extend."""
    body = given(ttl_s=ttl_s, on_expiry=on_expiry)
    return Call("POST", f"{API}/credits/holds/{hold_id}/extend", _as(results.Extended), body)


def quote(feature: str, wish: Mapping[str, Any]) -> Call[results.Quote]:
    """credits/quote."""
    return Call("POST", f"{API}/credits/quote", _as(results.Quote), given(feature=feature, **wish))


def reverse(customer: str, entry: int, credits: int | None, note: str | None, key: str) -> Call[results.Reversed]:
    """credits/reverse."""
    body = given(customer=customer, entry=entry, credits=credits, note=note)
    return Call("POST", f"{API}/credits/reverse", _as(results.Reversed), body, key=key)


def grant(customer: str, credits: int, wish: Mapping[str, Any], key: str) -> Call[results.Granted]:
    """credits/grant."""
    body = given(customer=customer, credits=credits, **wish)
    return Call("POST", f"{API}/credits/grant", _as(results.Granted), body, key=key)


def give_back(customer: str, feature: str, key: str) -> Call[bool]:
    """features/give-back."""
    body = {"customer": customer, "feature": feature, "key": key}
    return Call("POST", f"{API}/features/give-back", lambda told: bool(told["given_back"]), body)


def put_customer(customer: str, name: str | None, email: str | None) -> Call[results.Customer]:
    """PUT customers/{id}."""
    return Call("PUT", of_customer(customer), _as(results.Customer), given(name=name, email=email))


def entitlements(customer: str) -> Call[results.Entitlements]:
    """customers/{id}/entitlements."""
    return Call("GET", of_customer(customer, "/entitlements"), _as(results.Entitlements))


def usage(customer: str) -> Call[tuple[results.Usage, ...]]:
    """customers/{id}/usage."""
    return Call("GET", of_customer(customer, "/usage"), lambda told: read_tuple(results.Usage, told["data"]))


def balance(customer: str) -> Call[results.Balance]:
    """customers/{id}/balance."""
    return Call("GET", of_customer(customer, "/balance"), _as(results.Balance))


def ledger(customer: str, after: str | None, limit: int | None) -> Call[results.EntryPage]:
    """customers/{id}/ledger."""
    return Call("GET", of_customer(customer, "/ledger"), _as(results.EntryPage), params=given(after=after, limit=limit))


def failing_open() -> Call[tuple[str, ...]]:
    """features: those that the catalogue lets go on while billing cannot be reached."""
    return Call("GET", f"{API}/features", lambda told: tuple(one["code"] for one in told["data"] if one["fail_open"]))


def hand_over(customer: str, wish: Mapping[str, Any]) -> Call[results.HandOver]:
    """hand-overs."""
    return Call("POST", f"{API}/hand-overs", _as(results.HandOver), given(customer=customer, **wish))


def checkout(customer: str, kind: str, code: str, wish: Mapping[str, Any], key: str) -> Call[results.Checkout]:
    """checkout-sessions. While a page is open for the same thing, it is the one that is answered."""
    body = given(customer=customer, kind=kind, code=code, **wish)
    return Call("POST", f"{API}/checkout-sessions", _as(results.Checkout), body, key=key)


def checkout_state(checkout_id: str) -> Call[results.CheckoutState]:
    """checkout-sessions/{id}."""
    return Call("GET", f"{API}/checkout-sessions/{percent(checkout_id, safe='')}", _as(results.CheckoutState))


def portal(customer: str, return_to: str | None, page: str | None) -> Call[str]:
    """portal-sessions."""
    body = given(customer=customer, return_to=return_to, page=page)
    return Call("POST", f"{API}/portal-sessions", lambda told: str(told["url"]), body)


def anything(method: str, path: str, body: Any, params: Any, key: str | None) -> Call[Any]:
    """A request of your own: whatever the API has and this client has no method for."""
    if not path.startswith("/api/"):
        raise ValueError("The path begins with /api/.")
    safe = method.upper() in ("GET", "HEAD", "PUT", "DELETE") or key is not None
    return Call(method.upper(), path, lambda told: told, body, params, key, again=safe)


def _as(kind: type[T]) -> Callable[[Any], T]:
    return lambda told: read(kind, told)


def _open(plain: Call[T], instead: Callable[[], T]) -> Call[T]:
    """The same, sent later under the same key if it was let through."""
    return Call(plain.method, plain.path, plain.read, plain.body, None, plain.key, plain.feature, instead, plain)
