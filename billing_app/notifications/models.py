"""The mailbox of a sandbox without SMTP: what would have been sent, to be read on a page."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from billing_app.db.model import identity_key, timestamp


class KeptMail(SQLModel, table=True):
    """A rendered mail, kept instead of sent."""

    __tablename__: ClassVar[Any] = "mailbox"
    __table_args__ = (UniqueConstraint("outbox_id"),)

    id: int | None = identity_key()
    outbox_id: int = Field(sa_column=Column(BigInteger, ForeignKey("outbox.id"), nullable=False))
    recipient: str
    subject: str
    text: str
    html: str
    at: datetime = timestamp()
