"""Random requests made from the SDK's own parameter types, on living objects: never a 500, never an odd shape."""

import random
import re
import time
from typing import Any, Literal, get_args, get_origin
from urllib.parse import urlencode

import httpx
import pytest
import stripe
from typing_extensions import is_typeddict

from billing_app.sandbox.config import DEFAULT_API_KEY
from billing_app.sandbox.operations import OPERATIONS, Operation
from billing_app.sandbox.parameters import _alternatives, _fields
from tests.sandbox.billing import DAY, START, a_clock, a_customer, a_plan, a_subscription
from tests.sandbox.running import Sandbox
from tests.sandbox.shapes import findings
from tests.sandbox.world import a_session

_HEADERS = {"Authorization": f"Bearer {DEFAULT_API_KEY}", "Content-Type": "application/x-www-form-urlencoded"}
_POSTS = [one for one in OPERATIONS if one.method == "POST" and "webhook" not in one.path]
_GETS = [one for one in OPERATIONS if one.method == "GET"]


class Dice:
    """Makes parameters of the right types with values that are often right and sometimes not."""

    def __init__(self, seed: int, ids: list[str]) -> None:
        self.random = random.Random(seed)
        self.ids = ids
        now = int(time.time())
        self.numbers = ["0", "1", "-1", "5", "2500", "99999999999", str(now), str(now + 9 * DAY), str(START + 5 * DAY)]

    def path(self, operation: Operation) -> str:
        """The path with an id of a fitting kind, mostly."""
        kind = operation.path.split("/{")[0].rsplit("/", 1)[-1]
        prefix = {"customers": "cus_", "invoices": "in_", "subscription_schedules": "sub_sched"}.get(kind, kind[:3])
        fitting = [one for one in self.ids if one.startswith(prefix)] or self.ids
        return re.sub(r"\{\w+\}", lambda _: self.random.choice(fitting), operation.path)

    def form(self, params: type, share: float, prefix: str = "", depth: int = 0) -> list[tuple[str, str]]:
        """Some of the parameters."""
        made: list[tuple[str, str]] = []
        for name, (annotation, required) in _fields(params).items():
            if required or self.random.random() < share:
                made.extend(self._one(f"{prefix}[{name}]" if prefix else name, annotation, depth))
        return made

    def _one(self, key: str, annotation: Any, depth: int) -> list[tuple[str, str]]:
        for choice in _alternatives(annotation):
            if is_typeddict(choice) and depth < 5:
                return self.form(choice, 0.3, key, depth + 1)
            if get_origin(choice) is list:
                return self._one(f"{key}[0]", get_args(choice)[0], depth + 1)
            if get_origin(choice) is dict:
                return [(f"{key}[a]", "b")]
        return [(key, self._value(annotation))]

    def _value(self, annotation: Any) -> str:
        choices = _alternatives(annotation)
        literals = [one for choice in choices if get_origin(choice) is Literal for one in get_args(choice)]
        if literals and self.random.random() < 0.8:
            return self.random.choice(literals)
        if bool in choices:
            return self.random.choice(["true", "false"])
        if str in choices and (int not in choices or self.random.random() < 0.1):
            return self.random.choice([*self.ids, "", "usd", "x", "http://a.example/b"])
        return self.random.choice(self.numbers)


def a_world(client: stripe.StripeClient) -> list[str]:
    """Ids of one living object of most kinds, on a test clock and off it."""
    prices = [a_plan(client), a_plan(client, 6000), a_plan(client, 30_000, "year")]
    ids = list(prices)
    for clock in (a_clock(client), None):
        customer = a_customer(client, clock)
        made = [a_subscription(client, customer, prices[0], **how) for how in ({}, {"trial_period_days": 10})]
        ids += [customer, *(one.id for one in made), *(str(one.latest_invoice) for one in made)]
        ids += [one["items"].data[0].id for one in made]
        ids.append(client.v1.subscription_schedules.create({"from_subscription": made[1].id}).id)
        ids += [clock] if clock else []
    coupon = client.v1.coupons.create({"percent_off": 20}).id
    ids += [coupon, client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon}}).id]
    intent = client.v1.payment_intents.create(
        {"amount": 500, "currency": "usd", "payment_method": "pm_card_createDispute", "confirm": True}
    )
    ids += [intent.id, str(intent.latest_charge), client.v1.disputes.list().data[0].id, a_session(client).id]
    return [*ids, str(client.v1.invoices.create({"customer": ids[3]}).id), "pm_card_visa"]


def tell(sandbox: Sandbox, client: stripe.StripeClient, seed: int, requests: int) -> None:
    """Throw dice for some requests; time passes in between."""
    dice = Dice(seed, a_world(client))
    with httpx.Client(base_url=sandbox.url, headers=_HEADERS, trust_env=False, timeout=30) as raw:
        for _ in range(requests):
            operation = dice.random.choice(_POSTS if dice.random.random() < 0.9 else _GETS)
            path, form = dice.path(operation), dice.form(operation.params, dice.random.choice([0.03, 0.08, 0.15]))
            body = urlencode(form) if operation.method == "POST" else None
            answer = raw.request(operation.method, path, content=body)
            assert answer.status_code in (200, 400, 402, 404), (operation.method, path, form, answer.text)
            assert findings(answer.json()) == [], (operation.method, path, form)
            if dice.random.random() < 0.01:
                sandbox.own("/sandbox/clock/advance", {"seconds": dice.random.choice([3600, 8 * DAY, 40 * DAY])})


def test_random_requests_get_an_answer_of_stripes_kind(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    tell(sandbox, client, seed=1, requests=400)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(2, 6))
def test_many_random_requests_do_too(sandbox: Sandbox, client: stripe.StripeClient, seed: int) -> None:
    tell(sandbox, client, seed, requests=6000)
