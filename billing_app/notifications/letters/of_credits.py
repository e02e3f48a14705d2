"""Mails about credits: they run low, they expire."""

from typing import Literal

from pydantic import AwareDatetime, Field

from billing_app.notifications.letters.base import Letter, Text

Threshold = Literal[0, 10, 20]


class LowBalance(Letter):
    """Available credits fell to a threshold (ML2): so many percent of what there was to use, or none left."""

    kind: Literal["low_balance"] = "low_balance"
    threshold: Threshold
    available: int = Field(ge=0)
    of: int = Field(ge=0, description="What there was to use in this period.")
    next_credits: int | None = Field(default=None, description="The plan's next credits; None: it brings none.")
    next_at: AwareDatetime | None = None
    sells_packs: bool = True


class CreditsAdjusted(Letter):
    """Somebody of the seller gave credits by hand, or took them, and says why (ML11)."""

    kind: Literal["credits_adjusted"] = "credits_adjusted"
    credits: int = Field(description="Positive: given; negative: taken.")
    available: int = Field(ge=0, description="What there is to use after it.")
    name: Text = Field(description="What the dashboard calls these credits.")
    reason: Text = Field(description="In the words of whoever did it.")
    expires_at: AwareDatetime | None = None


class CreditsExpiring(Letter):
    """Credits of one lot expire in so many days (ML3)."""

    kind: Literal["credits_expiring"] = "credits_expiring"
    days: Literal[30, 7, 1]
    credits: int = Field(ge=1, description="What is left of the lot.")
    granted: int = Field(ge=1)
    origin: Text = Field(description="Where the lot came from, as the dashboard calls it.")
    effective_at: AwareDatetime
    expires_at: AwareDatetime
    burns_next: bool = Field(description="Whether these are the next credits to be used.")
