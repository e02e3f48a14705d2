"""Stripe's test cards and what each of them does (https://docs.stripe.com/testing).

No other number is taken: a real card never gets further than the form, and is never stored.
"""

from dataclasses import dataclass
from typing import Literal

Behaviour = Literal[
    "pays",
    "declines",
    "authenticate_always",
    "authenticate_unless_set_up",
    "later_charges_fail",
    "disputed",
    "inquired",
    "refund_fails",
    "refund_pending",
]


@dataclass(frozen=True)
class Decline:
    """Why an issuer refuses."""

    code: str
    decline_code: str | None
    message: str


_DECLINED = "Your card was declined."
GENERIC_DECLINE = Decline("card_declined", "generic_decline", _DECLINED)
AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)
REAL_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid "
    "test cards, visit: https://stripe.com/docs/testing.",
)


@dataclass(frozen=True)
class Card:
    """A test card: its number, the ids Stripe gives it, and what it does."""

    number: str
    tokens: tuple[str, ...]
    brand: str = "visa"
    behaviour: Behaviour = "pays"
    decline: Decline | None = None
    label: str = ""

    @property
    def last4(self) -> str:
        """The last four digits."""
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        """The number as printed on a card: `4242 4242 4242 4242`."""
        if self.brand == "amex":
            return f"{self.number[:4]} {self.number[4:10]} {self.number[10:]}"
        return " ".join(self.number[at : at + 4] for at in range(0, len(self.number), 4))


def _declining(number: str, tokens: tuple[str, ...], decline: Decline, label: str = "") -> Card:
    return Card(number, tokens, behaviour="declines", decline=decline, label=label)


_ALL = (
    Card("4242424242424242", ("pm_card_visa",), label="Pays"),
    _declining(
        "4000000000000002",
        ("pm_card_chargeDeclined", "pm_card_visa_chargeDeclined"),
        GENERIC_DECLINE,
        "Is declined",
    ),
    _declining(
        "4000000000009995",
        ("pm_card_chargeDeclinedInsufficientFunds", "pm_card_visa_chargeDeclinedInsufficientFunds"),
        Decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
        "Insufficient funds",
    ),
    Card(
        "4000002500003155",
        ("pm_card_authenticationRequiredOnSetup",),
        behaviour="authenticate_unless_set_up",
        label="Asks for 3-D Secure",
    ),
    Card(
        "4000000000000341",
        ("pm_card_chargeCustomerFail",),
        behaviour="later_charges_fail",
        decline=GENERIC_DECLINE,
        label="Pays now, fails later",
    ),
    Card("4000000000000259", ("pm_card_createDispute",), behaviour="disputed", label="Is disputed"),
    Card(
        "4000002760003184",
        ("pm_card_authenticationRequired", "pm_card_threeDSecure2Required"),
        behaviour="authenticate_always",
    ),
    Card("4000000000001976", ("pm_card_createDisputeInquiry",), behaviour="inquired"),
    Card("4000000000005126", ("pm_card_refundFail",), behaviour="refund_fails"),
    Card("4000000000007726", ("pm_card_pendingRefund",), behaviour="refund_pending"),
    Card("4000056655665556", ("pm_card_visa_debit",)),
    Card("5555555555554444", ("pm_card_mastercard",), "mastercard"),
    Card("378282246310005", ("pm_card_amex",), "amex"),
    Card("6011111111111117", ("pm_card_discover",), "discover"),
    _declining(
        "4000000000009987",
        ("pm_card_chargeDeclinedLostCard", "pm_card_visa_chargeDeclinedLostCard"),
        Decline("card_declined", "lost_card", _DECLINED),
    ),
    _declining(
        "4000000000009979",
        ("pm_card_chargeDeclinedStolenCard", "pm_card_visa_chargeDeclinedStolenCard"),
        Decline("card_declined", "stolen_card", _DECLINED),
    ),
    _declining(
        "4000000000000069",
        ("pm_card_chargeDeclinedExpiredCard",),
        Decline("expired_card", None, "Your card has expired."),
    ),
    _declining(
        "4000000000000127",
        ("pm_card_chargeDeclinedIncorrectCvc",),
        Decline("incorrect_cvc", None, "Your card's security code is incorrect."),
    ),
    _declining(
        "4000000000000119",
        ("pm_card_chargeDeclinedProcessingError",),
        Decline(
            "processing_error",
            None,
            "An error occurred while processing your card. Try again in a little bit.",
        ),
    ),
)
BY_NUMBER = {card.number: card for card in _ALL}
BY_TOKEN = {token: card for card in _ALL for token in card.tokens}
ONE_CLICK = tuple(card for card in _ALL if card.label)


def passes_luhn(number: str) -> bool:
    """Whether digits form a possible card number (ISO/IEC 7812)."""
    if not (number.isascii() and number.isdecimal() and 12 <= len(number) <= 19):
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
