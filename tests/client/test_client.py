"""The client against the real API: what it asks and takes, what it is refused, and that nothing happens twice."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from billing_app.accounts.api_keys.form import Scope
from billing_app.client import (
    AsyncBillingClient,
    BillingClient,
    FeatureLocked,
    Forbidden,
    InsufficientCredits,
    InvalidRequest,
    NotFound,
    QuotaExceeded,
    Retries,
    Spend,
    Unauthenticated,
)
from tests.client.line import Line
from tests.host_api.host import Host

QUICK = Retries(attempts=3, first_s=0.01, longest_s=0.05)
T = TypeVar("T")


def _client(host: Host, url: str, scope: Scope = Scope.SERVER) -> AsyncBillingClient:
    return AsyncBillingClient(url, host.keys[scope], retries=QUICK)


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work)


@pytest.mark.row("A6")
@pytest.mark.row("B6")
async def test_what_a_host_does_in_a_day(host: Host, url: str) -> None:
    async with _client(host, url) as billing, _client(host, url, Scope.ADMIN) as office:
        made = await billing.put_customer("user/17 ä", name="Ada", email="ada@example.com")
        assert (made.created, made.name) == (True, "Ada")
        granted = await office.grant("user/17 ä", 20, note="welcome", label="Welcome")
        assert granted.available == 28
        assert (await billing.balance("user/17 ä")).promotional == 28

        decision = await billing.check("user/17 ä", "mock_interview", units=2)
        assert (decision.allowed, decision.required, decision.available) == (True, 8, 28)
        first, second = await billing.check_many("user/17 ä", ["answer_library", {"feature": "cv_review", "units": 1}])
        assert (first.allowed, second.allowed) == (False, True)
        priced = await billing.quote("coach_chat", customer="user/17 ä", add_ons={"document": 2})
        assert (priced.credits, priced.allowed) == (3, True)

        taken = await billing.consume("user/17 ä", "mock_interview", reference="session-1", details={"model": "m"})
        assert (taken.credits, taken.available) == (4, 24)
        assert taken.entry is not None
        back = await billing.reverse("user/17 ä", taken.entry, credits=1, note="it broke off")
        assert (back.credits, back.left, back.available) == (1, 3, 25)

        used = await billing.use("user/17 ä", "cv_review", key="cv-1")
        assert (used.basis, used.remaining) == ("quota", 0)
        assert await billing.give_back("user/17 ä", "cv_review", "cv-1")
        (counted,) = await billing.usage("user/17 ä")
        assert (counted.feature, counted.used, counted.limit) == ("cv_review", 0, 1)

        page = await billing.ledger("user/17 ä", limit=1)
        assert (page.data[0].kind, page.has_more) == ("reverse", True)
        assert page.data[0].at.tzinfo is not None
        older = await billing.ledger("user/17 ä", after=page.next_cursor)
        assert older.data[0].id < page.data[0].id

        told = await billing.entitlements("user/17 ä")
        assert told.known
        assert told.allows("mock_interview")
        assert not told.allows("no_such_feature")
        assert (told.plan.code if told.plan else "") == "free"
        link = await billing.hand_over("user/17 ä", to="/pricing")
        assert link.url.startswith("http")
        assert (await billing.request("get", "/api/v1/customers/user%2F17%20%C3%A4/balance"))["available"] == 25


async def test_the_synchronous_client_does_the_same(host: Host, url: str) -> None:
    def work() -> tuple[int | None, ...]:
        with BillingClient(url, host.keys[Scope.SERVER], retries=QUICK) as billing:
            before = billing.check("ada", "mock_interview").available
            with billing.hold("ada", "mock_interview") as hold:
                assert hold.credits == 4
                hold.extend(60)
                hold.capture(3)
            billing.consume("ada", "coach_chat")
            return before, billing.balance("ada").available, billing.balance("ada").held

    assert await _in_thread(work) == (8, 4, 0)


@pytest.mark.row("A10")
async def test_a_hold_is_released_by_an_error_and_without_a_capture(host: Host, url: str) -> None:
    async with _client(host, url) as billing:
        with pytest.raises(RuntimeError):
            async with billing.hold("ada", "any work", credits=5) as hold:
                assert (await billing.balance("ada")).held == 5
                raise RuntimeError("the model broke down")
        assert (await billing.balance("ada")).held == 0
        async with billing.hold("ada", "any work", credits=5):
            pass
        balance = await billing.balance("ada")
        assert (balance.available, balance.held) == (8, 0)
        hold = await billing.hold("ada", "any work", credits=5, on_expiry=2)
        assert (await hold.capture()).credits == 5
        assert (await billing.balance("ada")).available == 3


async def test_a_refusal_carries_what_would_open_it(host: Host, url: str) -> None:
    async with _client(host, url) as billing:
        with pytest.raises(InsufficientCredits) as short:
            await billing.consume("ada", "mock_interview", units=5)
        assert (short.value.required, short.value.available, short.value.shortfall) == (20, 8, 12)
        assert {one.kind for one in short.value.options} >= {"pack", "plan"}
        pack = next(one for one in short.value.options if one.kind == "pack")
        assert pack.price_minor
        assert pack.currency == "USD"
        assert short.value.request_id
        with pytest.raises(InsufficientCredits):
            async with billing.hold("ada", "mock_interview", units=5):
                raise AssertionError("the block is not entered")
        with pytest.raises(FeatureLocked) as locked:
            await billing.use("ada", "answer_library")
        assert {one.kind for one in locked.value.options} >= {"unlock"}
        await billing.use("ada", "cv_review")
        with pytest.raises(QuotaExceeded) as over:
            await billing.use("ada", "cv_review")
        assert over.value.resets_at is not None
        with pytest.raises(NotFound):
            await billing.request("GET", "/api/v1/nothing/here")
        with pytest.raises(InvalidRequest) as wrong:
            await billing.request("POST", "/api/v1/features/check", body={"customer": "ada", "feature": "x", "no": 1})
        assert wrong.value.errors[0]["pointer"].endswith("/no")


async def test_wrong_and_weak_keys_are_told_apart(host: Host, url: str) -> None:
    async with AsyncBillingClient(url, "crd_test_sk_nonsense", retries=QUICK) as billing:
        with pytest.raises(Unauthenticated):
            await billing.balance("ada")
    async with _client(host, url, Scope.READ_ONLY) as billing:
        with pytest.raises(Forbidden):
            await billing.consume("ada", "coach_chat")


async def test_a_batch_tells_of_each(host: Host, url: str) -> None:
    async with _client(host, url) as billing:
        done = await billing.consume_batch(
            [Spend("ada", "coach_chat"), Spend("ada", "mock_interview", units=9), Spend("bob", "mine", credits=2)]
        )
        assert (done.done, done.refused, done.credits) == (2, 1, 3)
        assert done.data[1].problem is not None
        assert done.data[1].problem["code"] == "insufficient_credits"
        with pytest.raises(ValueError, match="1 to 500"):
            await billing.consume_batch([])


async def test_a_lost_answer_is_asked_again_under_the_same_key_and_charged_once(host: Host, line: Line) -> None:
    async with AsyncBillingClient(line.url, host.keys[Scope.SERVER], retries=QUICK) as billing:
        assert (await billing.check("ada", "coach_chat")).available == 8
        line.lose_answers = 2
        taken = await billing.consume("ada", "coach_chat")
        assert (taken.replayed, taken.available) == (True, 7)
        assert line.requests == 4
        line.lose_answers = 1
        async with billing.hold("ada", "coach_chat") as hold:
            line.lose_answers = 1
            assert (await hold.capture()).credits == 1
        assert (await billing.balance("ada")).available == 6


def test_a_live_key_is_not_sent_in_the_clear_and_never_shown() -> None:
    with pytest.raises(ValueError, match="https only"):
        BillingClient("http://billing.example.com", "crd_live_sk_abc")
    with pytest.raises(ValueError, match="https://"):
        BillingClient("billing.example.com", "crd_test_sk_abc")
    with pytest.raises(ValueError, match="API key"):
        BillingClient("https://billing.example.com", "")
    with BillingClient("http://127.0.0.1:1", "crd_live_sk_abc") as client:
        assert "crd_live" not in repr(client)
        assert "crd_live" not in repr(vars(client)["_server"])
