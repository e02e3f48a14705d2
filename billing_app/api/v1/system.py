"""Whether we are well, and what our error codes mean."""

from collections.abc import Iterator
from inspect import getdoc
from typing import Any

from fastapi import APIRouter
from pydantic import ConfigDict

from billing_app.api.conventions.answers import Shape
from billing_app.api.deps import Here
from billing_app.db.queue_state import queue_state
from billing_app.errors import DomainError, NotFound, Unavailable

router = APIRouter(tags=["system"])

LATE_S = 300


class QueueShape(Shape):
    """Jobs that are due and wait for a worker: how many, and how long the oldest has waited."""

    waiting: int
    oldest_s: int


class HealthShape(Shape):
    """How we are. `mode` is `live` or `sandbox`; `late`: the oldest job has waited for over five minutes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "ok",
                    "mode": "live",
                    "database": "ok",
                    "queue": {"waiting": 0, "oldest_s": 0},
                    "late": False,
                }
            ]
        }
    )

    status: str
    mode: str
    database: str
    queue: QueueShape
    late: bool


class LiveShape(Shape):
    """The process answers."""

    status: str


@router.get("/api/v1/health/live", response_model=LiveShape)
async def live() -> LiveShape:
    """200 while the process answers at all, whatever else is down: restart it when this does not come."""
    return LiveShape(status="ok")


@router.get("/api/v1/health/ready", response_model=HealthShape)
@router.get("/api/v1/health", response_model=HealthShape)
async def health(services: Here) -> HealthShape:
    """200 while the database answers, and requests may come; else 503. How late the queue is, is told beside it."""
    try:
        queue = await queue_state(services.database)
    except Exception as error:
        raise Unavailable("The database does not answer.") from error
    return HealthShape(
        status="ok",
        mode=services.settings.mode.value,
        database="ok",
        queue=QueueShape(waiting=queue.waiting, oldest_s=int(queue.oldest_s)),
        late=queue.oldest_s > LATE_S,
    )


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
