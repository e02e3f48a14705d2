"""Mails about refunds that fail and payments that are disputed; the one about a refund is in `of_purchases`."""

from typing import Literal

from pydantic import AwareDatetime, Field

from billing_app.notifications.letters.base import Letter, Text


class RefundFailed(Letter):
    """A refund could not be paid out: the money is with us again, and what it had taken back is the customer's."""

    kind: Literal["refund_failed"] = "refund_failed"
    description: Text = Field(description="What had been paid for.")
    amount_minor: int
    currency: str
    at: AwareDatetime


class DisputeOpened(Letter):
    """The customer's bank took a payment back for now: what it paid for cannot be used until that is decided."""

    kind: Literal["dispute_opened"] = "dispute_opened"
    description: Text = Field(description="What had been paid for.")
    amount_minor: int
    currency: str
    at: AwareDatetime


class DisputeClosed(Letter):
    """The bank has decided. `refunded`: the money is the customer's again, so what it paid for is gone."""

    kind: Literal["dispute_closed"] = "dispute_closed"
    description: Text = Field(description="What had been paid for.")
    amount_minor: int
    currency: str
    at: AwareDatetime
    refunded: bool


class DisputeNotice(Letter):
    """To the merchant: a payment is disputed, or a bank asks about one, and somebody has to answer in Stripe."""

    kind: Literal["dispute_notice"] = "dispute_notice"
    dispute: Text = Field(description="Stripe's id of it.")
    description: Text = Field(description="What had been paid for.")
    customer: int
    amount_minor: int
    currency: str
    reason: Text = Field(description="The reason the bank gives.")
    inquiry: bool = Field(description="The bank only asks: no money has moved.")
    answer_by: AwareDatetime | None = None
