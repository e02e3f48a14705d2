"""The door through which a host product's user comes in: a link used once, or a JWT of a minute."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import RedirectResponse

from billing_app.accounts.errors import SENTENCES, SignedInAsAnother
from billing_app.accounts.hand_over.jwt import MAX_LENGTH
from billing_app.accounts.use_case import Visit
from billing_app.api.auth import Jar
from billing_app.api.client_address import visit
from billing_app.api.conventions.places import paced
from billing_app.api.conventions.rate_limits import PUBLIC
from billing_app.api.deps import Here
from billing_app.errors import DomainError

PATH = "/api/auth/hand-over"

router = APIRouter(tags=["sign-in"], dependencies=[Depends(paced(PUBLIC))])


@router.get(PATH, response_class=RedirectResponse, status_code=303)
async def hand_over(
    services: Here,
    origin: Annotated[Visit, Depends(visit)],
    cookies: Jar,
    token: Annotated[str, Query(max_length=MAX_LENGTH, description="Of a link, or a JWT.")] = "",
) -> RedirectResponse:
    """Sign the host's user in and send the browser on to the page its host wanted; or say why not."""
    try:
        came = await services.hand_overs.take(token, visit=origin, previous_token=cookies.session)
    except DomainError as error:
        if error.code not in SENTENCES:
            raise
        page = "/account" if isinstance(error, SignedInAsAnother) else "/login"
        return _onward(f"{page}?{urlencode({'error': error.code})}")
    answer = _onward(came.goes_to)
    cookies.sign_in(answer, came.signed_in)
    return answer


def _onward(path: str) -> RedirectResponse:
    # The token in this address must not travel on in a Referer, nor the answer lie in a cache.
    return RedirectResponse(path, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
