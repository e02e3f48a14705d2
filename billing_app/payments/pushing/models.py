"""Table: what we made in Stripe besides products and prices, one row of each kind."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, LargeBinary, String
from sqlmodel import Field

from billing_app.db.model import SQLModel, timestamp


class StripeSetup(SQLModel, table=True):
    """The portal's configuration, or the webhook endpoint with its secret, encrypted: Stripe tells it once."""

    __tablename__: ClassVar[Any] = "stripe_setup"
    __table_args__ = (
        CheckConstraint("kind IN ('portal', 'webhook_endpoint')", name="kind"),
        CheckConstraint("(kind = 'webhook_endpoint') = (sealed_secret IS NOT NULL)", name="secret"),
    )

    kind: str = Field(sa_column=Column(String, primary_key=True))
    stripe_id: str = Field(sa_column=Column(String, nullable=False))
    sealed_secret: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    updated_at: datetime = timestamp()
