"""The keyword arguments that methods of both clients have in common."""

from collections.abc import Mapping
from typing import Any, Required, TypedDict

Detail = str | int | bool | None


class Wish(TypedDict, total=False):
    """How much of it: whole uses, priced by the rate card.

    units: how many; seconds of a feature that counts minutes. operation, add_ons: which price, with what on top.
    """

    units: int
    operation: str
    add_ons: Mapping[str, int]


class UseWish(Wish, total=False):
    """reference: the business fact (a session's id), charged once whatever the keys."""

    reference: str


class SpendWish(UseWish, total=False):
    """credits: a price of your own instead of the rate card's. details: small facts kept with the entry."""

    credits: int
    details: Mapping[str, Detail]


class HoldWish(SpendWish, total=False):
    """ttl_s: it ends by itself so long after the last `extend`; cap_s: and at the latest after so long.

    on_expiry: credits taken when it ends by itself.
    """

    ttl_s: int
    cap_s: int
    on_expiry: int


class GrantWish(TypedDict, total=False):
    """label: what the customer reads; kind: promotion, gift or referral; times as RFC 3339 text."""

    label: str
    kind: str
    effective_at: str
    expires_at: str


class HandOverWish(TypedDict, total=False):
    """to: a path of the billing pages; return_to: your address to lead back to; name, email: for a new customer."""

    to: str
    return_to: str
    name: str
    email: str


class CheckoutWish(TypedDict, total=False):
    """period: month or year, of a plan alone; trial_days: fewer than the catalogue gives.

    success_url, cancel_url: pages of yours to come back to; left out: the billing pages.
    """

    period: str
    trial_days: int
    success_url: str
    cancel_url: str


class CostWish(TypedDict, total=False):
    """Tokens by class, each token in one class; customer: for whom; entry: the ledger entry that paid for the call.

    source: which of your programs calls; feature; plan, if not the one they have now; at: RFC 3339 text, if not now.
    """

    input_tokens: Required[int]
    output_tokens: Required[int]
    cached_input_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    customer: str
    feature: str
    entry: int
    source: str
    plan: str
    at: str
    metadata: dict[str, Any]
