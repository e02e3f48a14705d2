"""Customers, for the packages above: each function joins the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts import store
from billing_app.accounts.email_address import parse_email
from billing_app.accounts.models import Customer
from billing_app.accounts.one_line import has_control, person_name
from billing_app.errors import InvalidInput, NotFound

EXTERNAL_ID_LIMIT = 200


@dataclass(frozen=True, slots=True)
class CustomerView:
    """Who owns credits and pays. `email` is where receipts go; a host product's customer may have none."""

    id: int
    external_id: str | None
    name: str | None
    email: str | None


def check_external_id(external_id: str, *, pointer: str = "") -> str:
    """The id, if a customer can be called so. `.` and `..` cannot: no client can send them as a part of an address.

    Args:
        pointer: where it stood in a request.

    Raises:
        InvalidInput: it is empty, too long, has control characters or white space around it.
    """
    clean = external_id.isascii() and external_id.isprintable()
    if (
        not 1 <= len(external_id) <= EXTERNAL_ID_LIMIT
        or not (clean or not has_control(external_id))
        or external_id != external_id.strip()
        or external_id in (".", "..")
    ):
        message = f"An external id has 1 to {EXTERNAL_ID_LIMIT} characters, without control characters."
        told = {"errors": [{"pointer": pointer, "code": "external_id", "message": message}]} if pointer else {}
        raise InvalidInput(message, **told)
    return external_id


async def get_customer(session: AsyncSession, customer_id: int) -> CustomerView:
    """One customer.

    Raises:
        NotFound: there is none with this id.
    """
    found = await store.customer_by_id(session, customer_id)
    if found is None:
        raise NotFound("There is no such customer.")
    return _view(found)


async def living_customer(session: AsyncSession, customer_id: int) -> CustomerView:
    """One customer who was not erased, and is not until this transaction ends: for all that staff write and give.

    Ask it under whatever lock the deed takes, or before anything is written: who erases waits for it, or it for them.

    Raises:
        NotFound: there is none with this id, or they were erased.
    """
    found = await store.customer_held(session, customer_id)
    if found is None:
        raise NotFound("There is no such customer.")
    if found.erased_at is not None:
        raise NotFound("This customer was erased: there is nobody to give anything to, or to write about.")
    return _view(found)


async def customer_by_external_id(session: AsyncSession, external_id: str) -> CustomerView | None:
    """The customer a host product calls by this id, if it has been seen."""
    found = await store.customer_by_external_id(session, external_id)
    return _view(found) if found is not None else None


async def ensure_customer(
    session: AsyncSession, external_id: str, *, name: str | None = None, email: str | None = None
) -> CustomerView:
    """The host product's customer, made on first sight. Name and e-mail count only then.

    Raises:
        InvalidInput: the id is empty, too long or has control characters; or name or e-mail are not valid.
    """
    check_external_id(external_id)
    found = await store.customer_by_external_id(session, external_id)
    if found is None:
        found = await store.add_customer(
            session,
            external_id=external_id,
            name=person_name(name) if name else None,
            email=parse_email(email).address if email else None,
            at=clock.now(),
        )
    if found is None:  # another request made it in between
        found = await store.customer_by_external_id(session, external_id)
    assert found is not None
    return _view(found)


async def is_erased(session: AsyncSession, customer_id: int) -> bool:
    """Whether this customer was made nobody: nothing is sold or given to them any more."""
    found = await store.customer_by_id(session, customer_id)
    return found is not None and found.erased_at is not None


async def unconfirmed_customers(session: AsyncSession, customer_ids: Sequence[int]) -> set[int]:
    """Which of these customers have not confirmed an e-mail address yet.

    A host product's customer has no users here: the host has let them in, and answers for that.
    """
    return await store.unconfirmed_customers(session, customer_ids)


def _view(customer: Customer) -> CustomerView:
    assert customer.id is not None
    return CustomerView(customer.id, customer.external_id, customer.name, customer.email)
