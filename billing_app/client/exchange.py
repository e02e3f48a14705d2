"""One request and its answer, without sending it: address, headers, what an answer means. Shared by both clients."""

import ipaddress
import json
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from billing_app.client.calls import Call
from billing_app.client.errors import BillingError, Unreachable, error_of

T = TypeVar("T")
_AGENT = "billing-app-client"


@dataclass(frozen=True, slots=True)
class Server:
    """Where the API is, and the key it is spoken to with, which no `repr` shows."""

    url: str
    api_key: str = field(repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("The address begins with https:// (or http:// on this same machine).")
        if parts.scheme == "http" and "_live_" in self.api_key and not _own_network(parts.hostname):
            raise ValueError("A live key is sent over https only.")
        if not self.api_key or not self.api_key.isascii() or not self.api_key.isprintable():
            raise ValueError("An API key is needed: make one with `keys create`.")

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.api_key}", "Accept": "application/json", "User-Agent": _AGENT}


def _own_network(host: str) -> bool:
    """This machine, or a private address of its network, as between two containers."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host


def request_of(call: Call[Any]) -> dict[str, Any]:
    """What httpx is asked to send."""
    asked: dict[str, Any] = {"method": call.method, "url": call.path}
    headers: dict[str, str] = {}
    if call.body is not None:
        asked["content"] = json.dumps(call.body, allow_nan=False).encode()
        headers["Content-Type"] = "application/json"
    if call.key is not None:
        headers["Idempotency-Key"] = call.key
    if call.params:
        asked["params"] = dict(call.params)
    return {**asked, "headers": headers}


def result_of(call: Call[T], answer: httpx.Response) -> T:
    """What a success says.

    Raises:
        BillingError: it is not what the API answers: something else stands at this address.
    """
    try:
        return call.read(answer.json())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        told = f"The answer to {call.method} {call.path} is not one of the billing API: {type(error).__name__}."
        raise BillingError({"code": "unexpected_answer", "title": "Unexpected answer", "detail": told}) from error


def failure_of(answer: httpx.Response) -> BillingError:
    """What an answer says that is no success, whoever wrote it."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    problem: dict[str, Any] = told if isinstance(told, dict) else {}
    if not problem:
        problem = {"code": "unexpected_answer", "detail": f"The server answered {answer.status_code}."}
    if answer.status_code == 429 and "retry_after_s" not in problem:
        after = answer.headers.get("Retry-After", "")
        problem["retry_after_s"] = int(after) if after.isascii() and after.isdecimal() else 1
    return error_of(answer.status_code, problem)


def no_answer(call: Call[Any], error: httpx.TransportError) -> Unreachable:
    """That nobody answered."""
    return Unreachable(f"No answer to {call.method} {call.path}: {type(error).__name__}.")
