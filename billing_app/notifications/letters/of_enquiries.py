"""Mails of the contact form: the enquiry to the seller, and its confirmation to the person."""

from typing import Annotated, Literal

from pydantic import Field

from billing_app.notifications.letters.base import Letter, Text

Message = Annotated[str, Field(max_length=5_000)]


class Enquiry(Letter):
    """Somebody asks about a plan. Goes to the brand's support address; all of it is the stranger's words."""

    kind: Literal["enquiry"] = "enquiry"
    number: Text
    name: Text
    email: Text
    company: Text = ""
    plan: Text = Field(default="", description="The plan they ask about, by name.")
    message: Message


class EnquiryReceived(Letter):
    """We have your enquiry. Carries none of the stranger's words: the address is not confirmed, and so may be another
    person's, who must not be written to by whoever fills in the form."""

    kind: Literal["enquiry_received"] = "enquiry_received"
    number: Text
    plan: Text = ""
