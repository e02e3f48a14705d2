"""Mails about single payments: a pack, an unlock, money given back."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from billing_app.notifications.letters.base import Letter, Text, WebAddress


class ReceiptLine(BaseModel):
    """A thing that was bought. `amount_minor` is for the whole line, before discount and tax that is added."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    description: Text
    quantity: int = Field(default=1, ge=1)
    amount_minor: int


class Receipt(Letter):
    """A pack or an unlock was paid (ML1)."""

    kind: Literal["receipt"] = "receipt"
    number: Text
    currency: str
    lines: tuple[ReceiptLine, ...] = Field(min_length=1, max_length=50)
    discount_minor: int = 0
    tax_minor: int = 0
    tax_inclusive: bool = False
    total_minor: int
    paid_at: AwareDatetime
    credits_granted: int | None = None
    expires_at: AwareDatetime | None = Field(default=None, description="Of the credits; None: they never expire.")
    balance_after: int | None = Field(default=None, description="Credits available once these were granted.")
    unlocked: tuple[Text, ...] = Field(default=(), max_length=20, description="What was unlocked, in words.")
    receipt_url: WebAddress = Field(default=None, description="Stripe's hosted receipt or invoice.")


class PaymentFailed(Letter):
    """A payment did not go through. `reason` in words a customer understands; never a processor's raw message."""

    kind: Literal["payment_failed"] = "payment_failed"
    description: Text
    amount_minor: int
    currency: str
    reason: Text
    retry_path: str = Field(default="/pricing", description="Where to try again: a path of ours.")
    next_try_at: AwareDatetime | None = None
    access_ends_at: AwareDatetime | None = None


class Refunded(Letter):
    """Money was given back (ML8), with what that took away. `debt_credits`: spent credits that are still owed."""

    kind: Literal["refunded"] = "refunded"
    description: Text = Field(description="What had been paid for.")
    amount_minor: int
    currency: str
    at: AwareDatetime
    credits_removed: int = Field(default=0, ge=0)
    debt_credits: int = Field(default=0, ge=0)
    ended: tuple[Text, ...] = Field(default=(), max_length=20, description="Unlocks or plans that ended with it.")
    balance_after: int | None = None
