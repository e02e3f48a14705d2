"""A shop with packs and unlocks and its own sandbox."""

from tests.payments.conftest import sandbox, shop

__all__ = ["sandbox", "shop"]
