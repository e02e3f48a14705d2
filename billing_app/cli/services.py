"""How a command reaches the product's services, put together as in every other process."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from billing_app.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from billing_app.bootstrap import Services

T = TypeVar("T")


def with_services(act: "Callable[[Services], Awaitable[T]]", *, stripe: bool = False) -> T:
    """Run one piece of work on the installation's services.

    Args:
        stripe: the work talks to Stripe; then mode and account are compared with the database's stamp first.
    """
    from billing_app.bootstrap import build, close, put_together
    from billing_app.cli.installation import installation
    from billing_app.db.engine import Database
    from billing_app.settings import Mode, Settings

    async def work(settings: Settings) -> T:
        if stripe:
            services = await build(settings)
        else:
            sandbox = settings.mode is Mode.SANDBOX
            services = put_together(settings, Database(settings.database_url, pool_size=4, follows_clock=sandbox))
        try:
            return await act(services)
        finally:
            await close(services)

    with installation() as settings:
        return asyncio.run(work(settings))


async def customer_called(services: "Services", reference: str) -> int:
    """The customer meant by an internal number, an e-mail address or a host product's id (`ext:...`).

    Raises:
        NotFound: there is none.
        InvalidInput: the reference is none of these.
    """
    from billing_app.accounts.customers import customer_by_external_id, get_customer

    if "@" in reference:
        user = await services.accounts.user_by_email(reference)
        if user is None or user.customer_id is None:
            raise NotFound(f"There is no customer with the address {reference}.")
        return user.customer_id
    async with services.database.transaction() as session:
        if reference.isdecimal() and len(reference) < 19:
            return (await get_customer(session, int(reference))).id
        if not reference.startswith("ext:"):
            raise InvalidInput("A customer is named by number, by e-mail address, or as ext:ID-OF-YOUR-PRODUCT.")
        found = await customer_by_external_id(session, reference.removeprefix("ext:"))
    if found is None:
        raise NotFound(f"There is no customer {reference}.")
    return found.id
