"""The whole app on a real database, as the tests of the host's API have it."""

from tests.host_api.conftest import catalog, host

__all__ = ["catalog", "host"]
