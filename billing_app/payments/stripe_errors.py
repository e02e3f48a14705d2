"""What can go wrong with Stripe, in our words. Stripe's own go to the log, never to a customer (WL17)."""

import logging
from typing import NoReturn

import stripe

from billing_app.errors import Conflict, DomainError, NotFound, Unavailable

logger = logging.getLogger(__name__)


class PaymentDeclined(DomainError):
    """The card or its bank refused; the customer may try another one."""

    status = 402
    code = "payment_declined"
    title = "The payment was declined"


class MissingAtStripe(NotFound):
    """Stripe has no such object; `extra["param"]` names the parameter that pointed to it."""

    code = "missing_at_stripe"


class StripeRefused(DomainError):
    """Stripe refuses our request or our key: for the operator to mend. Its words go to the log, not to the customer."""

    status = 502
    code = "payment_provider_refused"
    title = "The payment provider refused the request"


class WrongSignature(DomainError):
    """A delivery that Stripe did not sign with our endpoint's secret."""

    status = 400
    code = "wrong_signature"
    title = "The signature is not valid"


class NotAnEvent(DomainError):
    """A signed delivery that is no snapshot event: the endpoint is set up for another kind."""

    status = 400
    code = "not_an_event"
    title = "The body is not an event"


def code_of(error: DomainError) -> str | None:
    """Stripe's own code of why it refused, such as `charge_disputed`: to decide by, not for customers."""
    cause = error.__cause__
    return cause.code if isinstance(cause, stripe.StripeError) else None


def raise_ours(error: stripe.StripeError) -> NoReturn:
    """Raise our error for the SDK's."""
    match error:
        case stripe.CardError():
            raise PaymentDeclined("The payment was declined. Try another card.") from error
        case stripe.APIConnectionError() | stripe.RateLimitError():
            raise Unavailable("The payment provider does not answer now. Nothing was charged; try again.") from error
        case stripe.IdempotencyError():
            logger.error("Stripe: idempotency mismatch: %s", error)
            raise Conflict("This request was sent before with other content. Start again.") from error
        case stripe.InvalidRequestError() if error.code == "resource_missing" or error.http_status == 404:
            raise MissingAtStripe("The payment provider does not know this.", param=error.param) from error
        case stripe.InvalidRequestError() | stripe.AuthenticationError() | stripe.PermissionError():
            logger.error("Stripe refused a request of ours: %s", error)
            raise StripeRefused("The payment provider refused the request. The operator has been told.") from error
        case _:
            logger.warning("Stripe answered with an error: %s", error)
            raise Unavailable("The payment provider has a problem. Nothing was charged; try again.") from error
