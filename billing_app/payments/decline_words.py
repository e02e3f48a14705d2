"""Why a card was refused, in words for its holder. Pure. The codes: https://docs.stripe.com/declines/codes."""

_OTHER = "The bank did not carry out the payment and does not say why."
_WORDS = {
    "insufficient_funds": "The card has too little money on it, or its limit is reached.",
    "card_velocity_exceeded": "The card has too little money on it, or its limit is reached.",
    "withdrawal_count_limit_exceeded": "The card has too little money on it, or its limit is reached.",
    "expired_card": "The card has expired.",
    "incorrect_cvc": "The security code of the card was not right.",
    "invalid_cvc": "The security code of the card was not right.",
    "incorrect_number": "The number of the card was not right.",
    "invalid_number": "The number of the card was not right.",
    "invalid_expiry_month": "The expiry date of the card was not right.",
    "invalid_expiry_year": "The expiry date of the card was not right.",
    "incorrect_zip": "The postal code did not fit the card.",
    "currency_not_supported": "The card does not support this currency.",
    "card_not_supported": "The card does not support this kind of payment.",
    "transaction_not_allowed": "The card does not support this kind of payment.",
    "authentication_required": "The bank wants the card's holder to confirm the payment.",
    "processing_error": "The card could not be reached just then; a moment later it may work.",
    "issuer_not_available": "The card could not be reached just then; a moment later it may work.",
    "try_again_later": "The card could not be reached just then; a moment later it may work.",
}


def in_words(decline_code: str | None) -> str:
    """A sentence for the holder. Lost, stolen and suspicious cards read like any other refusal, as Stripe advises."""
    return _WORDS.get(decline_code or "", _OTHER)
