"""A shop that customers of an older system move into."""

import pytest

from tests.shop import Shop
from tests.subscriptions.subscribers import Subscribers


@pytest.fixture
def sold() -> str:
    return "creator"


@pytest.fixture
def subscribers(shop: Shop) -> Subscribers:
    return Subscribers(shop)
