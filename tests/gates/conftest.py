"""The house of the quota tests, here for gates."""

from tests.quotas.conftest import house

__all__ = ["house"]
