"""`advance` on the command line: what it prints, and what it refuses."""

import asyncio

import pytest

from billing_app.sandbox.config import DEFAULT_API_KEY
from tests.front_door.product import command
from tests.shop import SECRET, Shop

pytestmark = pytest.mark.row("D6")


async def _advance(shop: Shop, *arguments: str) -> tuple[int, str]:
    """Its exit code, and what it said."""
    environment = {
        "DATABASE_URL": shop.services.settings.database_url,
        "STRIPE_API_BASE": shop.sandbox.url,
        "STRIPE_SECRET_KEY": DEFAULT_API_KEY,
        "SECRET_KEY": SECRET,
    }
    done = await asyncio.to_thread(lambda: command("advance", *arguments, **environment))
    return done.returncode, done.stdout + done.stderr


async def test_the_command_says_what_happened(shop: Shop) -> None:
    await shop.start(await shop.a_customer())
    code, said = await _advance(shop, "--days", "2")
    assert code == 0, said
    assert "1 events, 0 invoices, 0 mails; 0 credits granted, 0 expired." in said
    assert "checkout.session.expired" in said
    (row,) = await shop.rows("SELECT clock_offset_s FROM system_state")
    assert 2 * 86_400 - 60 < row["clock_offset_s"] < 2 * 86_400 + 60


async def test_the_command_goes_nowhere_without_a_moment_ahead(shop: Shop) -> None:
    for arguments in (("--to", "2020-01-01"), ("--to", "soon"), ("--days", "1", "--months", "1")):
        code, said = await _advance(shop, *arguments)
        assert code == 1
        assert "Traceback" not in said
    (row,) = await shop.rows("SELECT clock_offset_s FROM system_state")
    assert row["clock_offset_s"] == 0
