"""Stripe slow, silent or forgetful: nothing is charged or granted twice, and parts start in any order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from billing_app.bootstrap import build, close
from billing_app.db.stamp import WrongDatabase
from billing_app.errors import Conflict, InvalidInput, Unavailable
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.stripe_errors import StripeRefused
from billing_app.sandbox.config import SandboxConfig
from billing_app.sandbox.server import free_port
from billing_app.settings import Settings
from tests.sandbox.running import running
from tests.shop import HOST, SECRET, Shop, a_shop
from tests.stripe_sandbox import StripeSandbox, stripe_sandbox


def settings_for(database_url: str, api_base: str, **changes: object) -> Settings:
    values: dict[str, object] = {
        "database_url": database_url,
        "stripe_api_base": api_base,
        "secret_key": SecretStr(SECRET),
        **changes,
    }
    return Settings(_env_file=None, **values)  # pyright: ignore[reportArgumentType, reportCallIssue]


@dataclass
class Wire:
    """A wire to the sandbox that swallows answers: the work is done, and nobody hears of it."""

    url: str
    swallow: int = 0
    requests: list[bytes] = field(default_factory=list)


@contextlib.asynccontextmanager
async def a_wire(sandbox: StripeSandbox, port: int = 0) -> AsyncIterator[Wire]:
    port, target = port or free_port(HOST), int(sandbox.url.rsplit(":", 1)[1])
    wire = Wire(f"http://{HOST}:{port}")
    lines: set[asyncio.StreamWriter] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(HOST, target)
        lines.add(writer)
        try:
            while head := await reader.read(65_536):
                wire.requests.append(head)
                there_writer.write(head)
                await there_writer.drain()
                answer = await there_reader.read(65_536)
                if wire.swallow and b"POST /v1/checkout/sessions " in head:
                    wire.swallow -= 1
                    return
                writer.write(answer)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()
            there_writer.close()

    server = await asyncio.start_server(carry, HOST, port)
    try:
        yield wire
    finally:
        server.close()
        for line in lines:  # one that stays open is asked again, and nobody answers: 20 seconds
            line.close()


async def test_an_answer_lost_on_the_way_is_had_by_asking_again_under_the_same_key(shop: Shop) -> None:
    customer = await shop.a_customer()
    async with a_wire(shop.sandbox) as wire:
        wire.swallow = 2
        settings = settings_for(shop.services.settings.database_url, wire.url, public_url=shop.url)
        services = await build(settings)
        try:
            started = await services.checkout.start(customer, "pack", "starter")
        finally:
            await close(services)
    assert started.url
    sessions = await asyncio.to_thread(shop.sandbox.client().v1.checkout.sessions.list)
    assert len(sessions.data) == 1


async def test_when_stripe_stays_silent_the_customer_is_told_and_the_next_attempt_goes_on(shop: Shop) -> None:
    customer = await shop.a_customer()
    async with a_wire(shop.sandbox) as wire:
        wire.swallow = 3
        settings = settings_for(shop.services.settings.database_url, wire.url, public_url=shop.url)
        services = await build(settings)
        try:
            with pytest.raises(Unavailable, match="Nothing was charged"):
                await services.checkout.start(customer, "pack", "starter")
            started = await services.checkout.start(customer, "pack", "starter")
        finally:
            await close(services)
    sessions = await asyncio.to_thread(shop.sandbox.client().v1.checkout.sessions.list)
    assert [session.url for session in sessions.data] == [started.url]
    assert await shop.rows("SELECT state FROM checkouts") == [{"state": "open"}]


async def test_a_new_database_waits_for_stripe_and_a_known_one_opens_without(
    database_url: str, sandbox: StripeSandbox
) -> None:
    nowhere = settings_for(database_url, f"http://{HOST}:9")
    with pytest.raises(Unavailable, match="this database is new"):
        await build(nowhere)
    await close(await build(settings_for(database_url, sandbox.url)))
    await close(await build(nowhere))


async def test_a_key_that_stripe_refuses_is_named(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    config = SandboxConfig(api_key="sk_test_the_only_one")
    with running(tmp_path_factory.mktemp("closed"), config) as closed:
        wrong = settings_for(database_url, closed.url, stripe_secret_key=SecretStr("sk_test_another"))
        with pytest.raises(InvalidInput, match="Stripe refuses STRIPE_SECRET_KEY: check the key; a restricted key"):
            await build(wrong)


async def test_live_mode_without_stripe_speaks_of_the_network_and_not_of_a_sandbox(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://{HOST}:9")
    live = settings_for(
        database_url,
        "",
        stripe_secret_key=SecretStr("sk_live_x"),
        stripe_webhook_secret=SecretStr("whsec_x"),
        smtp_url=SecretStr("smtp://mail.example.com:587"),
        public_url="https://billing.example.com",
        trusted_proxy_hops=1,
    )
    with pytest.raises(Unavailable, match=r"reaches api\.stripe\.com, then start again"):
        await build(live)


async def test_a_database_refuses_a_key_of_another_mode_or_account(
    database_url: str, sandbox: StripeSandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await close(await build(settings_for(database_url, sandbox.url)))
    with stripe_sandbox(tmp_path_factory.mktemp("other")) as other, pytest.raises(WrongDatabase):
        await build(settings_for(database_url, other.url))
    with pytest.raises(WrongDatabase, match="Use the key it was made with"):
        await build(settings_for(database_url, sandbox.url, stripe_secret_key=SecretStr("sk_live_x")))


async def test_a_key_of_another_account_that_was_not_seen_at_the_start_sells_nothing(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    customer, port = await shop.a_customer(), free_port(HOST)
    settings = settings_for(shop.services.settings.database_url, f"http://{HOST}:{port}", public_url=shop.url)
    services = await build(settings)
    try:
        with stripe_sandbox(tmp_path_factory.mktemp("other")) as other:
            async with a_wire(other, port):
                with pytest.raises(StripeRefused, match="Stripe key"):
                    await services.checkout.start(customer, "pack", "starter")
            assert (await asyncio.to_thread(other.client().v1.customers.list)).data == []
        async with a_wire(shop.sandbox, port):
            assert (await services.checkout.start(customer, "pack", "starter")).url
    finally:
        await close(services)


async def test_an_endpoint_is_never_replaced_in_live_mode() -> None:
    gateway = StripeGateway(settings_for("", "http://127.0.0.1:9", stripe_secret_key=SecretStr("sk_live_x")))
    with pytest.raises(Conflict, match="In live mode"):
        await gateway.ensure_webhook_endpoint("https://example.com/hooks")
    await gateway.close()


async def test_a_process_without_a_secret_key_refuses_to_start(database_url: str, sandbox: StripeSandbox) -> None:
    with pytest.raises(InvalidInput, match="SECRET_KEY must be set"):
        await build(settings_for(database_url, sandbox.url, secret_key=SecretStr("short")))


async def test_a_wrong_key_is_told_to_the_operator_and_not_to_the_customer(sandbox: StripeSandbox) -> None:
    gateway = StripeGateway(settings_for("", sandbox.url, stripe_secret_key=SecretStr("not_a_key")))
    with pytest.raises(StripeRefused) as told:
        await gateway.account()
    await gateway.close()
    assert "not_a_key" not in told.value.detail
    assert "API key" not in told.value.detail


async def test_without_a_webhook_secret_deliveries_are_sent_again_later(
    database_url: str, sandbox: StripeSandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with a_shop(database_url, sandbox, tmp_path_factory.mktemp("shop"), webhooks=False) as shop:
        shop.services.gateway.use_webhook_secret("")
        answer = await shop.deliver(b"{}")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert await shop.services.inbox.refusals() == []
