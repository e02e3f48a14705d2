"""What PostgreSQL knows of itself: whose rights we have, whether its guards stand, how big it is, and its clock."""

from datetime import datetime

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.migrate import ROOT, config

_GUARDED = text(
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity"
)
_UNGUARDED = text(
    """
    SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND NOT relrowsecurity AND has_table_privilege('billing_customer', oid, 'SELECT')
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'customer_id')
    """
)
_ROLES = text(
    "SELECT current_user, rolsuper OR rolbypassrls, "
    "(SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = 'billing_customer'), "
    "EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner = r.oid) "
    "FROM pg_roles r WHERE rolname = current_user"
)
APPEND_ONLY = ("credit_entries", "credit_allocations", "audit_log", "funnel_events", "outbox")
_GUARDS = text(
    """
    SELECT name FROM unnest(:tables ::text[]) AS name WHERE NOT EXISTS (
        SELECT FROM pg_trigger t WHERE t.tgrelid = to_regclass(name) AND t.tgname = name || '_append_only'
        AND t.tgenabled IN ('O', 'A'))
    """
)


async def rights(session: AsyncSession) -> list[str]:
    """What is wrong with whose rights we work with; empty: nothing."""
    role, beyond, customer_beyond, owns = (await session.execute(_ROLES)).one()
    wrong: list[str] = []
    if beyond:
        wrong.append(f"{role} goes round row-level security")
    if customer_beyond:
        wrong.append("billing_customer goes round row-level security")
    if owns:
        wrong.append(f"{role} owns tables, so it could switch their guards off")
    wrong += [f"{name} shows every customer all rows" for name in await session.scalars(_UNGUARDED)]
    wrong += [f"{name} may be changed" for name in await session.scalars(_GUARDS, {"tables": list(APPEND_ONLY)})]
    return wrong


async def guarded_tables(session: AsyncSession) -> int:
    """How many tables show a customer own rows only."""
    return await session.scalar(_GUARDED) or 0


async def schema(session: AsyncSession) -> tuple[str, str]:
    """The schema's revision, and the one this code was written for."""
    found = await session.scalar(text("SELECT version_num FROM alembic_version")) or "none"
    made = config("postgresql://")
    made.set_main_option("script_location", str(ROOT / "alembic"))
    return str(found), ScriptDirectory.from_config(made).get_current_head() or "none"


async def clock_skew_s(session: AsyncSession) -> float:
    """How far this machine's clock and that of the database are apart, less the time of asking."""
    before = clock.wall()
    theirs: datetime = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
    after = clock.wall()
    middle = before + (after - before) / 2
    return abs((theirs - middle).total_seconds())


async def size_bytes(session: AsyncSession) -> int:
    """What the database takes on its disk."""
    return await session.scalar(text("SELECT pg_database_size(current_database())")) or 0
