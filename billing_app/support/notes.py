"""Notes about a customer: append-only, so that nobody's words are changed later. Customers never see them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.accounts.customers import living_customer
from billing_app.accounts.models import User
from billing_app.accounts.roles import Principal, Role
from billing_app.errors import InvalidInput
from billing_app.journal.audit import audit
from billing_app.support.desk import Desk, actor_of
from billing_app.support.models import CustomerNote

LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note; `author` is the address of whoever wrote it."""

    id: int
    author: str
    at: datetime
    body: str


class Notes(Desk):
    """What staff write down."""

    async def note(self, by: Principal, customer_id: int, body: str) -> int:
        """Add a note; its id. The audit log says that there is one, not what it says.

        Raises:
            NotPermitted: the role is below support. NotFound: no such customer. InvalidInput: empty, or too long.
        """
        by.require(Role.SUPPORT)
        words = body.strip()
        if not 1 <= len(words) <= LONGEST or "\0" in words:
            raise InvalidInput(f"A note has 1 to {LONGEST:,} characters.", field="body")
        async with self._database.transaction() as session:
            await living_customer(session, customer_id)
            made = CustomerNote(customer_id=customer_id, by_user_id=by.user_id, at=clock.wall(), body=words)
            session.add(made)
            await session.flush()
            told = {"note": made.id, "characters": len(words)}
            await audit(session, actor_of(by), "note.added", f"customer:{customer_id}", after=told)
        return made.id


async def notes_of(session: AsyncSession, customer_id: int, limit: int) -> tuple[NoteView, ...]:
    """A customer's notes, newest first."""
    found = await session.execute(
        select(CustomerNote, col(User.email))
        .join(User, col(User.id) == col(CustomerNote.by_user_id))
        .where(col(CustomerNote.customer_id) == customer_id)
        .order_by(col(CustomerNote.id).desc())
        .limit(limit)
    )
    return tuple(NoteView(note.id, author, note.at, note.body) for note, author in found)
