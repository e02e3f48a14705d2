"""What must be in the database before anything serves: schema, stamp, catalogue; in the sandbox also demo data.

Runs in a process of its own (`prepare`), which takes its imports away with it.
"""

from typing import Any

from sqlalchemy.exc import DBAPIError

from billing_app.catalog.loading import read_source
from billing_app.catalog.service import Applied, CatalogService
from billing_app.db.engine import Database
from billing_app.db.migrate import upgrade
from billing_app.db.reach import reach, why_migration_failed
from billing_app.db.stamp import Identity, stamp
from billing_app.demo import Demo
from billing_app.errors import Unavailable
from billing_app.payments.events import RULES
from billing_app.payments.gateway import StripeGateway
from billing_app.settings import Mode, Settings
from billing_app.supervisor.places import Places


def migrate(settings: Settings) -> None:
    """Bring the schema up to date.

    Raises:
        Unavailable: the database cannot be reached, or a migration failed; nothing of that one is kept.
    """
    reach(settings.owner_url)
    try:
        upgrade(settings.owner_url)
    except DBAPIError as error:
        raise Unavailable(why_migration_failed(error)) from error


async def prepare(settings: Settings, webhook_url: str) -> dict[str, Any]:
    """Everything, in order; repeating it changes nothing.

    Args:
        webhook_url: where our own sandbox shall deliver to; empty: no sandbox of ours, hence no demo data either.

    Returns:
        For the supervisor: `summary`, `catalog_version`, `sign_ins` and, for our sandbox, `webhook_secret`.
    """
    migrate(settings)
    database = Database(settings.database_url, pool_size=4, follows_clock=settings.mode is Mode.SANDBOX)
    gateway = StripeGateway(settings)
    try:
        await _stamp(settings, database, gateway)
        applied = await CatalogService(database).apply(read_source(settings.catalog))
        answer: dict[str, Any] = {"catalog_version": applied.version, "sign_ins": []}
        if webhook_url:
            answer["webhook_secret"] = await _endpoint(settings, gateway, webhook_url)
            answer["sign_ins"] = await Demo(settings, database).seed()
        answer["summary"] = _summary(applied, demo=bool(webhook_url))
        return answer
    finally:
        await gateway.close()
        await database.close()


async def _stamp(settings: Settings, database: Database, gateway: StripeGateway) -> None:
    account = await gateway.account()
    async with database.transaction() as session:
        await stamp(session, Identity(settings.mode, account, gateway.livemode))


async def _endpoint(settings: Settings, gateway: StripeGateway, url: str) -> str:
    """The secret of the endpoint by which our sandbox reports to us."""
    places = Places.of(settings)
    known = places.webhook_secret(url)
    endpoint = await gateway.ensure_webhook_endpoint(url, types=sorted(RULES), known_secret=known)
    secret = endpoint.secret or known
    if secret is None:
        raise Unavailable("The sandbox made a webhook endpoint without telling its secret. Run 'make reset'.")
    places.keep_webhook_secret(url, secret)
    return secret


def _summary(applied: Applied, *, demo: bool) -> str:
    parts = [f"catalogue version {applied.version}" + (" (new)" if applied.made else "")]
    if demo:
        parts.append("demo data")
    return ", ".join(parts)
