"""A shop that sells plans with trials, credits and both periods."""

from pathlib import Path

import pytest

from tests.shop import Shop
from tests.subscribing.planners import Planners

CATALOG = Path(__file__).parent / "plans.toml"


@pytest.fixture
def sold() -> str:
    return str(CATALOG)


@pytest.fixture
def plans(shop: Shop) -> Planners:
    return Planners(shop)
