"""Errors people can act on. Each carries its HTTP status and a stable code; every surface shows the same words."""

from typing import Any, ClassVar


class DomainError(Exception):
    """Something was asked that cannot be done; nothing was changed.

    `detail` is one sentence for the person who asked, saying what to do where there is something to do.
    `extra` are further members of the problem document (RFC 9457): plain JSON values only, never secrets.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "The request cannot be carried out"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra

    def problem(self) -> dict[str, Any]:
        """The problem document without `type` and `request_id`, which the HTTP layer adds."""
        return {
            **self.extra,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }


class InvalidInput(DomainError):
    """A value is missing, malformed or out of range."""

    status = 422
    code = "invalid_input"
    title = "The input is not valid"


class Unauthenticated(DomainError):
    """Nobody is signed in, or the credentials are wrong."""

    status = 401
    code = "unauthenticated"
    title = "Sign in first"


class Forbidden(DomainError):
    """Signed in, but not allowed to do this."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotFound(DomainError):
    """No such thing, or none that the caller may see: the two are not told apart."""

    status = 404
    code = "not_found"
    title = "Not found"


class Conflict(DomainError):
    """The thing is in a state that does not allow this, or the same request is under way."""

    status = 409
    code = "conflict"
    title = "Not possible in this state"


class IdempotencyMismatch(DomainError):
    """A key that is already bound was sent again with another body."""

    status = 422
    code = "idempotency_mismatch"
    title = "This key was used for another request"


class InsufficientCredits(DomainError):
    """The customer has fewer credits available than the operation needs."""

    status = 402
    code = "insufficient_credits"
    title = "Not enough credits"

    def __init__(self, *, required: int, available: int, held: int = 0, **extra: Any) -> None:
        need = f"{required} credit{'s' if required != 1 else ''}"
        have = f"{available} {'is' if available == 1 else 'are'} available"
        super().__init__(
            f"This needs {need}; {have}.",
            required=required,
            available=available,
            held=held,
            shortfall=required - available,
            **extra,
        )


class RateLimited(DomainError):
    """Too many attempts; `retry_after_s` says when the next may be made."""

    status = 429
    code = "rate_limited"
    title = "Too many attempts"

    def __init__(self, detail: str, *, retry_after_s: int, **extra: Any) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, **extra)


class Unavailable(DomainError):
    """A part we depend on does not answer now; trying again later is safe."""

    status = 503
    code = "unavailable"
    title = "Not available right now"
