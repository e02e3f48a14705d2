"""Every SQL statement on the mailbox."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.journal.outbox import OwedMail
from billing_app.notifications.models import KeptMail
from billing_app.notifications.rendering import RenderedMail

KEPT_MAX = 500


async def keep(session: AsyncSession, mail: OwedMail, rendered: RenderedMail) -> None:
    """Put a mail into the mailbox; the oldest beyond five hundred leave it."""
    row = insert(KeptMail).values(
        outbox_id=mail.outbox_id,
        recipient=mail.recipient,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        at=clock.wall(),
    )
    await session.execute(row.on_conflict_do_nothing(index_elements=["outbox_id"]))
    newest = select(func.max(col(KeptMail.id))).scalar_subquery()
    await session.execute(delete(KeptMail).where(col(KeptMail.id) <= newest - KEPT_MAX))


async def kept(session: AsyncSession, limit: int, before: int | None) -> Sequence[KeptMail]:
    """The mailbox, newest first."""
    query = select(KeptMail).order_by(col(KeptMail.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(KeptMail.id) < before)
    return (await session.scalars(query)).all()


async def kept_mail(session: AsyncSession, mail_id: int) -> KeptMail | None:
    """One mail of the mailbox."""
    return await session.get(KeptMail, mail_id)
