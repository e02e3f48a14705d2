"""Stripe's error object, and the errors that several operations share (https://docs.stripe.com/api/errors)."""

from typing import Any


class ApiError(Exception):
    """An answer other than 2xx.

    Args:
        status: HTTP status.
        type: Stripe's error type, such as `invalid_request_error`.
        keep_changes: what the operation wrote stays, as with a declined payment that is on record.
        extra: further members of the error object (`decline_code`, `payment_intent`, ...).
    """

    def __init__(
        self,
        status: int,
        type: str,  # noqa: A002 (Stripe's own name)
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        keep_changes: bool = False,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type = type
        self.message = message
        self.code = code
        self.param = param
        self.keep_changes = keep_changes
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The JSON body: `{"error": {...}}` with only the members that have a value."""
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes/{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        error.update({name: value for name, value in self.extra.items() if value is not None})
        return {"error": error}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """400: the request cannot be understood or is not allowed as things stand."""
    return ApiError(400, "invalid_request_error", message, param=param, code=code)


def missing(param: str) -> ApiError:
    """400: a required parameter is absent."""
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def unsupported(param: str) -> ApiError:
    """400: real Stripe takes it, this sandbox does not yet. Said aloud, never ignored."""
    return invalid(f"This sandbox does not support `{param}` yet; real Stripe does.", param=param)


def no_such(object_type: str, object_id: str, *, param: str = "id", status: int = 404) -> ApiError:
    """404 for an id in the path; pass status 400 for an id in a parameter."""
    label = {"checkout.session": "checkout.session", "payment_method": "PaymentMethod"}.get(object_type, object_type)
    return ApiError(
        status,
        "invalid_request_error",
        f"No such {label}: '{object_id[:200]}'",
        param=param,
        code="resource_missing",
    )
