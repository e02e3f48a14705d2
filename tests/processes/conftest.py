"""The host product of these tests has the catalogue of system B."""

import pytest


@pytest.fixture
def sold() -> str:
    return "docs_chat"
