"""The contact form over HTTP: a plain form of a page, or JSON of the same fields."""

from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from billing_app.accounts.use_case import Visit
from billing_app.api.client_address import visit
from billing_app.api.deps import Here, Visitor
from billing_app.api.form_route import FormRoute, Sent, read_sent
from billing_app.api.origin import same_origin
from billing_app.entitlements.enquiries.message import Typed
from billing_app.entitlements.enquiries.service import new_number

SENT = "/contact/sent"


class EnquiryRoute(FormRoute):
    """A refused form goes back to the contact page, which says why and still knows the plan."""

    pages: ClassVar[dict[str, str]] = {"/api/v1/enquiries": "/contact"}
    keeps: ClassVar[tuple[str, ...]] = ("plan",)
    place: ClassVar[str] = "not-sent"


router = APIRouter(prefix="/api/v1/enquiries", tags=["enquiries"], route_class=EnquiryRoute)

Body = Annotated[Sent, Depends(read_sent)]
From = Annotated[Visit, Depends(visit)]


@router.post("", dependencies=[Depends(same_origin)])
async def send(sent: Body, origin: From, services: Here, found: Visitor) -> Response:
    """Fields: name, email, message; company, plan (the code of a plan by contact).

    `website` is for machines: no person sees that field, so what fills it in is answered like all others and dropped.
    """
    if sent.get("website"):
        number = new_number()
    else:
        number = await services.enquiries.send(
            Typed(
                name=sent.need("name"),
                email=sent.need("email"),
                message=sent.need("message"),
                company=sent.get("company") or "",
                plan=sent.get("plan") or "",
            ),
            visit=origin,
            customer_id=found.customer_id if found else None,
        )
    return JSONResponse({"enquiry": number, "next": SENT}) if sent.as_json else sent.onward(SENT)
