"""Every check of the self-audit, in the order in which they are shown. Each looks and changes nothing."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.credits.doctor import audit as recompute
from billing_app.db.engine import Database
from billing_app.db.queue_state import queue_state
from billing_app.db.stamp import SystemState
from billing_app.errors import Unavailable
from billing_app.payments.gateway import API_VERSION, StripeGateway
from billing_app.payments.pushing.service import PushService
from billing_app.payments.pushing.webhook_secret import WebhookSecret
from billing_app.payments.reconciling.service import Comparison
from billing_app.reports.tying import RevenueTies
from billing_app.self_audit import looking_at_postgresql as postgresql
from billing_app.self_audit.report import Check, State
from billing_app.self_audit.revenue import revenue_check
from billing_app.settings import Mode, Settings

OLD_COMPARISON = timedelta(hours=48)
SKEW_WARN_S, SKEW_BAD_S = 2.0, 30.0
LATE_WARN_S, LATE_BAD_S = 300, 3_600
DISK_WARN, DISK_BAD = 0.15, 0.05
MAIL_LATE = timedelta(hours=1)
EVENT_LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Around:
    """What the checks look at."""

    settings: Settings
    database: Database
    gateway: StripeGateway
    push: PushService
    comparison: Comparison
    webhook_secret: WebhookSecret
    ties: RevenueTies

    @property
    def live(self) -> bool:
        """Real Stripe, test key or live one; not the sandbox."""
        return self.settings.mode is Mode.LIVE


Look = Callable[[Around], Awaitable[Check]]


async def balances(around: Around) -> Check:
    """Every balance recomputed from entries, allocations and lots, in one moment."""
    one_moment = around.database.engine.execution_options(isolation_level="REPEATABLE READ")
    async with AsyncSession(one_moment) as session:
        drift = await recompute(session)
    looked = (
        f"{drift.accounts:,} accounts, {drift.lots:,} lots, {drift.entries:,} entries, "
        f"{drift.allocations:,} allocations, {drift.holds:,} holds recomputed"
    )
    wrong = sum(finding.count for finding in drift.findings)
    if drift.clean:
        return Check("balances", "Balances", State.OK, "0", f"{looked}: every balance is what its entries make it.")
    said = "; ".join(f"{one.rule}: {one.count} times ({', '.join(one.examples[:3])})" for one in drift.findings)
    return Check("balances", "Balances", State.BAD, f"{wrong:,}", f"{looked}. {said}")


async def revenue(around: Around) -> Check:
    """What is owed to customers, by the sums of revenue and by the ledger itself."""
    return revenue_check(await around.ties.look(None))


async def stripe_totals(around: Around) -> Check:
    """What the last comparison with Stripe came to."""
    name, title = "stripe_totals", "Stripe's totals and ours"
    last = await around.comparison.last()
    if last is None:
        state = State.WARN if around.live else State.OK
        return Check(
            name, title, state, "-", "Not compared yet: 'python -m billing_app reconcile', or wait for the night."
        )
    differing = last.figures.get("differs", 0)
    when = f"compared {last.ended_at:%Y-%m-%d %H:%M} UTC" if last.ended_at else "compared"
    if last.state == "mismatch":
        words = f"{when}: something differs that could not be mended. Look at /admin/reconcile."
        return Check(name, title, State.BAD, f"{differing}", words)
    if last.state == "warning":
        words = f"{when}: {last.figures.get('waits', 0)} wait for a known reason. See /admin/reconcile."
        return Check(name, title, State.WARN, f"{differing}", words)
    if around.live and last.ended_at is not None and clock.wall() - last.ended_at > OLD_COMPARISON:
        return Check(name, title, State.WARN, f"{differing}", f"{when}, which is long ago: does the worker run?")
    mended = last.figures.get("mended", 0)
    return Check(name, title, State.OK, f"{differing}", f"{when}: in sync" + (f", {mended} mended." if mended else "."))


def reachable(around: Around) -> None:
    """Do not ask the real Stripe about a sandbox that does not run now.

    Raises:
        Unavailable: that is so.
    """
    if not around.live and not around.settings.stripe_api_base:
        raise Unavailable("The sandbox is not running; 'run' starts it.")


async def stripe_account(around: Around) -> Check:
    """Whether the key still speaks for the account this database belongs to."""
    reachable(around)
    async with around.database.transaction() as session:
        stamped = await session.scalar(select(SystemState).where(col(SystemState.id) == 1))
    ours = stamped.stripe_account if stamped else None
    theirs = await around.gateway.account()
    if ours is not None and ours != theirs:
        words = f"The key belongs to {theirs}, this database to {ours}. Nothing must be sold with it."
        return Check("stripe_account", "Stripe key", State.BAD, "foreign", words)
    kind = "live" if around.gateway.livemode else "test"
    return Check("stripe_account", "Stripe key", State.OK, kind, f"Of {theirs}, the account of this database.")


async def stripe_objects(around: Around) -> Check:
    """Whether prices, portal and webhook endpoint at Stripe are as the catalogue wants them."""
    reachable(around)
    plan = await around.push.plan(endpoint=around.live)
    name, title = "stripe_objects", "Prices and endpoint at Stripe"
    said = "; ".join([*plan.changes, *plan.notes][:5])
    if plan.changes or plan.notes:
        words = f"{said}. Run 'python -m billing_app catalog push'."
        return Check(name, title, State.WARN, f"{len(plan.changes)}", words)
    return Check(
        name, title, State.OK, "0", f"As the catalogue's version {plan.version} wants them, API {API_VERSION}."
    )


async def webhook_secret(around: Around) -> Check:
    """Whether deliveries can be verified, and whether they were."""
    name, title = "webhook_secret", "Webhook secret"
    by_setting = bool(around.settings.stripe_webhook_secret.get_secret_value())
    known = by_setting or await around.webhook_secret.read() is not None
    async with around.database.transaction() as session:
        refused = await session.scalar(
            text("SELECT count(*) FROM refused_deliveries WHERE received_at > :since"),
            {"since": clock.wall() - timedelta(days=1)},
        )
    if not known and not around.live:
        return Check(name, title, State.OK, "0", "A sandbox's is made by 'run', for the processes it starts.")
    if not known:
        words = "No secret is known, so every delivery is refused. 'catalog push --roll' makes an endpoint anew."
        return Check(name, title, State.BAD, "none", words)
    if refused:
        words = f"{refused} deliveries of the last day were not signed with it. Look at /admin/webhooks."
        return Check(name, title, State.WARN, f"{refused}", words)
    where = "STRIPE_WEBHOOK_SECRET" if by_setting else "kept in the database, encrypted"
    return Check(name, title, State.OK, "0", f"Known ({where}); no delivery of the last day was refused.")


async def events(around: Around) -> Check:
    """Webhooks that were taken in and are not applied."""
    async with around.database.transaction() as session:
        found = await session.execute(
            text(
                "SELECT count(*) FILTER (WHERE state IN ('failed', 'parked')), "
                "count(*) FILTER (WHERE state IN ('received', 'waiting') AND received_at < :late) FROM webhook_events"
            ),
            {"late": clock.wall() - EVENT_LATE},
        )
        failed, late = found.one()
    words = "Every event that came was applied, or needed nothing."
    if failed:
        words = f"{failed} events failed or are parked. Look at them, mend the cause and replay: /admin/webhooks."
    elif late:
        words = f"{late} events wait for more than {EVENT_LATE.seconds // 60} minutes. Does the worker run?"
    state = State.BAD if failed else State.WARN if late else State.OK
    return Check("events", "Events not applied", state, f"{failed + late}", words)


async def queue(around: Around) -> Check:
    """How far the worker is behind."""
    found = await queue_state(around.database)
    state = State.BAD if found.oldest_s > LATE_BAD_S else State.WARN if found.oldest_s > LATE_WARN_S else State.OK
    words = f"{found.waiting:,} jobs wait."
    if state is not State.OK:
        words += " Start 'python -m billing_app worker', or look at its log."
    if found.failed:
        state = State.WARN if state is State.OK else state
        words += f" {found.failed:,} were given up in the last three days: the log says why."
    return Check("queue", "Age of the oldest job", state, f"{found.oldest_s:.0f} s", words)


async def mails(around: Around) -> Check:
    """Mails that are owed and did not go."""
    async with around.database.transaction() as session:
        found = await session.execute(
            text(
                "SELECT count(*) FILTER (WHERE d.state = 'refused' AND o.created_at > :recent), "
                "count(*) FILTER (WHERE d.state IN ('queued', 'sending') AND o.created_at < :late) "
                "FROM outbox o JOIN outbox_deliveries d ON d.outbox_id = o.id WHERE o.created_at > :recent"
            ),
            {"late": clock.wall() - MAIL_LATE, "recent": clock.wall() - timedelta(days=7)},
        )
        refused, late = found.one()
    words = "Every mail of the last seven days went out, or was not needed any more."
    if refused or late:
        words = f"{refused} were refused for good, {late} wait for more than an hour. Check SMTP_URL and the log."
    state = State.WARN if refused or late else State.OK
    return Check("mails", "Mails not sent", state, f"{refused + late}", words)


async def api_keys(around: Around) -> Check:
    """Keys that end soon: whoever uses one must have its successor by then."""
    async with around.database.transaction() as session:
        found = await session.execute(
            text(
                "SELECT count(*) FILTER (WHERE ends_at IS NULL OR ends_at > :now), "
                "count(*) FILTER (WHERE ends_at > :now AND ends_at < :soon AND last_used_at > :lately) "
                "FROM api_keys WHERE revoked_at IS NULL"
            ),
            {
                "now": clock.wall(),
                "soon": clock.wall() + timedelta(days=2),
                "lately": clock.wall() - timedelta(hours=6),
            },
        )
        working, ending = found.one()
    words = f"{working} in force; none in use is about to end." if working else "There are none."
    if ending:
        words = f"{ending} are in use and end within two days. Put their successors in place: /admin/keys."
    return Check("api_keys", "API keys ending in use", State.WARN if ending else State.OK, f"{ending}", words)


async def clocks(around: Around) -> Check:
    """This machine's clock beside the database's."""
    async with around.database.transaction() as session:
        skew = await postgresql.clock_skew_s(session)
    state = State.BAD if skew > SKEW_BAD_S else State.WARN if skew > SKEW_WARN_S else State.OK
    words = "This machine and the database agree on the time."
    if state is not State.OK:
        words = "This machine and the database do not agree on the time. Switch time synchronisation (NTP) on."
    return Check("clock", "Clock skew", state, f"{skew:.1f} s", words)


async def schema(around: Around) -> Check:
    """Whether the schema is the one this code was written for."""
    async with around.database.transaction() as session:
        found, wanted = await postgresql.schema(session)
    if found == wanted:
        return Check("schema", "Schema", State.OK, found, "As this version of the code wants it.")
    words = f"This code wants {wanted}. Run 'python -m billing_app migrate', or start the newer version."
    return Check("schema", "Schema", State.BAD, found, words)


async def roles(around: Around) -> Check:
    """Whose rights we work with, and whether every guard stands."""
    async with around.database.transaction() as session:
        wrong, guarded = await postgresql.rights(session), await postgresql.guarded_tables(session)
    if wrong:
        return Check("roles", "Roles and guards", State.BAD, f"{len(wrong)}", "; ".join(wrong) + ".")
    words = f"{guarded} tables show a customer own rows alone; the journal and the ledger can only be added to."
    return Check("roles", "Roles and guards", State.OK, "0", words)


async def disk(around: Around) -> Check:
    """Room on the disk of the data folder, which is the database's where it is embedded."""
    async with around.database.transaction() as session:
        size = await postgresql.size_bytes(session)
    folder = around.settings.data_dir.resolve()
    place = next(one for one in (folder, *folder.parents) if one.exists())
    usage = shutil.disk_usage(place)
    free = usage.free / usage.total
    state = State.BAD if free < DISK_BAD else State.WARN if free < DISK_WARN else State.OK
    words = f"The database takes {size / 1e6:,.0f} MB. {usage.free / 1e9:,.1f} GB are free on this machine's disk"
    words += "." if not around.live else "; that of the database server is its operator's to watch."
    return Check("disk", "Disk free", state, f"{free:.0%}", words)


ALL: dict[str, tuple[str, Look]] = {
    "balances": ("Balances", balances),
    "revenue": ("Revenue ties to the ledger", revenue),
    "stripe_totals": ("Stripe's totals and ours", stripe_totals),
    "events": ("Events not applied", events),
    "stripe_account": ("Stripe key", stripe_account),
    "stripe_objects": ("Prices and endpoint at Stripe", stripe_objects),
    "webhook_secret": ("Webhook secret", webhook_secret),
    "api_keys": ("API keys ending in use", api_keys),
    "queue": ("Age of the oldest job", queue),
    "mails": ("Mails not sent", mails),
    "clock": ("Clock skew", clocks),
    "schema": ("Schema", schema),
    "roles": ("Roles and guards", roles),
    "disk": ("Disk free", disk),
}
