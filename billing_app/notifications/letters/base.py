"""What every letter is: data that lies in the outbox for ever, so ids and figures, no secrets."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=500)]
"""A name or a sentence."""


def _web_address(url: str | None) -> str | None:
    return url if url and url.startswith(("https://", "http://")) else None


WebAddress = Annotated[str | None, AfterValidator(_web_address)]
"""A button in a mail opens a web page and nothing else; without one the mail goes out all the same."""


class Letter(BaseModel):
    """What a mail says, apart from brand and links. Amounts are in minor units of `currency`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
