"""Selling from a host's server: pages of Stripe to send a browser to, and how far a purchase has come (A6, B6, E6)."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path
from pydantic import Field, model_validator

from billing_app.accounts.customers import get_customer
from billing_app.api.conventions.answers import Said, said
from billing_app.api.conventions.once_route import OnceRoute
from billing_app.api.conventions.route import Calling, MoneyRoute, ReadRoute
from billing_app.api.v1.host.inputs import Customer, Sent
from billing_app.api.v1.host.money_shapes import CheckoutShape, CheckoutStateShape, LinkShape, MoneyShape

works = APIRouter(prefix="/api/v1", tags=["checkout"], route_class=OnceRoute)
links = APIRouter(prefix="/api/v1", tags=["checkout"], route_class=MoneyRoute)
reads = APIRouter(prefix="/api/v1", tags=["checkout"], route_class=ReadRoute)
ROUTERS = (works, links, reads)

Code = Annotated[str, Field(min_length=1, max_length=80, description="As in the catalogue.")]
Address = Annotated[
    str,
    Field(min_length=1, max_length=1_000, description="Your own page, of a host that ALLOWED_RETURN_HOSTS names."),
]


class CheckoutSent(Sent):
    """What the customer wants to buy, and where they come back to."""

    customer: Customer
    kind: Literal["pack", "unlock", "plan"]
    code: Code
    period: Literal["month", "year"] | None = Field(default=None, description="Of a plan, and of nothing else.")
    success_url: Address | None = Field(default=None, description="Left out: our page, which says what was granted.")
    cancel_url: Address | None = None
    trial_days: Annotated[int, Field(ge=0, le=365)] | None = Field(
        default=None, description="Of a plan: fewer than the catalogue gives; 0 for none."
    )

    @model_validator(mode="after")
    def _terms_of_plans(self) -> Self:
        if (self.kind == "plan") is (self.period is None):
            raise ValueError("send `period` with a plan, and with nothing else")
        if self.trial_days is not None and self.kind != "plan":
            raise ValueError("only plans have `trial_days`")
        return self


class PortalSent(Sent):
    """Whose portal, and where back to."""

    customer: Customer
    return_to: Address | None = Field(default=None, description="Your page or a path of ours; our dashboard if none.")
    page: Literal["home", "payment_method"] = "home"


@works.post("/checkout-sessions", response_model=CheckoutShape, status_code=201)
async def start(sent: CheckoutSent, caller: Calling) -> Said:
    """Open Stripe's payment page for a pack, an unlock or a plan.

    Safe to repeat: while the same page is open, it is the one that is answered. Nothing is paid before the customer
    pays there, and nothing is granted before Stripe says so.
    """
    services = caller.services
    addresses = services.return_addresses
    success_to, cancel_to = (
        addresses.checked(sent.success_url, "success_url"),
        addresses.checked(sent.cancel_url, "cancel_url"),
    )
    customer_id = await services.host_customers.ensure(sent.customer)
    if sent.kind == "plan":
        assert sent.period is not None, "checked when it came"
        started = await services.subscriptions.start(
            customer_id,
            sent.code,
            sent.period,
            success_to=success_to,
            cancel_to=cancel_to,
            trial_days=sent.trial_days,
        )
    else:
        started = await services.checkout.start(
            customer_id, sent.kind, sent.code, success_to=success_to, cancel_to=cancel_to
        )
    shape = CheckoutShape(id=started.public_id, customer=sent.customer, url=started.url, reused=started.reused)
    return said(shape, status=201)


@reads.get("/checkout-sessions/{checkout}", response_model=CheckoutStateShape)
async def state(checkout: Annotated[str, Path(max_length=64)], caller: Calling) -> Said:
    """How far a checkout has come. While it is not settled, Stripe is asked anew, at most every two seconds."""
    customer_id, told = await caller.services.checkout.told(checkout)
    async with caller.services.database.transaction() as session:
        customer = (await get_customer(session, customer_id)).external_id
    shape = CheckoutStateShape(
        id=told.public_id,
        customer=customer,
        state=told.progress.value,
        kind=told.kind,
        code=told.code,
        name=told.name,
        period=told.period,
        amount=MoneyShape(minor=told.amount_minor, currency=told.currency),
        credits=told.credits,
        feature=told.feature,
        uses=told.uses,
        available=told.available,
        retry_url=_whole(told.retry_url, caller.services.settings.public_url),
        reason=told.reason,
        trial_ends_at=told.trial_ends_at,
        created_at=told.created_at,
        settled_at=told.settled_at,
    )
    return said(shape, remaining=told.available)


@links.post("/portal-sessions", response_model=LinkShape, status_code=201)
async def portal(sent: PortalSent, caller: Calling) -> Said:
    """The address of Stripe's portal for a customer who has bought something, good for a short time (B5, D3)."""
    customer_id = await caller.services.host_customers.need(sent.customer)
    subscriptions = caller.services.subscriptions
    opened = subscriptions.portal if sent.page == "home" else subscriptions.update_payment_method_url
    return said(LinkShape(url=await opened(customer_id, sent.return_to)), status=201)


def _whole(address: str | None, public_url: str) -> str | None:
    """A full address: a path alone is of no use to a host."""
    return f"{public_url.rstrip('/')}{address}" if address and address.startswith("/") else address
