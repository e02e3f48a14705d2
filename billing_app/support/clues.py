"""What a pasted text may be: an id of Stripe, an address, a number, a part of a name. Pure."""

from dataclasses import dataclass

from billing_app.errors import InvalidInput

LONGEST = 250
LEAST_PART = 2
_STRIPE = {
    "cus_": "stripe_customer",
    "sub_": "subscription",
    "in_": "invoice",
    "pi_": "payment_intent",
    "ch_": "charge",
    "py_": "charge",
    "cs_": "checkout_session",
    "re_": "refund",
    "pyr_": "refund",
    "dp_": "dispute",
    "du_": "dispute",
    "evt_": "event",
}


@dataclass(frozen=True, slots=True)
class Clue:
    """A way to look: `kind` names it, `value` is what is compared."""

    kind: str
    value: str


def clean(text: str) -> str:
    """The text as somebody pasted it, without what a mail or a table put around it.

    Raises:
        InvalidInput: nothing is left, or too much.
    """
    words = " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split()).strip("<>\"'`,; ")
    if len(words) < LEAST_PART and not words.isdecimal():
        raise InvalidInput(f"Paste something to look for, {LEAST_PART} characters or more.", field="text")
    if len(words) > LONGEST:
        raise InvalidInput(f"That is too long to look for: {LONGEST} characters at most.", field="text")
    return words


def clues(text: str) -> list[Clue]:
    """How to look for this text, surest first. An id of Stripe is looked for as nothing else but our own references."""
    prefix, underscore, _ = text.partition("_")
    known = _STRIPE.get(prefix + underscore)
    if known is not None:
        return [Clue(known, text), Clue("lot_source", text), Clue("reference", text)]
    found: list[Clue] = []
    number = text.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) <= 18:
        found.append(Clue("customer", number))
    if "@" in text:
        found += [Clue("email", text.lower()), Clue("external_id", text)]
    elif " " not in text:
        found += [
            Clue(kind, text)
            for kind in (
                "external_id",
                "invoice_number",
                "checkout",
                "enquiry",
                "request_id",
                "lot_source",
                "reference",
            )
        ]
    if not text.isdecimal():
        found.append(Clue("part", text.lower()))
    return found
