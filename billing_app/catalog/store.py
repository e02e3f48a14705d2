"""Every SQL statement of the catalogue."""

from datetime import datetime

from sqlalchemy import exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.catalog.items import ItemKind, Offer, Terms, Wanted
from billing_app.catalog.models import CatalogItem, CatalogVersion
from billing_app.catalog.schema import Period

_PUBLISH_LOCK = 0x0CA7_A106


async def lock_publishing(session: AsyncSession) -> None:
    """One publication at a time, until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _PUBLISH_LOCK})


async def latest_number(session: AsyncSession) -> int:
    """The version in force; 0 before the first."""
    row = await session.execute(select(col(CatalogVersion.number)).order_by(col(CatalogVersion.number).desc()).limit(1))
    return row.scalar_one_or_none() or 0


async def version(session: AsyncSession, number: int) -> CatalogVersion | None:
    return await session.get(CatalogVersion, number)


async def versions(session: AsyncSession, *, before: int | None, limit: int) -> list[CatalogVersion]:
    """Newest first."""
    query = select(CatalogVersion).order_by(col(CatalogVersion.number).desc()).limit(limit)
    if before is not None:
        query = query.where(col(CatalogVersion.number) < before)
    return list((await session.execute(query)).scalars())


async def was_applied(session: AsyncSession, source_name: str, source: str, content_hash: str) -> bool:
    """Whether any version came from a source of this name and said this: to the letter, or by its meaning."""
    same = or_(col(CatalogVersion.source) == source, col(CatalogVersion.content_hash) == content_hash)
    found = await session.execute(select(exists().where(col(CatalogVersion.source_name) == source_name, same)))
    return found.scalar_one()


async def add_version(
    session: AsyncSession,
    *,
    number: int,
    content_hash: str,
    source: str,
    source_name: str,
    applied_by: str,
    applied_at: datetime,
    changes: list[str],
) -> None:
    session.add(
        CatalogVersion(
            number=number,
            content_hash=content_hash,
            source=source,
            source_name=source_name,
            applied_by=applied_by,
            applied_at=applied_at,
            changes=changes,
        )
    )
    await session.flush()


async def all_items(session: AsyncSession) -> list[Offer]:
    """Every item ever made. They grow with price changes, not with customers."""
    rows = await session.execute(select(CatalogItem).order_by(col(CatalogItem.id)))
    return [as_offer(row) for row in rows.scalars()]


async def item(session: AsyncSession, item_id: int) -> Offer | None:
    row = await session.get(CatalogItem, item_id)
    return as_offer(row) if row else None


async def item_of_stripe_price(session: AsyncSession, price_id: str) -> Offer | None:
    row = await session.execute(select(CatalogItem).where(col(CatalogItem.stripe_price_id) == price_id))
    found = row.scalar_one_or_none()
    return as_offer(found) if found else None


async def on_sale(session: AsyncSession, kind: ItemKind, code: str, period: Period | None) -> Offer | None:
    row = await session.execute(
        select(CatalogItem).where(
            col(CatalogItem.kind) == kind.value,
            col(CatalogItem.code) == code,
            col(CatalogItem.period) == (period.value if period else None),
            col(CatalogItem.retired_in).is_(None),
        )
    )
    found = row.scalar_one_or_none()
    return as_offer(found) if found else None


async def last_definition(session: AsyncSession, kind: ItemKind, code: str) -> Offer | None:
    """How the catalogue last described something, on sale or not."""
    row = await session.execute(
        select(CatalogItem)
        .where(col(CatalogItem.kind) == kind.value, col(CatalogItem.code) == code)
        .order_by(col(CatalogItem.retired_in).desc().nulls_first(), col(CatalogItem.id).desc())
        .limit(1)
    )
    found = row.scalar_one_or_none()
    return as_offer(found) if found else None


async def make(session: AsyncSession, wanted: Wanted, version_number: int) -> None:
    terms = wanted.terms
    session.add(
        CatalogItem(
            kind=terms.kind.value,
            code=terms.code,
            period=terms.period.value if terms.period else None,
            amount_minor=terms.amount_minor,
            currency=terms.currency,
            tax_behavior=terms.tax_behavior,
            credits=terms.credits,
            valid_days=terms.valid_days,
            feature=terms.feature,
            uses=terms.uses,
            name=wanted.name,
            description=wanted.description,
            sort=wanted.sort,
            definition=wanted.definition,
            introduced_in=version_number,
        )
    )
    await session.flush()


async def describe(session: AsyncSession, item_id: int, wanted: Wanted) -> None:
    """Take over name, description and definition, and put the item (back) on sale. Its terms stay."""
    await session.execute(
        update(CatalogItem)
        .where(col(CatalogItem.id) == item_id)
        .values(
            name=wanted.name,
            description=wanted.description,
            sort=wanted.sort,
            definition=wanted.definition,
            retired_in=None,
        )
    )


async def retire(session: AsyncSession, item_id: int, version_number: int) -> None:
    await session.execute(update(CatalogItem).where(col(CatalogItem.id) == item_id).values(retired_in=version_number))


async def set_stripe_price(session: AsyncSession, item_id: int, price_id: str) -> None:
    await session.execute(update(CatalogItem).where(col(CatalogItem.id) == item_id).values(stripe_price_id=price_id))


def as_offer(row: CatalogItem) -> Offer:
    """A row as the rest of the product sees it."""
    terms = Terms(
        kind=ItemKind(row.kind),
        code=row.code,
        period=Period(row.period) if row.period else None,
        amount_minor=row.amount_minor,
        currency=row.currency,
        tax_behavior="inclusive" if row.tax_behavior == "inclusive" else "exclusive",
        credits=row.credits,
        valid_days=row.valid_days,
        feature=row.feature,
        uses=row.uses,
    )
    return Offer(
        item_id=row.id,
        terms=terms,
        name=row.name,
        description=row.description,
        introduced_in=row.introduced_in,
        retired_in=row.retired_in,
        stripe_price_id=row.stripe_price_id,
        definition=row.definition,
    )
