"""The shop of these tests sells plans and packs."""

import pytest


@pytest.fixture
def sold() -> str:
    return "showcase"
