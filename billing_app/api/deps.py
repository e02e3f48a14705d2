"""What routes are given: the services of this process, and who is asking."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from billing_app.accounts.client_address import check_allowed, client_address
from billing_app.accounts.cookie import read_cookie, session_cookie
from billing_app.accounts.roles import Principal, Role
from billing_app.bootstrap import Services, current
from billing_app.db.looking import look_only
from billing_app.errors import Forbidden, Unauthenticated
from billing_app.settings import Settings


def address_of(connection: HTTPConnection, settings: Settings) -> str | None:
    """The client's address, as far as our proxies vouch for it."""
    peer = connection.client.host if connection.client else None
    return client_address(peer, connection.headers.getlist("x-forwarded-for"), settings.trusted_proxy_hops or 0)


async def services_of(connection: HTTPConnection) -> Services:
    """The services this app was given, or else those of the process.

    Raises:
        Unavailable: the process is starting or ending.
    """
    given: Services | None = getattr(connection.app.state, "services", None)
    return given if given is not None else current()


Here = Annotated[Services, Depends(services_of)]


async def anywhere(connection: HTTPConnection, services: Here) -> Principal | None:
    """Who is signed in by the session cookie, wherever they are: only to step down from what they may do."""
    name = session_cookie(secure=services.settings.secure_cookies)
    return await services.accounts.who(read_cookie(connection.headers.get("cookie"), name))


Anywhere = Annotated[Principal | None, Depends(anywhere)]


async def visitor(connection: HTTPConnection, services: Here, found: Anywhere) -> Principal | None:
    """Who is signed in by the session cookie; None for anyone else.

    Raises:
        AddressNotAllowed: staff who look as a customer, from another address than `ADMIN_ALLOWED_ADDRESSES` lets pass.
    """
    if found is not None and found.behind is not None:  # a look begun inside does not go on outside
        check_allowed(address_of(connection, services.settings), services.settings.admin_allowed_addresses)
    return found


Visitor = Annotated[Principal | None, Depends(visitor)]


async def signed_in(found: Visitor) -> Principal:
    """Whoever is signed in.

    Raises:
        Unauthenticated: nobody is.
    """
    if found is None:
        raise Unauthenticated("Sign in first.")
    return found


SignedIn = Annotated[Principal, Depends(signed_in)]


async def staff(connection: HTTPConnection, services: Here, principal: SignedIn) -> Principal:
    """A member of staff, also while another tab of theirs looks as a customer; services ask for the role they need.

    Raises:
        Unauthenticated: nobody is signed in. NotPermitted: a customer.
        AddressNotAllowed: from another address than `ADMIN_ALLOWED_ADDRESSES` lets pass.
    """
    check_allowed(address_of(connection, services.settings), services.settings.admin_allowed_addresses)
    who = principal.behind or principal
    who.require(Role.VIEWER)
    look_only(False)
    return who


Staff = Annotated[Principal, Depends(staff)]


async def customer_of(principal: SignedIn) -> int:
    """The customer of whoever is signed in: everything they read and write is that customer's (row A12).

    Raises:
        Forbidden: pure staff, who own nothing.
    """
    if principal.customer_id is None:
        raise Forbidden("You are signed in as staff, without a customer of your own.")
    return principal.customer_id


CustomerId = Annotated[int, Depends(customer_of)]
