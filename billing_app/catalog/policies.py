"""Rules a founder may choose. Each default is the one the product recommends; the FAQ is written from these values."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from billing_app.catalog.fields import Days, Flag, Part, Percent, Positive

Hours = Annotated[int, Field(strict=True, ge=0, le=72)]


class Rollover(Part):
    """What happens to plan credits left at the end of their month."""

    kind: Literal["none", "all", "capped"] = "none"
    cap: Positive | None = Field(default=None, description="Most credits carried into the next month; for `capped`.")
    valid_days: Days = Field(default=31, ge=1, description="Days that carried credits stay valid.")

    @model_validator(mode="after")
    def _cap_belongs_to_capped(self) -> Self:
        if (self.kind == "capped") != (self.cap is not None):
            raise ValueError('"cap" is needed with kind = "capped", and only there')
        return self


class Breakage(Part):
    """When paid credits that nobody uses become revenue."""

    kind: Literal["at_expiry", "proportional"] = "at_expiry"
    rate: Percent | None = Field(default=None, description="Share of sold credits expected never to be used.")

    @model_validator(mode="after")
    def _rate_belongs_to_proportional(self) -> Self:
        if (self.kind == "proportional") != (self.rate is not None):
            raise ValueError('"rate" is needed with kind = "proportional", and only there')
        return self


class Policies(Part):
    """Every policy the rules of credits, refunds and subscriptions name."""

    rollover: Rollover = Rollover()
    breakage: Breakage = Breakage()
    renewal_gap_hours: Hours = Field(
        default=72, description="How long plan credits stay spendable past their end while the renewal is being paid."
    )
    past_due_grace_days: Days = Field(
        default=7, le=60, description="Days of full access after a renewal payment failed."
    )
    free_credits_need_verified_email: Flag = Field(
        default=True, description="Free monthly credits are given only to a confirmed e-mail address."
    )
    cancel_now_credits: Literal["keep_paid", "void"] = Field(
        default="keep_paid", description="What happens to this month's paid plan credits when cancelled at once."
    )
    refund_of_spent: Literal["debt", "write_off"] = Field(
        default="debt",
        description="Credits refunded after they were spent: owed and taken from later credits, or forgiven.",
    )
    reversal_valid_days: Days = Field(
        default=7,
        ge=1,
        description="Days that credits given back for a failed job or refund stay valid if theirs have expired.",
    )
    dispute_blocks_checkout: Flag = Field(
        default=True, description="No new purchases by a customer with an open payment dispute."
    )
