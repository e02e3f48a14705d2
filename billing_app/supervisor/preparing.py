"""What must be in the database before anything serves: schema, stamp, catalogue; in the sandbox also demo data.

Runs in a process of its own (`prepare`), which takes its imports away with it.
"""

import logging
from typing import Any

import httpx
from sqlalchemy.exc import DBAPIError

from billing_app.bootstrap import Services, build, close
from billing_app.catalog.loading import content_hash, load, preset_names, read_source
from billing_app.db.migrate import upgrade
from billing_app.db.reach import reach, why_migration_failed
from billing_app.demo.seeding import EXTENTS, begin_in_the_past, is_due_before_serving
from billing_app.demo.trade import Demo
from billing_app.errors import DomainError, InvalidInput, Unavailable
from billing_app.journal.audit import SYSTEM
from billing_app.payments.events import RULES
from billing_app.settings import Mode, Settings
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
        For the supervisor: `summary`, `catalog_hash`, `sign_ins`; `catalog_file` where what is in force is not
        what `CATALOG` names; for our sandbox `webhook_secret`, and `life` where one is to be told before serving.
    """
    migrate(settings)
    services = await build(settings)
    try:
        answer: dict[str, Any] = {"sign_ins": []}
        if webhook_url:
            await begin_in_the_past(services, EXTENTS.get(settings.demo))
        said = [await _catalogue(services, answer)]
        if webhook_url:
            said += await _model_prices(services)
            said.append(await _prices(services))
            answer["webhook_secret"] = await _endpoint(services, webhook_url)
            answer["sign_ins"] = await Demo(services).sign_ins()
            answer["life"] = await is_due_before_serving(services)
            if not answer["life"]:
                said.append(await _trade(services, answer["sign_ins"]))
        else:
            said += await _missing_at_stripe(services)
        answer["summary"] = ", ".join(said)
        return answer
    finally:
        await close(services)


async def _catalogue(services: Services, answer: dict[str, Any]) -> str:
    """Put a catalogue in force where none is, and tell the supervisor which one is.

    Raises:
        InvalidInput: live mode with nothing applied and nothing named: the showcase is not for sale.
    """
    settings = services.settings
    named = "catalog" in settings.model_fields_set
    if settings.mode is Mode.LIVE and not named and not await services.catalog.any_applied():
        raise InvalidInput(
            "Nothing is for sale yet: apply your catalogue first: CATALOG=file, or python -m billing_app catalog apply "
            "FILE."
        )
    source = read_source(settings.catalog)
    applied = await services.catalog.start_with(source, shipped=settings.catalog in preset_names())
    in_force = await services.catalog.published()
    answer["catalog_hash"] = content_hash(in_force.catalog)
    exported = Places.of(settings).catalog
    if answer["catalog_hash"] == content_hash(load(source)):
        exported.unlink(missing_ok=True)
        return f"catalogue version {in_force.version}" + (" (new)" if applied and applied.made else "")
    exported.parent.mkdir(parents=True, exist_ok=True)
    exported.write_text(await services.catalog.export(version=in_force.version), encoding="utf-8")
    answer["catalog_file"] = str(exported)
    return f"catalogue version {in_force.version} as it was applied" + (f", not {source.name}" if named else "")


async def _model_prices(services: Services) -> list[str]:
    """What models cost, for those that nobody has priced; in live mode `costs prices --seed` does it when asked."""
    made = await services.model_prices.seed(actor=SYSTEM)
    return [f"{len(made)} model prices (new)"] if made else []


async def _prices(services: Services) -> str:
    """Products and prices in our sandbox, as `catalog push` makes them. What is missing is made when it is sold."""
    try:
        plan = await services.push.plan(endpoint=False)
        await services.push.push(plan, by=SYSTEM)
    except DomainError as error:
        logger.exception("catalog push")
        return f"no prices in Stripe ({error})"
    return "prices in Stripe" + (" (new)" if plan.changes else "")


async def _missing_at_stripe(services: Services) -> list[str]:
    """What a person has to do before everything can be sold, with a Stripe that is not ours to set up unasked.

    Raises:
        InvalidInput: live mode without any way to verify what Stripe delivers: no purchase would ever arrive.
    """
    settings = services.settings
    by_setting = settings.stripe_webhook_secret.get_secret_value()
    if settings.mode is Mode.LIVE and not by_setting and not await services.webhook_secret.read():
        raise InvalidInput(
            "Stripe's deliveries cannot be verified yet. Run 'python -m billing_app catalog push', which makes the "
            "webhook endpoint and keeps its secret, or set STRIPE_WEBHOOK_SECRET (whsec_... of your own endpoint)."
        )
    return ["not all prices are in Stripe yet: catalog push"] if await services.push.is_due() else []


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
