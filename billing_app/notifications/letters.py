"""The mails there are, and what each needs to be written. The data lies in the outbox: ids and figures, no secrets."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, field_validator
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.journal.outbox import post

Text = Annotated[str, Field(max_length=500)]


class Letter(BaseModel):
    """What a mail says, apart from brand and links."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class VerifyEmail(Letter):
    """Confirm your address. `state` and `browser` bind the link to one sign-up."""

    kind: Literal["verify_email"] = "verify_email"
    user_id: int
    state: str
    browser: str = ""
    next: str | None = None


class AlreadyRegistered(Letter):
    """Somebody signed up with an address that has an account."""

    kind: Literal["already_registered"] = "already_registered"
    user_id: int


class ResetPassword(Letter):
    """Set a new password."""

    kind: Literal["reset_password"] = "reset_password"
    user_id: int


class PasswordChanged(Letter):
    """The password was changed."""

    kind: Literal["password_changed"] = "password_changed"
    user_id: int
    at: AwareDatetime


class ReceiptLine(BaseModel):
    """A thing that was bought. `amount_minor` is for the whole line, before discount and tax that is added."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    description: Text
    quantity: int = Field(default=1, ge=1)
    amount_minor: int


class Receipt(Letter):
    """A pack or an unlock was paid. Amounts in minor units of `currency`."""

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
    receipt_url: str | None = Field(default=None, description="Stripe's hosted receipt or invoice.")

    @field_validator("receipt_url")
    @classmethod
    def _only_web_addresses(cls, url: str | None) -> str | None:
        """A button in a mail opens a web page and nothing else; without one the mail goes out all the same."""
        return url if url and url.startswith(("https://", "http://")) else None


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


AnyLetter = Annotated[
    VerifyEmail | AlreadyRegistered | ResetPassword | PasswordChanged | Receipt | PaymentFailed,
    Field(discriminator="kind"),
]
_LETTERS: TypeAdapter[AnyLetter] = TypeAdapter(AnyLetter)


def read_letter(kind: str, data: dict[str, object]) -> AnyLetter:
    """The letter as it lies in the outbox.

    Raises:
        pydantic.ValidationError: no such kind, or not its data.
    """
    return _LETTERS.validate_python({**data, "kind": kind})


async def send_later(session: AsyncSession, letter: AnyLetter, *, recipient: str, reference: str) -> int | None:
    """Owe this mail in the caller's transaction. The same kind and reference again is the same mail: None.

    Args:
        recipient: an address as `accounts` holds it.
        reference: the business fact that causes it, such as a checkout session's id.
    """
    data = letter.model_dump(mode="json", exclude={"kind"})
    return await post(session, letter.kind, recipient=recipient, reference=reference, data=data)
