"""How the installation does right now, in figures, for the page of health: database, queue, webhooks, mails, disk."""

import shutil
import sys
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from billing_app import clock
from billing_app.accounts.roles import Principal, Role
from billing_app.db.queue_state import queue_state
from billing_app.payments.gateway import API_VERSION
from billing_app.self_audit import looking_at_postgresql as postgresql
from billing_app.self_audit.checks import DISK_WARN, LATE_BAD_S, LATE_WARN_S, Around
from billing_app.self_audit.report import State

MAX_FAILED = 20
LARGEST = 12
_DATABASE = text(
    "SELECT current_setting('server_version'), pg_postmaster_start_time(), "
    "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()), "
    "current_setting('max_connections')::int"
)
_WEBHOOKS = text(
    "SELECT max(received_at), count(*) FILTER (WHERE received_at > :day), "
    "count(*) FILTER (WHERE state IN ('failed', 'parked')), "
    "count(*) FILTER (WHERE state IN ('received', 'waiting')), "
    "percentile_cont(0.99) WITHIN GROUP (ORDER BY took_ms) FILTER (WHERE received_at > :day) "
    "FROM webhook_events WHERE received_at > :day OR state IN ('received', 'waiting', 'failed', 'parked')"
)
_MAILS = text(
    "SELECT count(*) FILTER (WHERE state IN ('sent', 'kept') AND created_at > :day), "
    "count(*) FILTER (WHERE state IN ('queued', 'sending')), count(*) FILTER (WHERE state = 'refused') "
    "FROM outbox JOIN outbox_deliveries ON outbox_id = outbox.id WHERE created_at > :week"
)
_TABLES = text(
    "SELECT relname, pg_total_relation_size(oid) AS bytes, greatest(reltuples, 0)::bigint FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY bytes DESC LIMIT :most"
)
_GIVEN_UP = text(
    "SELECT task_name, count(*), max(id) FROM procrastinate_jobs WHERE status = 'failed' "
    "GROUP BY task_name ORDER BY 2 DESC LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Vital:
    """One figure of now, what it means, and how it stands."""

    name: str
    value: str
    words: str
    state: State = State.OK


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table with what it takes on disk, indexes included, and about how many rows it has."""

    name: str
    size_bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Jobs of one task that failed for good."""

    task: str
    count: int


@dataclass(frozen=True, slots=True)
class Vitals:
    """Everything the page shows."""

    figures: tuple[Vital, ...]
    tables: tuple[TableSize, ...]
    given_up: tuple[GivenUp, ...]


class Health:
    """Reads it; changes nothing."""

    def __init__(self, around: Around) -> None:
        self._around = around

    async def vitals(self, by: Principal) -> Vitals:
        """The figures of now.

        Raises:
            NotPermitted: not staff.
        """
        by.require(Role.VIEWER)
        now = clock.wall()
        times = {"day": now - timedelta(days=1), "week": now - timedelta(days=7)}
        database = self._around.database
        async with database.transaction() as session:
            version, started, connections, most = (await session.execute(_DATABASE)).one()
            size, skew = await postgresql.size_bytes(session), await postgresql.clock_skew_s(session)
            found, _wanted = await postgresql.schema(session)
            webhooks = (await session.execute(_WEBHOOKS, {"day": times["day"]})).one()
            mails = (await session.execute(_MAILS, times)).one()
            tables = [TableSize(*row) for row in await session.execute(_TABLES, {"most": LARGEST})]
            given_up = [GivenUp(row[0], row[1]) for row in await session.execute(_GIVEN_UP, {"most": MAX_FAILED})]
        queue = await queue_state(database)
        return Vitals(
            (
                Vital(
                    "Jobs waiting",
                    f"{queue.waiting:,}",
                    f"the oldest for {queue.oldest_s:.0f} s; {queue.failed:,} given up in the last three days",
                    _over(queue.oldest_s, LATE_WARN_S, LATE_BAD_S),
                ),
                Vital(
                    "Webhooks, last day",
                    f"{webhooks[1]:,}",
                    f"last {_when(webhooks[0])}; {webhooks[3]:,} under way, {webhooks[2]:,} failed; "
                    f"99 % applied within {webhooks[4] or 0:.0f} ms",
                    State.BAD if webhooks[2] else State.OK,
                ),
                Vital(
                    "Mails, last day",
                    f"{mails[0]:,}",
                    f"{mails[1]:,} waiting, {mails[2]:,} refused this week",
                    State.WARN if mails[2] else State.OK,
                ),
                Vital(
                    "Database", f"{size / 1e6:,.0f} MB", f"PostgreSQL {version}, up since {started:%Y-%m-%d %H:%M} UTC"
                ),
                Vital(
                    "Connections",
                    f"{connections:,}",
                    f"of {most:,} that the server takes",
                    State.WARN if connections > most * 0.8 else State.OK,
                ),
                Vital("Clock", f"{skew:.1f} s", "between this machine and the database"),
                _disk(self._around),
                Vital("Schema", found, f"Stripe API {API_VERSION}, Python {sys.version.split()[0]}"),
            ),
            tuple(tables),
            tuple(given_up),
        )


def _disk(around: Around) -> Vital:
    folder = around.settings.data_dir.resolve()
    usage = shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists()))
    free = usage.free / usage.total
    state = State.WARN if free < DISK_WARN else State.OK
    return Vital("Disk free", f"{free:.0%}", f"{usage.free / 1e9:,.1f} GB on the disk of this machine", state)


def _over(value: float, warn: float, bad: float) -> State:
    return State.BAD if value > bad else State.WARN if value > warn else State.OK


def _when(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "never"
