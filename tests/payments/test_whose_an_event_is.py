"""Whose an event is: as its object says; of a card that was just taken off, as it said before. Erasing goes by it."""

from typing import Any

import pytest

from billing_app.payments.stripe_objects import read_event

pytestmark = pytest.mark.row("A7")


def an_event(told: dict[str, Any], before: Any = None) -> dict[str, Any]:
    data = {"object": told, **({} if before is None else {"previous_attributes": before})}
    return {"id": "evt_1", "type": "payment_method.detached", "livemode": False, "created": 1, "data": data}


@pytest.mark.parametrize(
    ("told", "before", "customer"),
    [
        ({"id": "pm_1", "customer": "cus_1"}, None, "cus_1"),
        ({"id": "pm_1", "customer": None}, {"customer": "cus_1"}, "cus_1"),
        ({"id": "pm_1", "customer": "cus_2"}, {"customer": "cus_1"}, "cus_2"),
        ({"id": "cus_1", "object": "customer"}, {"email": "a@example.com"}, "cus_1"),
        ({"id": "pm_1"}, {"customer": {"id": "cus_1"}}, None),
        ({"id": "pm_1"}, "nonsense", None),
        ({"id": "pm_1"}, None, None),
    ],
)
def test_the_customer_of_an_event(told: dict[str, Any], before: Any, customer: str | None) -> None:
    assert read_event(an_event(told, before)).customer == customer
