"""How far a demo life has come, so that one that was cut off goes on where it was."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, Integer, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from billing_app.db.model import SQLModel, timestamp


class DemoLife(SQLModel, table=True):
    """One life that was told to this installation: so many people for so many days from `begins_at`, billing time.

    Attributes:
        days_done: days whose every deed is done; a day that was cut off is lived through again, and changes nothing.
        lives: how each person stood at the end of the last of them, by number; see `doings.Life`.
        done_at: when its last day was over, by the wall.
    """

    __tablename__: ClassVar[Any] = "demo_lives"
    __table_args__ = (CheckConstraint("people > 0 AND days > 0 AND days_done BETWEEN 0 AND days", name="extent"),)

    name: str = Field(sa_column=Column(String, primary_key=True))
    people: int = Field(sa_column=Column(Integer, nullable=False))
    begins_at: datetime = timestamp()
    days: int = Field(sa_column=Column(Integer, nullable=False))
    days_done: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    lives: dict[str, list[Any]] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'::jsonb"))
    )
    done_at: datetime | None = timestamp(nullable=True)
