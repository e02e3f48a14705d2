"""The story on Stripe's own test mode: `STRIPE_SECRET_KEY=sk_test_... make test-stripe`. Never part of `make test`.

Checkout and the portal need a person, so their sessions are only made and checked for shape. Every event of the story
is read with `events.list` and judged by the SDK's types, like the sandbox's.
"""

import os
import sys
import time
from typing import Any

import stripe

from tests.sandbox.shapes import findings
from tests.sandbox.story import Story

_RETURN = "https://example.com/return"


def main() -> int:
    """Tell the story; 0 when Stripe behaves as the sandbox does, 1 when not, 2 without a test key."""
    key = os.environ.get("STRIPE_SECRET_KEY", "")
    if not key.startswith(("sk_test_", "rk_test_")):
        print("Set STRIPE_SECRET_KEY to a test key (sk_test_...). Live keys are refused; nothing was sent.")
        return 2
    base = os.environ.get("STRIPE_API_BASE")
    client = stripe.StripeClient(key, base_addresses={"api": base} if base else None, max_network_retries=2)
    began = int(time.time()) - 60
    story = Story(client, patience_s=300, pause_s=1 if base is None else 0.05)
    try:
        story.tell()
        pages_have_their_shape(client, story)
        wrong = events_that_surprise(client, began)
    except AssertionError as error:
        print(f"After {', '.join(story.told) or 'nothing'}: {error or 'not as expected'}", file=sys.stderr)
        return 1
    finally:
        if story.clock:
            client.v1.test_helpers.test_clocks.delete(story.clock)
    print("\n".join([f"{len(story.told)} steps as told, {story.paid / 100:.2f} USD in all.", *wrong]))
    return 1 if wrong else 0


def pages_have_their_shape(client: stripe.StripeClient, story: Story) -> None:
    """A checkout session of each mode and a portal session are made, and have the fields we rely on."""
    base: Any = {"customer": story.customer, "success_url": _RETURN}
    line: Any = {"price": story.basic, "quantity": 1}
    once: Any = {
        "quantity": 1, "price_data": {"currency": "usd", "unit_amount": 800, "product_data": {"name": "Pack"}},
    }  # fmt: skip
    modes: tuple[Any, ...] = (
        {**base, "mode": "payment", "line_items": [once]},
        {**base, "mode": "subscription", "line_items": [line]},
        {**base, "mode": "setup", "currency": "usd"},
    )
    for params in modes:
        session = client.v1.checkout.sessions.create(params)
        assert session.url
        assert not findings(as_sent(session)), findings(as_sent(session))
    features: Any = {"invoice_history": {"enabled": True}, "payment_method_update": {"enabled": True}}
    configuration = client.v1.billing_portal.configurations.create({"features": features})
    given: Any = {"customer": story.customer, "configuration": configuration.id, "return_url": _RETURN}
    assert client.v1.billing_portal.sessions.create(given).url


def events_that_surprise(client: stripe.StripeClient, since: int) -> list[str]:
    """What the SDK's types would not expect in the events of the story."""
    params: Any = {"created": {"gte": since}, "limit": 100}
    wrong: set[str] = set()
    while True:
        listed = as_sent(client.v1.events.list(params))
        wrong.update(finding for event in listed["data"] for finding in findings(event))
        if not listed["has_more"]:
            return sorted(wrong)
        params["starting_after"] = listed["data"][-1]["id"]


def as_sent(answer: Any) -> Any:
    """The JSON of an answer, before the SDK makes numbers and objects of it."""
    return answer.last_response.data


if __name__ == "__main__":
    sys.exit(main())
