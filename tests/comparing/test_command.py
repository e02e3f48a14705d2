"""`reconcile` and `webhooks replay` on the command line: what they print, and their exit codes."""

import asyncio

from billing_app.sandbox.config import DEFAULT_API_KEY
from tests.front_door.product import command
from tests.shop import SECRET, Shop


async def ran(shop: Shop, *arguments: str) -> tuple[int, str]:
    """Its exit code, and what it said."""
    environment = {
        "DATABASE_URL": shop.services.settings.database_url,
        "STRIPE_API_BASE": shop.sandbox.url,
        "STRIPE_SECRET_KEY": DEFAULT_API_KEY,
        "SECRET_KEY": SECRET,
    }
    done = await asyncio.to_thread(lambda: command(*arguments, **environment))
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


async def test_the_commands_mend_what_is_safe_and_say_what_is_not(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.pay(await shop.start(customer), fate="never")
    (event,) = await shop.raw_events("checkout.session.completed")
    await shop.deliver(event)
    await shop.rows("DELETE FROM procrastinate_jobs RETURNING id")
    await shop.rows("UPDATE webhook_events SET state = 'parked' RETURNING id")
    code, said = await ran(shop, "webhooks", "replay", "--undone")
    assert (code, "25 credits granted" in said) == (0, True), said
    await shop.rows("UPDATE payments SET captured_minor = captured_minor + 1 RETURNING id")
    code, said = await ran(shop, "reconcile")
    assert (code, said.startswith("Mismatch")) == (2, True), said
    assert "difference 1" in said
