"""A wire that breaks when the database has committed and nobody has heard: what was done is found done."""

import contextlib
import json
from collections.abc import AsyncIterator

import stripe

from billing_app.bootstrap import Services, build, close
from tests.credits.lossy_proxy import Cut, LossyProxy, lossy_wire
from tests.shop import Shop


class NthCommit(LossyProxy):
    """Breaks the wire when the server has committed for the n-th time."""

    nth = 0

    def _breaks(self, data: bytes) -> bool:
        if b"COMMIT" in data and self.nth:
            self.nth -= 1
            if not self.nth:
                self.cuts_made += 1
                return True
        return False


@contextlib.asynccontextmanager
async def over_a_bad_wire(shop: Shop) -> AsyncIterator[tuple[NthCommit, Services]]:
    """The same product, whose connections to the database can be cut."""
    async with lossy_wire(shop.services.settings.database_url) as (proxy, url):
        proxy.__class__ = NthCommit
        assert isinstance(proxy, NthCommit)
        proxy.cut = Cut.AFTER_COMMIT
        services = await build(shop.services.settings.model_copy(update={"database_url": url}))
        services.gateway.use_webhook_secret(shop.webhook_secret)
        try:
            yield proxy, services
        finally:
            await close(services)


async def test_an_event_whose_commit_nobody_heard_of_is_applied_once(shop: Shop) -> None:
    customer, cuts = await shop.a_customer(), 0
    async with over_a_bad_wire(shop) as (proxy, services):
        for nth in (1, 2, 3, 4):
            await shop.pay(await shop.start(customer), fate="never")
            event = (await shop.raw_events("checkout.session.completed"))[-1]
            await shop.deliver(event)
            proxy.nth = nth
            with contextlib.suppress(Exception):
                await services.applier.apply_event(event["id"])
            proxy.nth = 0
            await shop.rows("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' RETURNING id")
            await shop.work()
            assert await shop.available(customer) == 25 * nth
        cuts = proxy.cuts_made
    assert cuts >= 3
    assert {line.state for line in await shop.services.inbox.events()} == {"done"}


async def test_a_delivery_whose_commit_nobody_heard_of_is_taken_again_and_has_one_job(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.pay(await shop.start(customer), fate="never")
    (event,) = await shop.raw_events("checkout.session.completed")
    body = json.dumps(event, default=str).encode()
    signature = stripe.WebhookSignature.generate_signature_header(body.decode(), shop.webhook_secret)
    async with over_a_bad_wire(shop) as (proxy, services):
        proxy.nth = 1
        with contextlib.suppress(Exception):
            await services.inbox.receive(body, signature, {})
        assert proxy.cuts_made == 1
        assert await services.inbox.receive(body, signature, {}) == "known"
    jobs = await shop.rows("SELECT id FROM procrastinate_jobs WHERE task_name = 'apply_event'")
    assert len(jobs) == 1
    await shop.work()
    assert await shop.available(customer) == 25
