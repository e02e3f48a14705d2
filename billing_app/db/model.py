"""The base of all tables: naming rules for constraints, and the column types used everywhere."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

# Migrations name constraints by the same rule, so that each can be found and dropped by name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = SQLModel.metadata


def identity_key() -> Any:
    """A 64-bit primary key that the database counts up."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))


def timestamp(*, nullable: bool = False, index: bool = False) -> Any:
    """A moment in UTC; naive values are refused by the column type."""
    return Field(
        default=None if nullable else ...,
        sa_column=Column(DateTime(timezone=True), nullable=nullable, index=index),
    )


def json_column(*, nullable: bool = False) -> Any:
    """A JSONB document."""
    return Field(default_factory=dict, sa_column=Column(JSONB, nullable=nullable))


__all__ = ["SQLModel", "datetime", "identity_key", "json_column", "metadata", "timestamp"]
