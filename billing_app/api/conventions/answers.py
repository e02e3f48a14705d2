"""How an answer is said: JSON of a typed shape, with the headers that every host may rely on."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from starlette.responses import Response

COST, REMAINING, REPLAYED = "Credits-Cost", "Credits-Remaining", "Idempotent-Replayed"


def rfc3339(moment: datetime) -> str:
    """A moment as every answer writes it: `2026-11-21T09:30:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(rfc3339, return_type=str, when_used="json")]


# Made once: json.dumps would make an encoder for each call.
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Shape(BaseModel):
    """What an answer looks like. Made by us, so nothing in it is checked a second time."""

    model_config = ConfigDict(frozen=True)


Item = TypeVar("Item")


class Page(Shape, Generic[Item]):
    """A part of a list, newest first."""

    data: list[Item]
    has_more: bool
    next_cursor: str | None = Field(description="Send it as `after` for the next part; null at the end.")


class Many(Shape, Generic[Item]):
    """A whole list."""

    data: list[Item]


class Said(Response):
    """JSON that is made already."""

    media_type = "application/json"


def said(
    shape: BaseModel,
    *,
    cost: int | None = None,
    remaining: int | None = None,
    replayed: bool = False,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Said:
    """An answer.

    Args:
        cost: credits it took; `Credits-Cost`.
        remaining: credits available after it; `Credits-Remaining`.
        replayed: it was done before under the same key; `Idempotent-Replayed: true`.
        headers: instead of those, for what anyone may keep.
    """
    told = _headers(cost, remaining, replayed=replayed) if headers is None else dict(headers)
    return Said(shape.__pydantic_serializer__.to_json(shape, by_alias=True), status, told)


def said_json(
    body: Mapping[str, Any], *, cost: int | None = None, remaining: int | None = None, replayed: bool = False
) -> Said:
    """An answer that is plain JSON already; its route names the shape it has."""
    return Said(_encoded(body).encode(), headers=_headers(cost, remaining, replayed=replayed))


def _headers(cost: int | None, remaining: int | None, *, replayed: bool) -> dict[str, str]:
    told = {"Cache-Control": "no-store"}
    if cost is not None:
        told[COST] = str(cost)
    if remaining is not None:
        told[REMAINING] = str(remaining)
    if replayed:
        told[REPLAYED] = "true"
    return told
