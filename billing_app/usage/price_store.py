"""Every statement about model prices. Each joins the caller's transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.usage.cost import ModelPrice

_COLUMNS = "id, model, currency, valid_from, input, output, cached_input, cache_write, reasoning"
# A row that another one corrects is history: it prices what was logged by it, and nothing new.
_LIVE = "NOT EXISTS (SELECT 1 FROM model_prices later WHERE later.corrects = p.id)"
_OF_MODELS = text(
    f"SELECT {_COLUMNS} FROM model_prices p WHERE model = ANY(:models) AND {_LIVE} ORDER BY valid_from, id"  # noqa: S608
)
_ALL = text(
    f"SELECT {_COLUMNS}, corrects, actor, reason, created_at, NOT {_LIVE} AS corrected "  # noqa: S608
    "FROM model_prices p ORDER BY model, valid_from, id LIMIT :limit"
)
_BY_ID = text(f"SELECT {_COLUMNS} FROM model_prices p WHERE id = :id")  # noqa: S608
_ADD = text(
    "INSERT INTO model_prices (model, currency, valid_from, input, output, cached_input, cache_write, reasoning, "
    "corrects, actor, reason, created_at) VALUES (:model, :currency, :valid_from, :input, :output, :cached_input, "
    ":cache_write, :reasoning, :corrects, :actor, :reason, :created_at) ON CONFLICT DO NOTHING RETURNING id"
)


async def of_models(session: AsyncSession, models: Collection[str]) -> Mapping[str, list[ModelPrice]]:
    """The versions of these models that hold, oldest first."""
    found = await session.execute(_OF_MODELS, {"models": list(models)})
    versions: dict[str, list[ModelPrice]] = defaultdict(list)
    for row in found.mappings():
        versions[row["model"]].append(price_of(row))
    return versions


async def by_id(session: AsyncSession, number: int) -> ModelPrice | None:
    """One version, also when it was corrected."""
    row = (await session.execute(_BY_ID, {"id": number})).mappings().one_or_none()
    return price_of(row) if row else None


async def every(session: AsyncSession, limit: int) -> list[dict[str, Any]]:
    """All versions with who wrote them and why; `corrected` ones hold no more."""
    return [dict(row) for row in (await session.execute(_ALL, {"limit": limit})).mappings()]


async def add(session: AsyncSession, values: Mapping[str, Any]) -> int | None:
    """Write a version; None where one with that beginning, or a correction of the same one, is there already."""
    return (await session.execute(_ADD, dict(values))).scalar_one_or_none()


def price_of(row: RowMapping | Mapping[str, Any]) -> ModelPrice:
    """A row as the arithmetic knows it."""
    return ModelPrice(**{name: row[name] for name in _COLUMNS.split(", ")})
