"""A shop whose catalogue sells credits by month and year."""

import pytest

from billing_app.jobs import attend_time_travel
from billing_app.payments.time_travel import TimeTravel
from tests.shop import Shop
from tests.subscriptions.subscribers import Subscribers


@pytest.fixture
def sold() -> str:
    return "creator"


@pytest.fixture
def subscribers(shop: Shop) -> Subscribers:
    return Subscribers(shop)


@pytest.fixture
def travel(shop: Shop) -> TimeTravel:
    assert shop.services.time_travel is not None
    attend_time_travel(shop.services)
    return shop.services.time_travel
