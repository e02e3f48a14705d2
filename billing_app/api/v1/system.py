"""Whether we are well, and what our error codes mean."""

from collections.abc import Iterator
from inspect import getdoc
from typing import Any

from fastapi import APIRouter
from sqlalchemy import text

from billing_app.api.deps import Here
from billing_app.errors import DomainError, NotFound, Unavailable

router = APIRouter(tags=["system"])


@router.get("/api/v1/health")
async def health(services: Here) -> dict[str, str]:
    """200 while the database answers; 503 otherwise."""
    try:
        async with services.database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:
        raise Unavailable("The database does not answer.") from error
    return {"status": "ok"}


@router.get("/api/problems/{code}")
async def meaning(code: str) -> dict[str, Any]:
    """What an error's `type` stands for."""
    wanted = code.replace("-", "_")
    found = next((kind for kind in _kinds(DomainError) if kind.code == wanted), None)
    if found is None:
        raise NotFound("There is no such kind of problem.")
    return {"code": found.code, "title": found.title, "status": found.status, "meaning": getdoc(found) or found.title}


def _kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    yield kind
    for special in kind.__subclasses__():
        yield from _kinds(special)
