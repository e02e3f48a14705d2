"""What is told of ourselves: health, and metrics that are all in the docs."""

import re
from pathlib import Path

from billing_app.db.queue import defer
from tests.host_api.host import Host

DOCS = Path(__file__).parents[2] / "docs" / "production.md"


async def test_requests_are_counted_by_route_and_never_by_address(host: Host) -> None:
    await host.give("ada", 3)
    await host.get("/customers/ada/balance")
    await host.get("/customers/somebody-else/balance")
    await host.get("/no/such/place")
    text = (await host.get("/metrics")).text
    assert 'route="/api/v1/credits/grant",status="200"' in text
    assert 'route="/api/v1/customers/{customer}/balance",status="200"' in text
    assert "somebody-else" not in text
    assert "no/such" not in text
    assert (await host.ask("GET", "/metrics", scope=None)).status_code == 401


async def test_every_metric_of_ours_is_in_the_docs(host: Host) -> None:
    text = (await host.get("/metrics")).text
    documented = DOCS.read_text()
    ours = set(re.findall(r"^# TYPE (billing_\w+) ", text, re.MULTILINE))
    assert {"billing_http_requests_total", "billing_queue_oldest_seconds"} <= ours
    assert not [name for name in ours if f"`{name}`" not in documented]


async def test_health_tells_how_far_the_queue_is_behind(host: Host) -> None:
    async with host.services.database.transaction() as session:
        await defer(session, "send_mail", outbox_id=1)
    told = (await host.ask("GET", "/health", scope=None)).json()
    assert (told["status"], told["mode"], told["queue"]["waiting"], told["late"]) == ("ok", "sandbox", 1, False)
    assert (await host.ask("GET", "/health/ready", scope=None)).status_code == 200
    await host.services.database.close()
    assert (await host.ask("GET", "/health/live", scope=None)).status_code == 200
