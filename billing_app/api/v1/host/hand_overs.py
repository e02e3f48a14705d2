"""Handing the host's user over into our pages, signed in, by a link that works once."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from billing_app.api.conventions.answers import Moment, Said, Shape, said
from billing_app.api.conventions.route import Calling, MoneyRoute
from billing_app.api.hand_over import PATH

router = APIRouter(prefix="/api/v1", tags=["hand-over"], route_class=MoneyRoute)


class NewHandOver(BaseModel):
    """Who shall come in, where to, and where back to."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [{"customer": "user_4711", "to": "/pricing", "return_to": "https://app.example.com/chat"}]
        },
    )

    customer: Annotated[
        str, Field(min_length=1, max_length=200, description="Your own id of the customer; made on first sight.")
    ]
    name: Annotated[str | None, Field(max_length=100, description="Counts when the customer is made.")] = None
    email: Annotated[
        str | None, Field(max_length=254, description="For receipts; counts when the customer is made.")
    ] = None
    to: Annotated[
        str | None, Field(max_length=1_000, description="A path of ours to begin at; `/dashboard` by default.")
    ] = None
    return_to: Annotated[
        str | None,
        Field(max_length=1_000, description="Your address to lead back to, of a host in ALLOWED_RETURN_HOSTS."),
    ] = None


class HandOverLink(Shape):
    """A link to send one browser to, once, before `expires_at`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://billing.example.com/api/auth/hand-over?token=3q2-7wE...",
                    "expires_at": "2026-11-21T09:35:00Z",
                }
            ]
        }
    )

    url: str
    expires_at: Moment


@router.post("/hand-overs", response_model=HandOverLink, status_code=201)
async def hand_over(sent: NewHandOver, caller: Calling) -> Said:
    """Make a one-time link that signs your user into our dashboard or wall as their customer.

    Redirect the browser there at once: the link works once, for five minutes. The session lasts 12 hours and shows a
    way back to `return_to`. A browser that is signed in here with a password as somebody else is not taken over.
    """
    made = await caller.services.hand_overs.create(
        sent.customer,
        key_id=caller.holder.key_id,
        name=sent.name,
        email=sent.email,
        goes_to=sent.to,
        return_to=sent.return_to,
    )
    base = caller.services.settings.public_url.rstrip("/")
    return said(
        HandOverLink(url=f"{base}{PATH}?{urlencode({'token': made.token})}", expires_at=made.expires_at), status=201
    )
