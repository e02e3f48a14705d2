"""Trouble on purpose, off by default: webhooks that come late, twice, stale or forged, and an API that fails.

Webhook trouble belongs to an endpoint; API trouble is a list of rules, each good for a number of calls.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from billing_app.sandbox.errors import invalid
from billing_app.sandbox.store import Json, Record, Store
from billing_app.sandbox.webhooks.fate import KINDS, MAX_DELAY_S

Answer = Literal["429", "500", "timeout", "drop"]
ANSWERS: tuple[str, ...] = get_args(Answer)
_KEY = "api-trouble"
_MAX_RULES = 50
_MAX_TIMES = 10_000
_WEBHOOK_FIELDS = {"fate", "delay_s", "api_version", "wrong_secret"}


@dataclass
class Rule:
    """One way in which the API fails.

    Attributes:
        path: beginning of the paths it concerns, such as `/v1/checkout`.
        method: GET, POST or DELETE; None for all.
        after_work: the call is done, and only its answer is lost.
        times: for how many calls.
        wait_s: how long a timeout keeps the client waiting.
    """

    answer: Answer
    path: str = "/v1"
    method: str | None = None
    after_work: bool = False
    times: int = 1
    wait_s: int = 60


def add_rule(store: Store, given: Json) -> Rule:
    """Let the API fail from now on.

    Raises:
        ApiError: a rule that makes no sense.
    """
    unknown = given.keys() - Rule.__annotations__.keys()
    if unknown:
        raise invalid(f"Received unknown parameter: {min(unknown)[:100]}", param=min(unknown)[:100])
    if given.get("answer") not in ANSWERS:
        raise invalid(f"answer must be one of {', '.join(ANSWERS)}.", param="answer")
    if given.get("method") not in (None, "GET", "POST", "DELETE"):
        raise invalid("method must be GET, POST or DELETE.", param="method")
    if not isinstance(given.get("path", ""), str) or not isinstance(given.get("after_work", False), bool):
        raise invalid("path must be a string, and after_work true or false.", param="path")
    _check_number(given, "times", _MAX_TIMES)
    _check_number(given, "wait_s", 600)
    rules = load(store)
    if len(rules) >= _MAX_RULES:
        raise invalid(f"At most {_MAX_RULES} rules can wait at once; clear them first.", param="answer")
    rule = Rule(**given)
    _keep(store, [*rules, rule])
    return rule


def strike(store: Store, method: str, path: str) -> Rule | None:
    """The rule that hits this call, counted down; None when the call goes well."""
    rules = load(store)
    hit = next((rule for rule in rules if path.startswith(rule.path) and rule.method in (None, method)), None)
    if hit is not None:
        hit.times -= 1
        with store.transaction():
            _keep(store, [rule for rule in rules if rule.times > 0])
    return hit


def load(store: Store) -> list[Rule]:
    """The rules that still wait for a call, oldest first."""
    kept = store.text(_KEY)
    return [Rule(**rule) for rule in json.loads(kept)] if kept else []


def set_webhooks(store: Store, endpoints: list[Record], given: Json) -> Json:
    """Set how webhooks go wrong at some endpoints; what is not given is in order.

    Raises:
        ApiError: an unknown kind of trouble, or a delay out of range.
    """
    unknown = given.keys() - _WEBHOOK_FIELDS
    if unknown:
        raise invalid(f"Received unknown parameter: {min(unknown)[:100]}", param=min(unknown)[:100])
    if given.get("fate", "now") not in KINDS:
        raise invalid(f"fate must be one of {', '.join(KINDS)}.", param="fate")
    _check_number(given, "delay_s", MAX_DELAY_S)
    if not isinstance(given.get("api_version", ""), str) or not isinstance(given.get("wrong_secret", False), bool):
        raise invalid("api_version must be a string, and wrong_secret true or false.", param="api_version")
    for endpoint in endpoints:
        endpoint.private["trouble"] = given
        store.put(endpoint)
    return given


def clear(store: Store, endpoints: list[Record]) -> None:
    """Everything goes well again."""
    _keep(store, [])
    for endpoint in endpoints:
        if endpoint.private.pop("trouble", None) is not None:
            store.put(endpoint)


def _keep(store: Store, rules: list[Rule]) -> None:
    store.set_text(_KEY, json.dumps([asdict(rule) for rule in rules]) if rules else "")


def _check_number(given: dict[str, Any], name: str, most: int) -> None:
    value = given.get(name, 1)
    if type(value) is not int or not 1 <= value <= most:
        raise invalid(f"{name} must be a whole number between 1 and {most}.", param=name)
