"""Enquiries of the contact form, for whoever answers them: what is open, and setting one aside when it is done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlmodel import col

from billing_app import clock
from billing_app.accounts.models import User
from billing_app.accounts.roles import Principal, Role
from billing_app.entitlements.enquiries.models import Enquiry
from billing_app.errors import NotFound
from billing_app.journal.audit import audit
from billing_app.support.desk import Desk, actor_of, checked_limit, reading

EnquiryState = Literal["open", "done", "all"]


@dataclass(frozen=True, slots=True)
class EnquiryLine:
    """An enquiry. All but number, plan and times are a stranger's words: escape them. `done_by`: an address."""

    id: int
    number: str
    customer_id: int | None
    plan: str
    name: str
    email: str
    company: str
    message: str
    at: datetime
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, slots=True)
class EnquiryPage:
    """Enquiries, newest first, and how many are open in all. `next_before` continues the list."""

    enquiries: tuple[EnquiryLine, ...]
    open: int
    next_before: int | None


class EnquiryDesk(Desk):
    """Every member of staff reads them; support sets them aside."""

    async def enquiries(
        self, by: Principal, state: EnquiryState = "open", *, before: int | None = None, limit: int = 25
    ) -> EnquiryPage:
        """A page of them.

        Raises:
            NotPermitted: no staff. InvalidInput: `limit` is not 1 to 100.
        """
        with reading(by):
            checked_limit(limit)
            query = (
                select(Enquiry, col(User.email))
                .outerjoin(User, col(User.id) == col(Enquiry.done_by))
                .order_by(col(Enquiry.id).desc())
                .limit(limit + 1)
            )
            if state == "open":
                query = query.where(col(Enquiry.done_at).is_(None))
            elif state == "done":
                query = query.where(col(Enquiry.done_at).is_not(None))
            if before is not None:
                query = query.where(col(Enquiry.id) < before)
            async with self._database.transaction() as session:
                rows = (await session.execute(query)).all()
                waiting = await session.scalar(
                    select(func.count()).select_from(Enquiry).where(col(Enquiry.done_at).is_(None))
                )
        lines = tuple(_line(row, email) for row, email in rows[:limit])
        return EnquiryPage(lines, waiting or 0, lines[-1].id if len(rows) > limit else None)

    async def set_enquiry_done(self, by: Principal, enquiry_id: int, done: bool) -> None:
        """Set one aside, or take it up again. The same again changes nothing.

        Raises:
            NotPermitted: the role is below support. NotFound: there is no such enquiry.
        """
        by.require(Role.SUPPORT)
        async with self._database.transaction() as session:
            row = await session.get(Enquiry, enquiry_id, with_for_update=True)
            if row is None:
                raise NotFound("There is no such enquiry.")
            if (row.done_at is not None) == done:
                return
            row.done_at, row.done_by = (clock.wall(), by.user_id) if done else (None, None)
            await session.flush()
            action = "enquiry.done" if done else "enquiry.reopened"
            await audit(session, actor_of(by), action, f"enquiry:{row.id}", after={"number": row.number})


def _line(row: Enquiry, done_by: str | None) -> EnquiryLine:
    return EnquiryLine(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        plan=row.plan_code,
        name=row.name,
        email=row.email,
        company=row.company,
        message=row.message,
        at=row.created_at,
        done_at=row.done_at,
        done_by=done_by or "",
    )
