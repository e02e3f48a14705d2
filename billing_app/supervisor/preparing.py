"""What must be in the database before anything serves: schema, stamp, catalogue; in the sandbox also demo data.

Runs in a process of its own (`prepare`), which takes its imports away with it.
"""

import logging
from typing import Any

import httpx
from sqlalchemy.exc import DBAPIError

from billing_app.bootstrap import Services, build, close
from billing_app.catalog.loading import read_source
from billing_app.db.migrate import upgrade
from billing_app.db.reach import reach, why_migration_failed
from billing_app.demo import Demo
from billing_app.errors import DomainError, Unavailable
from billing_app.payments.events import RULES
from billing_app.settings import Settings
from billing_app.supervisor.places import Places

logger = logging.getLogger(__name__)


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
    services = await build(settings)
    try:
        applied = await services.catalog.apply(read_source(settings.catalog))
        answer: dict[str, Any] = {"catalog_version": applied.version, "sign_ins": []}
        said = [f"catalogue version {applied.version}" + (" (new)" if applied.made else "")]
        if webhook_url:
            answer["webhook_secret"] = await _endpoint(services, webhook_url)
            answer["sign_ins"] = await Demo(services).sign_ins()
            said.append(await _trade(services, answer["sign_ins"]))
        answer["summary"] = ", ".join(said)
        return answer
    finally:
        await close(services)


async def _endpoint(services: Services, url: str) -> str:
    """The secret of the endpoint by which our sandbox reports to us."""
    places = Places.of(services.settings)
    before = places.webhook_url()
    if before and before != url:  # another port than last time
        await services.gateway.drop_webhook_endpoint(before)
    known = places.webhook_secret(url)
    endpoint = await services.gateway.ensure_webhook_endpoint(url, types=sorted(RULES), known_secret=known)
    secret = endpoint.secret or known
    if secret is None:
        raise Unavailable("The sandbox made a webhook endpoint without telling its secret. Run 'make reset'.")
    places.keep_webhook_secret(url, secret)
    return secret


async def _trade(services: Services, sign_ins: list[dict[str, Any]]) -> str:
    """Demo purchases. The product is worth starting without them, so their failure is said, not raised."""
    customer = next(one["customer_id"] for one in sign_ins if one["customer_id"] is not None)
    try:
        await Demo(services).trade(customer)
    except (DomainError, httpx.HTTPError) as error:
        logger.exception("demo purchases")
        return f"no demo purchases ({error})"
    return "demo data"
