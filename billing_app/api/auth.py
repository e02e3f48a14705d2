"""Signing in and out over HTTP. The pages' plain forms post here; the answers set the cookie and redirect."""

import secrets
from typing import Annotated, ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from billing_app.accounts.cookie import read_cookie, session_cookie, sign_up_cookie
from billing_app.accounts.errors import PasswordNeeded
from billing_app.accounts.service import AccountService
from billing_app.accounts.use_case import SignedIn, Visit
from billing_app.api.client_address import visit
from billing_app.api.deps import Here
from billing_app.api.form_route import FormRoute, Sent, read_sent
from billing_app.api.origin import same_origin
from billing_app.errors import Unauthenticated

# The server decides when a session ends; the cookie merely must not go first. Browsers keep one 400 days at most.
_SESSION_COOKIE_S = 400 * 86_400
_SIGN_UP_COOKIE_S = 3 * 86_400
HOME = "/dashboard"
STAFF_HOME = "/admin"


class AuthRoute(FormRoute):
    """The sign-in forms and the pages they stand on."""

    pages: ClassVar[dict[str, str]] = {
        "/api/auth/sign-in": "/login",
        "/api/auth/sign-up": "/signup",
        "/api/auth/verify": "/verify",
        "/api/auth/request-reset": "/forgot",
        "/api/auth/reset": "/reset",
        "/api/auth/change-password": "/account",
        "/api/auth/sign-out": "/login",
    }


router = APIRouter(prefix="/api/auth", tags=["sign-in"], route_class=AuthRoute, dependencies=[Depends(same_origin)])

Body = Annotated[Sent, Depends(read_sent)]
From = Annotated[Visit, Depends(visit)]


async def _accounts(services: Here) -> AccountService:
    return services.accounts


Accounts = Annotated[AccountService, Depends(_accounts)]


class Cookies:
    """Our two cookies, read and written in one place: HttpOnly, SameSite=Lax, and Secure where people come by HTTPS."""

    def __init__(self, request: Request, services: Here) -> None:
        self._secure = services.settings.secure_cookies
        header = request.headers.get("cookie")
        self.session = read_cookie(header, session_cookie(secure=self._secure))
        self.sign_up = read_cookie(header, sign_up_cookie(secure=self._secure))

    def sign_in(self, response: Response, signed_in: SignedIn) -> Response:
        """Hand over a new session, and forget the sign-up that led to it."""
        self._set(response, session_cookie(secure=self._secure), signed_in.token, _SESSION_COOKIE_S)
        self._set(response, sign_up_cookie(secure=self._secure), "", 0)
        return response

    def sign_out(self, response: Response) -> Response:
        """Take the session back."""
        self._set(response, session_cookie(secure=self._secure), "", 0)
        return response

    def remember_sign_up(self, response: Response, browser: str) -> Response:
        """Mark this browser as the one that signed up."""
        self._set(response, sign_up_cookie(secure=self._secure), browser, _SIGN_UP_COOKIE_S)
        return response

    def _set(self, response: Response, name: str, value: str, max_age_s: int) -> None:
        response.set_cookie(
            name, value, max_age=max_age_s, path="/", secure=self._secure, httponly=True, samesite="lax"
        )


Jar = Annotated[Cookies, Depends(Cookies)]


def _home(signed_in: SignedIn) -> str:
    """Where somebody lands who was on the way to nowhere in particular."""
    who = signed_in.principal
    return STAFF_HOME if who.is_staff and who.customer_id is None else HOME


@router.post("/sign-in")
async def sign_in(sent: Body, origin: From, accounts: Accounts, cookies: Jar) -> Response:
    """Fields: email, password; next, token (of a confirmation link). Sets the session cookie."""
    signed_in = await accounts.sign_in(
        email=sent.need("email"),
        password=sent.need("password"),
        visit=origin,
        link_token=sent.get("token"),
        previous_token=cookies.session,
        browser=cookies.sign_up,
        next_path=sent.next,
    )
    return cookies.sign_in(sent.onward(sent.next or _home(signed_in)), signed_in)


@router.post("/sign-up")
async def sign_up(sent: Body, origin: From, accounts: Accounts, cookies: Jar) -> Response:
    """Fields: email, password; name, next. Answers the same whether or not the address has an account."""
    browser = secrets.token_urlsafe(24)
    await accounts.sign_up(
        email=sent.need("email"),
        password=sent.need("password"),
        name=sent.get("name"),
        visit=origin,
        next_path=sent.next,
        browser=browser,
    )
    return cookies.remember_sign_up(sent.onward(_login("sign_up", sent.next)), browser)


@router.post("/verify")
async def verify(sent: Body, origin: From, accounts: Accounts, cookies: Jar) -> Response:
    """Fields: token; next. Signs in, in the browser that signed up; any other is asked for the password first."""
    try:
        signed_in = await accounts.verify(
            sent.need("token"), visit=origin, browser=cookies.sign_up, previous_token=cookies.session
        )
    except PasswordNeeded as error:
        if sent.as_json:
            raise
        query = {"error": error.code, "token": sent.need("token")} | ({"next": sent.next} if sent.next else {})
        return sent.onward(f"/login?{urlencode(query)}")
    return cookies.sign_in(sent.onward(sent.next or _home(signed_in)), signed_in)


@router.post("/sign-out")
async def sign_out(sent: Body, origin: From, accounts: Accounts, cookies: Jar) -> Response:
    """Fields: next; everywhere=yes ends all of the user's sessions. Succeeds also for who is not signed in."""
    principal = await accounts.who(cookies.session) if sent.get("everywhere") == "yes" else None
    if principal is not None:
        await accounts.sign_out_everywhere(principal, visit=origin)
    await accounts.sign_out(cookies.session, visit=origin)
    return cookies.sign_out(sent.onward(sent.next or _login("signed_out", None)))


@router.post("/request-reset")
async def request_reset(sent: Body, origin: From, accounts: Accounts) -> Response:
    """Fields: email. Answers the same whether or not the address has an account."""
    await accounts.request_reset(email=sent.need("email"), visit=origin)
    return sent.onward("/forgot?done=reset_requested")


@router.post("/reset")
async def reset(sent: Body, origin: From, accounts: Accounts, cookies: Jar) -> Response:
    """Fields: token, password. Ends all sessions, this browser's too."""
    await accounts.reset_password(sent.need("token"), new=sent.need("password"), visit=origin)
    return cookies.sign_out(sent.onward(_login("reset", sent.next)))


@router.post("/change-password")
async def change_password(sent: Body, origin: From, accounts: Accounts, cookies: Jar) -> Response:
    """Fields: old_password, password; next. Ends the user's other sessions."""
    principal = await accounts.who(cookies.session)
    if principal is None:
        raise Unauthenticated("Your session has ended. Sign in again.")
    await accounts.change_password(principal, old=sent.need("old_password"), new=sent.need("password"), visit=origin)
    return sent.onward(sent.next or "/account?done=password_changed")


def _login(done: str, next_path: str | None) -> str:
    return f"/login?{urlencode({'done': done} | ({'next': next_path} if next_path else {}))}"
