"""The webhook endpoint a push makes: pinned, complete, its secret kept encrypted and used; replaced only when told."""

import json
import time
from pathlib import Path

import pytest
import stripe
from pydantic import SecretStr
from sqlalchemy import text

from billing_app.bootstrap import Services, build, close
from billing_app.errors import Unavailable
from billing_app.payments.event_types import ENDPOINT_TYPES
from billing_app.payments.gateway import API_VERSION
from billing_app.payments.pushing.endpoint import Place, plan_endpoint
from billing_app.payments.pushing.sealing import seal, unseal
from billing_app.payments.stripe_catalogue import RemoteEndpoint
from billing_app.payments.stripe_errors import WrongSignature
from tests.catalog.catalogues import small
from tests.pushing.conftest import PUBLIC, Counter, settings_for
from tests.shop import SECRET
from tests.stripe_sandbox import StripeSandbox

URL = f"{PUBLIC}/api/v1/webhooks/stripe"


def a_delivery(secret: str) -> tuple[bytes, str]:
    """An event nobody has a rule for, signed."""
    body = json.dumps(
        {
            "id": f"evt_{time.monotonic_ns()}",
            "object": "event",
            "type": "product.created",
            "api_version": API_VERSION,
            "livemode": False,
            "created": int(time.time()),
            "data": {"object": {"id": "prod_1", "object": "product"}},
        }
    ).encode()
    at = int(time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{at}.{body.decode()}", secret)  # pyright: ignore[reportPrivateUsage]
    return body, f"t={at},v1={signature}"


async def kept_secret(services: Services) -> str:
    secret = await services.webhook_secret.read()
    assert secret
    return secret


@pytest.mark.row("E4")
async def test_the_endpoint_is_pinned_to_our_version_with_every_type_we_know(counter: Counter) -> None:
    await counter.sells(small())
    await counter.push()
    (endpoint,) = counter.dashboard.v1.webhook_endpoints.list().data
    assert (endpoint.url, endpoint.api_version, endpoint.status) == (URL, API_VERSION, "enabled")
    assert sorted(endpoint.enabled_events) == ENDPOINT_TYPES
    assert await counter.changes() == []


async def test_its_secret_is_kept_encrypted_and_verifies_deliveries(counter: Counter) -> None:
    await counter.sells(small())
    await counter.push()
    secret = await kept_secret(counter.services)
    async with counter.services.database.transaction() as session:
        sealed = (
            await session.execute(text("SELECT sealed_secret FROM stripe_setup WHERE sealed_secret IS NOT NULL"))
        ).scalar_one()
    assert secret.startswith("whsec_")
    assert secret.encode() not in bytes(sealed)
    body, signature = a_delivery(secret)
    assert await counter.services.inbox.receive(body, signature, {}) == "new"


async def test_a_process_started_later_knows_the_secret(
    counter: Counter, database_url: str, sandbox: StripeSandbox, tmp_path: Path
) -> None:
    await counter.sells(small())
    await counter.push()
    body, signature = a_delivery(await kept_secret(counter.services))
    later = await build(settings_for(database_url, sandbox, tmp_path))
    try:
        assert await later.inbox.receive(body, signature, {}) == "new"
    finally:
        await close(later)


async def test_a_running_process_learns_the_secret_of_an_endpoint_made_meanwhile(
    counter: Counter, database_url: str, sandbox: StripeSandbox, tmp_path: Path
) -> None:
    running = await build(settings_for(database_url, sandbox, tmp_path))
    try:
        with pytest.raises(Unavailable):
            running.gateway.verified(*a_delivery("whsec_nothing_yet"))
        await counter.sells(small())
        await counter.push()
        body, signature = a_delivery(await kept_secret(counter.services))
        assert await running.inbox.receive(body, signature, {}) == "new"
        with pytest.raises(WrongSignature):
            await running.inbox.receive(*a_delivery("whsec_of_somebody_else"), {})
    finally:
        await close(running)


async def test_an_endpoint_whose_secret_is_unknown_is_replaced_only_when_told(counter: Counter) -> None:
    stripe_ = counter.dashboard.v1
    by_hand = stripe_.webhook_endpoints.create({"url": URL, "enabled_events": ["invoice.paid"]})
    await counter.sells(small())
    plan = await counter.push()
    assert by_hand.id in plan.notes[0]
    assert "--roll" in plan.notes[0]
    assert [one.id for one in stripe_.webhook_endpoints.list().data] == [by_hand.id]
    assert await counter.changes() == []

    await counter.push(roll=True)
    (made,) = stripe_.webhook_endpoints.list().data
    assert made.id != by_hand.id
    body, signature = a_delivery(await kept_secret(counter.services))
    assert await counter.services.inbox.receive(body, signature, {}) == "new"
    assert await counter.changes(roll=True) == []


async def test_what_somebody_took_from_the_endpoint_is_put_back(counter: Counter) -> None:
    await counter.sells(small())
    await counter.push()
    stripe_ = counter.dashboard.v1
    (endpoint,) = stripe_.webhook_endpoints.list().data
    stripe_.webhook_endpoints.update(endpoint.id, {"enabled_events": ["invoice.paid"], "disabled": True})
    await counter.push()
    (mended,) = stripe_.webhook_endpoints.list().data
    assert (mended.id, mended.status, sorted(mended.enabled_events)) == (endpoint.id, "enabled", ENDPOINT_TYPES)


async def test_an_endpoint_deleted_in_the_dashboard_is_made_again(counter: Counter) -> None:
    await counter.sells(small())
    await counter.push()
    before = await kept_secret(counter.services)
    stripe_ = counter.dashboard.v1
    stripe_.webhook_endpoints.delete(stripe_.webhook_endpoints.list().data[0].id)
    await counter.push()
    assert len(stripe_.webhook_endpoints.list().data) == 1
    assert await kept_secret(counter.services) != before


async def test_with_a_secret_of_the_operators_the_endpoint_is_left_alone(
    counter: Counter, database_url: str, sandbox: StripeSandbox, tmp_path: Path
) -> None:
    own = await build(
        settings_for(database_url, sandbox, tmp_path, stripe_webhook_secret=SecretStr("whsec_of_the_operator"))
    )
    try:
        await own.catalog.apply(small())
        await own.push.push(await own.push.plan(roll=True))
        assert counter.dashboard.v1.webhook_endpoints.list().data == []
    finally:
        await close(own)


async def test_under_another_secret_key_the_secret_counts_as_unknown(
    counter: Counter, database_url: str, sandbox: StripeSandbox, tmp_path: Path
) -> None:
    await counter.sells(small())
    await counter.push()
    other = await build(settings_for(database_url, sandbox, tmp_path, secret_key=SecretStr(SECRET[::-1])))
    try:
        assert await other.webhook_secret.read() is None
        plan = await other.push.plan()
        assert "its secret is not known here" in plan.notes[0]
    finally:
        await close(other)


# --------------------------------------------------------------------------------------------- the rules alone

LIVE = Place(URL, "2026-01-01.new", ("invoice.paid", "charge.refunded"), sandbox=False)


def an_endpoint(name: str = "we_1", **changed: object) -> RemoteEndpoint:
    given: dict[str, object] = {
        "url": URL,
        "api_version": LIVE.api_version,
        "events": frozenset(LIVE.types),
        "enabled": True,
        "metadata": {"managed_by": "billing_app"},
    }
    return RemoteEndpoint(name, **{**given, **changed})  # pyright: ignore[reportArgumentType]


def test_a_new_release_of_the_sdk_makes_an_endpoint_of_its_version_before_the_old_one_goes() -> None:
    old = an_endpoint(api_version="2025-01-01.old")
    plan = plan_endpoint(LIVE, [old], known="we_1", by_setting=False, roll=False)
    assert (plan.make, plan.remove) == (True, ("we_1",))
    assert (
        plan.lines[0] == f"make a webhook endpoint at {URL} for API version 2026-01-01.new, instead of 2025-01-01.old"
    )


def test_endpoints_of_others_and_for_other_addresses_are_never_touched() -> None:
    others = [an_endpoint("we_2", metadata={}), an_endpoint("we_3", url="https://else.example/")]
    plan = plan_endpoint(LIVE, [an_endpoint(), *others], known="we_1", by_setting=False, roll=True)
    assert plan.lines == []


def test_a_second_endpoint_of_ours_at_the_same_address_is_removed() -> None:
    plan = plan_endpoint(LIVE, [an_endpoint(), an_endpoint("we_2")], known="we_1", by_setting=False, roll=False)
    assert plan.lines == ["delete webhook endpoint we_2"]


@pytest.mark.parametrize("url", ["http://localhost:3000/x", "https://localhost/x", "http://shop.example/x"])
def test_an_address_stripe_cannot_reach_gets_no_endpoint_and_a_reason(url: str) -> None:
    place = Place(url, LIVE.api_version, LIVE.types, sandbox=False)
    plan = plan_endpoint(place, [], known=None, by_setting=False, roll=False)
    assert not plan.make
    assert "PUBLIC_URL" in plan.notes[0]


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        (an_endpoint(enabled=False), "it is disabled"),
        (an_endpoint(api_version="old"), "it speaks API version old"),
        (an_endpoint(events=frozenset({"invoice.paid"})), "it lacks charge.refunded"),
        (None, "no endpoint for"),
    ],
)
def test_what_is_wrong_with_the_operators_own_endpoint_is_said(endpoint: RemoteEndpoint | None, said: str) -> None:
    plan = plan_endpoint(LIVE, [endpoint] if endpoint else [], known=None, by_setting=True, roll=True)
    assert plan.lines == []
    assert said in plan.notes[0]


def test_a_sealed_secret_opens_with_its_key_alone() -> None:
    sealed = seal("whsec_1", SECRET)
    assert unseal(sealed, SECRET) == "whsec_1"
    assert unseal(sealed, SECRET + "x") is None
    assert unseal(sealed[:-4] + b"AAAA", SECRET) is None
    assert seal("whsec_1", SECRET) != sealed
