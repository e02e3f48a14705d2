"""Services on a database and a Stripe sandbox of their own; the sandbox's dashboard is the SDK."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stripe
from pydantic import SecretStr

from billing_app.bootstrap import Services, build, close
from billing_app.catalog.loading import Source, read_source
from billing_app.payments.pushing.service import PushPlan
from billing_app.settings import Settings
from tests.shop import SECRET
from tests.stripe_sandbox import StripeSandbox

PUBLIC = "https://shop.example"


@dataclass
class Counter:
    """A shop before it opens: its services, and Stripe's dashboard."""

    services: Services
    sandbox: StripeSandbox

    @property
    def dashboard(self) -> stripe.StripeClient:
        return self.sandbox.client()

    async def sells(self, catalogue: str | Source) -> None:
        """Put a catalogue in force."""
        await self.services.catalog.apply(read_source(catalogue) if isinstance(catalogue, str) else catalogue)

    async def push(self, **options: Any) -> PushPlan:
        """What `catalog push` does."""
        plan = await self.services.push.plan(**options)
        await self.services.push.push(plan)
        return plan

    async def changes(self, **options: Any) -> list[str]:
        """What `catalog push --dry-run` shows."""
        return (await self.services.push.plan(**options)).changes

    def prices(self, **filters: Any) -> list[stripe.Price]:
        """Every price in the dashboard."""
        return list(self.dashboard.v1.prices.list({"limit": 100, **filters}).auto_paging_iter())  # pyright: ignore[reportArgumentType]

    def price(self, lookup_key: str) -> stripe.Price:
        """The price that has this lookup key."""
        (found,) = self.prices(lookup_keys=[lookup_key])
        return found


def settings_for(database_url: str, sandbox: StripeSandbox, folder: Path, **changed: Any) -> Settings:
    """Those of a shop whose webhook endpoint a push makes."""
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        **{
            "database_url": database_url,
            "stripe_api_base": sandbox.url,
            "secret_key": SecretStr(SECRET),
            "public_url": PUBLIC,
            "data_dir": folder,
            "worker_in_process": False,
            **changed,
        },
    )


@pytest.fixture
async def counter(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Counter]:
    services = await build(settings_for(database_url, sandbox, tmp_path))
    try:
        yield Counter(services, sandbox)
    finally:
        await close(services)
