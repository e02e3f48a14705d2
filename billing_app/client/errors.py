"""What can go wrong, as exceptions that carry the problem document (RFC 9457) of the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from billing_app.client.reading import read_tuple
from billing_app.client.results import Option


class BillingError(Exception):
    """Nothing was done. `problem` is the whole document; `code` is stable, `detail` is a sentence for people.

    Attributes:
        status: HTTP's; 0 when there was no answer.
        errors: which field is wrong, where several may be: pointer, code, message.
        request_id: by which our logs know the request.
    """

    def __init__(self, problem: Mapping[str, Any]) -> None:
        self.problem = dict(problem)
        self.code = str(problem.get("code") or "unknown")
        self.title = str(problem.get("title") or "")
        self.detail = str(problem.get("detail") or self.title or self.code)
        self.status = int(problem.get("status") or 0)
        self.errors: list[dict[str, Any]] = list(problem.get("errors") or [])
        self.request_id: str | None = problem.get("request_id")
        super().__init__(self.detail)


class InvalidRequest(BillingError):
    """The request is not as it must be: `errors` names the field. Sending it again does not help."""


class Unauthenticated(BillingError):
    """The API key is missing, malformed or revoked."""


class Forbidden(BillingError):
    """The key's scope does not allow this."""


class NotFound(BillingError):
    """There is no such thing."""


class Conflict(BillingError):
    """Not possible in this state, or the same request is under way."""


class RateLimited(BillingError):
    """The key asks too often. `retry_after_s`: when the next request may come."""

    @property
    def retry_after_s(self) -> int:
        """Seconds to wait."""
        return int(self.problem.get("retry_after_s") or 1)


class Refused(BillingError):
    """The customer may not use this now. Show `detail` and the `options`: together they are the wall."""

    @property
    def feature(self) -> str | None:
        """What was refused."""
        return self.problem.get("feature")

    @property
    def options(self) -> tuple[Option, ...]:
        """What would open it, the best first."""
        return read_tuple(Option, self.problem.get("options") or [])

    @property
    def resets_at(self) -> datetime | None:
        """When it opens by itself."""
        at = self.problem.get("resets_at")
        return datetime.fromisoformat(at) if at else None


class InsufficientCredits(Refused):
    """Fewer credits are available than it costs."""

    @property
    def required(self) -> int:
        """Credits it costs."""
        return int(self.problem.get("required") or 0)

    @property
    def available(self) -> int:
        """Credits there are."""
        return int(self.problem.get("available") or 0)

    @property
    def shortfall(self) -> int:
        """Credits missing."""
        return int(self.problem.get("shortfall") or 0)


class QuotaExceeded(Refused):
    """What the plan allows in this window is used up; `resets_at` says until when."""


class FeatureLocked(Refused):
    """It opens with an unlock or a plan that the customer does not have."""


class Unavailable(BillingError):
    """The API answered that it cannot work now, also after retries. Safe to send again under the same key."""


class Unreachable(Unavailable):
    """No answer came, also after retries. Whether it was done is not known; safe to send again under the same key."""

    def __init__(self, why: str) -> None:
        super().__init__({"code": "unreachable", "title": "Billing cannot be reached", "detail": why})


_BY_CODE: dict[str, type[BillingError]] = {
    "insufficient_credits": InsufficientCredits,
    "quota_exceeded": QuotaExceeded,
    "plan_lacks_feature": FeatureLocked,
}
_BY_STATUS: dict[int, type[BillingError]] = {
    401: Unauthenticated,
    402: FeatureLocked,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


def error_of(status: int, problem: Mapping[str, Any]) -> BillingError:
    """The exception for an answer that is no success."""
    told = {"status": status, **problem}
    if status >= 500:
        return Unavailable(told)
    return (_BY_CODE.get(str(told.get("code"))) or _BY_STATUS.get(status, InvalidRequest))(told)
