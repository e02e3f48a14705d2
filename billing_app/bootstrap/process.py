"""The services of this process: made when it starts, checked against the database's stamp, given back when it ends."""

import asyncio
import logging

from sqlalchemy import select
from sqlmodel import col

from billing_app.bootstrap.assembling import put_together
from billing_app.bootstrap.services import Services
from billing_app.db.engine import Database
from billing_app.db.stamp import Identity, SystemState, WrongDatabase, stamp
from billing_app.errors import InvalidInput, Unavailable
from billing_app.payments.stripe_errors import StripeRefused
from billing_app.settings import Mode, Settings

_ACCOUNT_LIMIT_S = 15

logger = logging.getLogger(__name__)


async def build(settings: Settings) -> Services:
    """Make the services of this process, and make sure that database and Stripe key belong together.

    A database that is stamped opens also while Stripe is down, so that parts may start in any order; who Stripe says
    we are is then checked before anything else is asked of it.

    Raises:
        WrongDatabase: the database belongs to another mode or account; says what to do.
        Unavailable: the database is new, and Stripe does not say whose it will be.
        InvalidInput: a setting is missing, or Stripe refuses the key.
    """
    database = Database(
        settings.database_url, pool_size=settings.database_pool_size, follows_clock=settings.mode is Mode.SANDBOX
    )
    services = put_together(settings, database)
    try:
        await check_stamp(services)
        if kept := await services.webhook_secret.read():
            services.gateway.use_webhook_secret(kept)
    except BaseException:
        await close(services)
        raise
    make_current(services)
    return services


async def check_stamp(services: Services) -> None:
    """Stamp a new database, or compare its stamp with our mode and Stripe account.

    Raises:
        WrongDatabase: they differ. Unavailable: it is new and Stripe does not answer. InvalidInput: Stripe refuses the
            key.
    """
    mode, livemode = services.settings.mode, services.gateway.livemode
    async with services.database.transaction() as session:
        stamped = await session.scalar(select(SystemState).where(col(SystemState.id) == 1))
    if stamped is not None and (stamped.mode, stamped.livemode) != (mode.value, livemode):
        raise WrongDatabase(
            f"This database was made for {stamped.mode} mode; the key in use is for {mode.value} mode. Use the key it "
            "was made with, or point DATABASE_URL at another database."
        )
    try:
        account = await asyncio.wait_for(services.gateway.account(), _ACCOUNT_LIMIT_S)
    except StripeRefused:
        raise InvalidInput(
            "Stripe refuses STRIPE_SECRET_KEY: check the key; a restricted key needs read access to the account."
        ) from None
    except (Unavailable, TimeoutError):
        if stamped is None:
            mend = (
                "Check that this machine reaches api.stripe.com"
                if mode is Mode.LIVE
                else "Start the sandbox, or check STRIPE_API_BASE and the network"
            )
            raise Unavailable(
                f"Stripe does not answer, and this database is new: it must learn whose it is. {mend}, then start "
                "again."
            ) from None
        logger.warning("Stripe does not answer; going on with the account this database was stamped with")
        services.gateway.expect_account(stamped.stripe_account or "")
        return
    async with services.database.transaction() as session:
        await stamp(session, Identity(mode, account, livemode))


async def close(services: Services) -> None:
    """Finish what was taken and give every connection back."""
    make_current(None)
    await services.credits.close()
    if services.time_travel is not None:
        await services.time_travel.close()
    await services.gateway.close()
    await services.database.close()


_current: Services | None = None


def make_current(services: Services | None) -> None:
    """Say which services this process works with: for pages, which nobody can hand them to."""
    global _current  # noqa: PLW0603 - one set of services per process is the point
    _current = services


def current() -> Services:
    """The services of this process.

    Raises:
        Unavailable: it is starting, or ending.
    """
    if _current is None:
        raise Unavailable("The application is starting. Try again in a moment.")
    return _current
