"""Amounts, checkouts and addresses to go to, as the API tells them. Pure."""

from billing_app.api.conventions.answers import Moment, Shape


class MoneyShape(Shape):
    """An amount in the currency's smallest unit: 2900 USD is 29.00 dollars."""

    minor: int
    currency: str


class CheckoutShape(Shape):
    """A page of Stripe to send the browser to. `reused`: it was open already."""

    id: str
    customer: str
    url: str
    reused: bool


class CheckoutStateShape(Shape):
    """How far a checkout has come, by our own books and not by a redirect.

    `state`: `open`, `pending` (paid, or its news, is on the way), `granted`, `failed`, `expired`.
    """

    id: str
    customer: str | None
    state: str
    kind: str
    code: str
    name: str
    period: str | None
    amount: MoneyShape
    credits: int | None
    feature: str | None
    uses: int | None
    available: int | None
    retry_url: str | None
    reason: str | None
    trial_ends_at: Moment | None
    created_at: Moment
    settled_at: Moment | None


class LinkShape(Shape):
    """An address to send the browser to, good for a short time."""

    url: str
