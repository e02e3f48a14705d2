"""Beginning and ending to look as a customer, posted by plain forms: only an answer over HTTP can set cookies."""

from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Response

from billing_app.accounts.cookie import LOOK_COOKIE
from billing_app.accounts.looks.service import LONGEST
from billing_app.accounts.roles import Role
from billing_app.accounts.use_case import Visit
from billing_app.api.client_address import visit
from billing_app.api.deps import Anywhere, Here, Staff, signed_in
from billing_app.api.form_route import FormRoute, Sent, read_sent
from billing_app.api.origin import same_origin
from billing_app.errors import InvalidInput


class LookRoute(FormRoute):
    """The forms and the pages they stand on."""

    pages: ClassVar[dict[str, str]] = {
        "/api/support/look": "/admin/customers",
        "/api/support/look/end": "/admin/customers",
    }


router = APIRouter(prefix="/api/support", tags=["support"], route_class=LookRoute, dependencies=[Depends(same_origin)])
Body = Annotated[Sent, Depends(read_sent)]
From = Annotated[Visit, Depends(visit)]


@router.post("/look")
async def begin(sent: Body, origin: From, by: Staff, services: Here) -> Response:
    """Fields: customer, reason. Shows this browser the customer's pages for thirty minutes; nothing can be changed."""
    by.require(Role.SUPPORT)
    number = sent.need("customer")
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        raise InvalidInput("Which customer? Their number is missing.", field="customer")
    look = await services.support.look_as(by, int(number), reason=sent.get("reason") or "", ip=origin.ip)
    response = sent.onward("/dashboard")
    _mark(services, response, str(look.id), int(LONGEST.total_seconds()))
    return response


@router.post("/look/end")
async def end(sent: Body, origin: From, found: Anywhere, services: Here) -> Response:
    """Back to being oneself, from any address: it is a step down. Succeeds also for who was not looking."""
    customer_id = await services.accounts.end_look(await signed_in(found), ip=origin.ip)
    response = sent.onward(f"/admin/customers/{customer_id}" if customer_id else "/admin/customers")
    _mark(services, response, "", 0)
    return response


def _mark(services: Here, response: Response, value: str, max_age_s: int) -> None:
    """So that what a tab has kept of one view is forgotten in the next. It lets nobody in: the session says who."""
    secure = services.settings.secure_cookies
    response.set_cookie(LOOK_COOKIE, value, max_age=max_age_s, path="/", secure=secure, httponly=True, samesite="lax")
