"""A request of several steps happens once: its retry is told the same answer, and one beside it is asked to wait.

What moves credits alone is kept apart by the ledger's own keys, for ever. This is for what asks Stripe on its way.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from billing_app import clock
from billing_app.accounts.api_keys.models import ApiRequest
from billing_app.db.engine import Database
from billing_app.errors import Conflict, IdempotencyMismatch

KEPT = timedelta(hours=24)
"""How long an answer is told again. After that the same key is a new request."""
UNDER_WAY = timedelta(minutes=2)
"""How long one may take; then its process is thought to have died, and the next one goes on."""
_SWEPT_AT_ONCE = 200
_TIDIED_AT_ONCE = 10_000


class RequestUnderWay(Conflict):
    """The same request, under the same `Idempotency-Key`, is being carried out at this moment; ask again shortly."""

    code = "request_under_way"
    title = "This is under way"


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered the first time."""

    status: int
    body: bytes


class RequestsOnce:
    """One per process; the database keeps processes apart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, key: str, fingerprint: bytes) -> Answered | None:
        """Take the request up. None: go on, then `finish` it or, if it is refused, `forget` it.

        Raises:
            IdempotencyMismatch: the key names another request. RequestUnderWay: another one like it is being done.
        """
        now = clock.wall()
        taken = insert(ApiRequest).values(key=key, fingerprint=fingerprint, begun_at=now).on_conflict_do_nothing()
        died = (
            update(ApiRequest)
            .where(
                col(ApiRequest.key) == key,
                col(ApiRequest.fingerprint) == fingerprint,
                col(ApiRequest.done_at).is_(None),
                col(ApiRequest.begun_at) < now - UNDER_WAY,
            )
            .values(begun_at=now)
        )
        over = select(col(ApiRequest.key)).where(col(ApiRequest.begun_at) < now - KEPT).limit(_SWEPT_AT_ONCE)
        async with self._database.transaction() as session:
            await session.execute(delete(ApiRequest).where(col(ApiRequest.key).in_(over)))
            for step in (taken, died):
                if (await session.execute(step.returning(col(ApiRequest.key)))).scalar_one_or_none() is not None:
                    return None
            found = (await session.scalars(select(ApiRequest).where(col(ApiRequest.key) == key))).one()
        if found.fingerprint != fingerprint:
            raise IdempotencyMismatch(f'Key "{key}" was used for another request; send a new key with a new request.')
        if found.status is None or found.body is None:
            raise RequestUnderWay("The same request is being carried out. Ask again in a moment.", retry_after_s=2)
        return Answered(found.status, found.body)

    async def sweep(self) -> int:
        """Forget answers that are a day old, also where nobody asks any more; how many, 10,000 at most."""
        over = select(col(ApiRequest.key)).where(col(ApiRequest.begun_at) < clock.wall() - KEPT).limit(_TIDIED_AT_ONCE)
        async with self._database.transaction() as session:
            gone = delete(ApiRequest).where(col(ApiRequest.key).in_(over)).returning(col(ApiRequest.key))
            return len((await session.execute(gone)).all())

    async def finish(self, key: str, answered: Answered) -> None:
        """Keep the answer for whoever asks again."""
        done = update(ApiRequest).where(col(ApiRequest.key) == key)
        async with self._database.transaction() as session:
            await session.execute(done.values(done_at=clock.wall(), status=answered.status, body=answered.body))

    async def forget(self, key: str) -> None:
        """It was refused, which binds nothing: the same request may go better later."""
        async with self._database.transaction() as session:
            gone = delete(ApiRequest).where(col(ApiRequest.key) == key, col(ApiRequest.done_at).is_(None))
            await session.execute(gone)
