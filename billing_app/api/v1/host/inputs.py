"""What hosts send, in the shapes that all requests share. Checked strictly: no `"3"` for 3, no field nobody knows."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from billing_app.accounts.customers import EXTERNAL_ID_LIMIT, check_external_id
from billing_app.accounts.one_line import has_control
from billing_app.credits.inputs import MAX_CREDITS, MAX_DETAILS
from billing_app.entitlements.direct import Wish
from billing_app.errors import InvalidInput

MAX_UNITS = 1_000_000
MAX_ADD_ONS = 50


def _one_line(text: str) -> str:
    if has_control(text):
        raise ValueError("must not have control characters")
    return text


def _customer(text: str) -> str:
    try:
        return check_external_id(text)
    except InvalidInput as wrong:
        raise ValueError(wrong.detail) from None


def _moment(sent: Any) -> Any:
    """RFC 3339 text with its offset; numbers are no moments."""
    if not isinstance(sent, str):
        raise ValueError("must be a date and time as RFC 3339 text, such as 2026-12-01T00:00:00Z")  # noqa: TRY004
    try:
        moment = datetime.fromisoformat(sent)
    except ValueError:
        raise ValueError("must be a date and time as RFC 3339 text, such as 2026-12-01T00:00:00Z") from None
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("must say its offset from UTC, such as Z")
    return moment


Customer = Annotated[
    str,
    AfterValidator(_customer),
    Field(
        min_length=1,
        max_length=EXTERNAL_ID_LIMIT,
        description="Your own id of the customer; made on first sight.",
        examples=["user_4711"],
    ),
]
FeatureCode = Annotated[
    str, AfterValidator(_one_line), Field(min_length=1, max_length=80, description="A feature of the catalogue.")
]
Text = Annotated[str, AfterValidator(_one_line), Field(min_length=1, max_length=255)]
Note = Annotated[str, AfterValidator(_one_line), Field(min_length=1, max_length=1_000)]
Units = Annotated[int, Field(ge=1, le=MAX_UNITS)]
Credits = Annotated[int, Field(ge=1, le=MAX_CREDITS)]
WholeNumber = Annotated[int, Field(ge=0, le=1_000_000)]
AddOns = Annotated[
    dict[Text, WholeNumber], Field(max_length=MAX_ADD_ONS, description="How many of which add-on of the rate card.")
]
Detail = str | int | bool | None
Details = Annotated[
    dict[Text, Detail], Field(max_length=MAX_DETAILS, description="Small facts kept with the entry: model, request id.")
]
SentMoment = Annotated[datetime, BeforeValidator(_moment)]


class Sent(BaseModel):
    """A body. Unknown fields are refused: a mistyped one would otherwise be a silent default."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Priced(Sent):
    """Something done with a feature, as the rate card prices it."""

    feature: FeatureCode
    units: Units = 1
    operation: Text | None = Field(default=None, description="Which of the feature's prices, where it has several.")
    add_ons: AddOns = Field(default_factory=dict)


class Spend(Priced):
    """Credits to spend: by the rate card, or as many as `credits` says.

    With `credits` the feature is any label of yours, and `units`, `operation` and `add_ons` are left out.
    """

    customer: Customer
    credits: Credits | None = Field(default=None, description="A price of your own, instead of the rate card's.")
    reference: Text | None = Field(
        default=None, description="The business fact, such as a session's id: charged once, whatever the keys."
    )
    details: Details = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way_of_pricing(self) -> Self:
        if self.credits is not None and self.model_fields_set & {"units", "operation", "add_ons"}:
            raise ValueError("send either `credits`, or `units`, `operation` and `add_ons`")
        return self


def wish_of(sent: Priced) -> Wish:
    """What was sent, as the ledger's door takes it."""
    own = sent if isinstance(sent, Spend) else None
    return Wish(
        feature=sent.feature,
        units=sent.units,
        operation=sent.operation,
        add_ons=sent.add_ons,
        credits=own.credits if own else None,
        reference=own.reference if own else None,
        details=own.details if own else {},
    )
