"""The house of the quota tests, here for gates."""

from tests.quotas.conftest import ahead, house

__all__ = ["ahead", "house"]
