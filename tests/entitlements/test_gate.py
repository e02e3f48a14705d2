"""May this customer use this now? Credits, unlocks, the wall, and taking at once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing_app import clock
from billing_app.catalog.loading import Source, read_source
from billing_app.credits import AlreadyConsumed, Grant, LotKind
from billing_app.entitlements.decisions import Basis, Locked, NotEnough, PlanLacks
from billing_app.entitlements.metering import UnknownFeature
from billing_app.entitlements.unlocking import NewUnlock, grant
from billing_app.errors import IdempotencyMismatch, InvalidInput
from billing_app.journal.audit import CLI
from tests.shop import Shop

SESSION, GENERATOR, PAIRS = "interview_session", "ai_qa_generation", "qa_pairs_crud"


async def unlock(shop: Shop, customer: int, feature: str, uses: int | None, source: str) -> bool:
    async with shop.services.database.transaction() as session:
        return await grant(session, NewUnlock(customer, "bought", feature, uses, source, "pi_1", 1000, "USD"))


@pytest.mark.row("A4")
@pytest.mark.row("A11")
async def test_a_session_costs_one_credit_and_the_same_session_never_costs_twice(shop: Shop) -> None:
    customer = await shop.a_customer(credits=2)
    gate = shop.services.entitlements
    first = await gate.use(customer, SESSION, key="a", reference="session-1")
    same_key = await gate.use(customer, SESSION, key="a", reference="session-1")
    other_key = await gate.use(customer, SESSION, key="b", reference="session-1")
    assert [(use.charged, use.available, use.repeated) for use in (first, same_key, other_key)] == [
        (1, 1, False),
        (0, 1, True),
        (0, 1, True),
    ]
    assert (await gate.use(customer, SESSION, key="c", reference="session-2")).available == 0


@pytest.mark.row("A9")
@pytest.mark.row("A11")
async def test_short_of_credits_the_wall_says_what_is_missing_and_what_it_costs_to_go_on(shop: Shop) -> None:
    customer = await shop.a_customer(credits=1)
    gate = shop.services.entitlements
    with pytest.raises(NotEnough) as wall:
        await gate.use(customer, SESSION, units=12, key="a")
    body = wall.value.problem()
    assert (body["status"], body["code"]) == (402, "insufficient_credits")
    assert (body["required"], body["available"], body["held"], body["shortfall"]) == (12, 1, 0, 11)
    assert body["limit_source"] == "balance"
    assert [(option["code"], option["enough"]) for option in body["options"]] == [
        ("popular", True),
        ("pro", True),
        ("starter", False),
    ]
    asked = await gate.check(customer, SESSION, 12)
    assert not asked.allowed
    assert {**asked.as_json(), "allowed": None, "why": None} == {
        **{name: body.get(name) for name in asked.as_json()},
        "allowed": None,
        "why": None,
    }, "asking and being refused show the same wall"
    assert await shop.available(customer) == 1


async def test_a_refusal_binds_nothing_so_the_same_request_works_after_buying(shop: Shop) -> None:
    customer = await shop.a_customer()
    gate = shop.services.entitlements
    for feature in (SESSION, GENERATOR):
        with pytest.raises((NotEnough, Locked)):
            await gate.use(customer, feature, key=f"k-{feature}", reference="r1")
    await shop.give(customer, 1)
    await unlock(shop, customer, GENERATOR, 1, "s1")
    assert not (await gate.use(customer, SESSION, key=f"k-{SESSION}", reference="r1")).repeated
    assert not (await gate.use(customer, GENERATOR, key=f"k-{GENERATOR}", reference="r1")).repeated


@pytest.mark.row("A9")
@pytest.mark.row("A11")
async def test_the_generator_is_locked_until_bought_and_again_after_its_one_use(shop: Shop) -> None:
    customer = await shop.a_customer()
    gate = shop.services.entitlements
    with pytest.raises(Locked) as wall:
        await gate.use(customer, GENERATOR, key="a")
    assert [option["code"] for option in wall.value.problem()["options"]] == ["ai_qa_generator"]
    await shop.buy(customer, "unlock", "ai_qa_generator")
    assert (await gate.check(customer, GENERATOR)).remaining == 1
    assert (await gate.use(customer, GENERATOR, key="a")).remaining == 0
    with pytest.raises(Locked, match="locked"):
        await gate.use(customer, GENERATOR, key="b")
    assert (await gate.use(customer, GENERATOR, key="a")).repeated


@pytest.mark.row("A9")
@pytest.mark.row("A11")
async def test_pairs_are_read_only_until_management_is_bought_and_then_without_limit(shop: Shop) -> None:
    customer = await shop.a_customer()
    gate = shop.services.entitlements
    asked = await gate.check(customer, PAIRS)
    assert not asked.allowed
    assert "can be read" in asked.why
    await shop.buy(customer, "unlock", "qa_management")
    for number in range(20):
        use = await gate.use(customer, PAIRS, key=f"k{number}")
        assert (use.remaining, use.charged) == (None, 0)


@pytest.mark.row("A5")
async def test_the_summary_tells_everything_a_customer_may_do(shop: Shop) -> None:
    customer = await shop.a_customer(credits=3)
    await unlock(shop, customer, GENERATOR, 1, "s1")
    await shop.services.entitlements.use(customer, GENERATOR, key="a")
    await unlock(shop, customer, PAIRS, None, "s2")
    told = await shop.services.entitlements.summary(customer)
    assert told.available == 3
    assert {each.feature: (each.allowed, each.basis, each.remaining) for each in told.features} == {
        SESSION: (True, Basis.CREDITS, 3),
        GENERATOR: (False, Basis.UNLOCK, 0),
        PAIRS: (True, Basis.UNLOCK, None),
    }
    assert {(each.feature, each.uses_left) for each in told.unlocks} == {(GENERATOR, 0), (PAIRS, None)}


async def test_fifty_uses_at_once_of_the_last_unit_give_one_yes(shop: Shop) -> None:
    customer = await shop.a_customer(credits=1)
    await unlock(shop, customer, GENERATOR, 1, "s1")
    gate = shop.services.entitlements
    for feature in (GENERATOR, SESSION):
        answers = await asyncio.gather(
            *[gate.use(customer, feature, key=f"{feature}-{number}") for number in range(50)], return_exceptions=True
        )
        assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
        assert all(isinstance(answer, NotEnough | Locked) for answer in answers if isinstance(answer, BaseException))


async def test_uses_are_taken_from_the_oldest_unlock_first_and_may_span_several(shop: Shop) -> None:
    customer = await shop.a_customer()
    for number, uses in enumerate((2, 3)):
        await unlock(shop, customer, GENERATOR, uses, f"s{number}")
    gate = shop.services.entitlements
    assert (await gate.use(customer, GENERATOR, units=1, key="a")).remaining == 4
    assert (await gate.use(customer, GENERATOR, units=3, key="b")).remaining == 1
    owned = await shop.services.entitlements.unlocks(customer)
    assert [each.uses_left for each in owned] == [1, 0]
    with pytest.raises(Locked, match="1 generation left; this needs 2"):
        await gate.use(customer, GENERATOR, units=2, key="c")


async def test_an_unlock_is_made_once_per_source(shop: Shop) -> None:
    customer = await shop.a_customer()
    assert await unlock(shop, customer, GENERATOR, 1, "cs_1")
    assert not await unlock(shop, customer, GENERATOR, 1, "cs_1")
    assert (await shop.services.entitlements.check(customer, GENERATOR)).remaining == 1


@pytest.mark.parametrize("units", [0, -1, 10**12 + 1, True, 1.0, "1", None])
async def test_units_that_are_no_number_of_uses_are_refused(shop: Shop, units: object) -> None:
    customer = await shop.a_customer(credits=5)
    for feature in (SESSION, GENERATOR):
        with pytest.raises(InvalidInput, match="units"):
            await shop.services.entitlements.use(customer, feature, units=units, key="a")  # pyright: ignore
        with pytest.raises(InvalidInput, match="units"):
            await shop.services.entitlements.check(customer, feature, units)  # pyright: ignore
    assert await shop.available(customer) == 5


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b", "a\nb"])
async def test_malformed_keys_are_refused(shop: Shop, key: str) -> None:
    customer = await shop.a_customer(credits=5)
    with pytest.raises(InvalidInput):
        await shop.services.entitlements.use(customer, SESSION, key=key)
    with pytest.raises(InvalidInput):
        await shop.services.entitlements.use(customer, GENERATOR, key="k", reference=key)
    assert await shop.available(customer) == 5


async def test_a_key_that_is_bound_refuses_another_request(shop: Shop) -> None:
    customer = await shop.a_customer(credits=5)
    await unlock(shop, customer, GENERATOR, 5, "s1")
    gate = shop.services.entitlements
    for feature in (SESSION, GENERATOR):
        await gate.use(customer, feature, units=1, key=f"k-{feature}")
        with pytest.raises(IdempotencyMismatch):
            await gate.use(customer, feature, units=2, key=f"k-{feature}")


async def test_unknown_features_are_not_found(shop: Shop) -> None:
    customer = await shop.a_customer()
    for feature in ("flying", "", "x" * 500):
        with pytest.raises(UnknownFeature):
            await shop.services.entitlements.check(customer, feature)
        with pytest.raises(UnknownFeature):
            await shop.services.entitlements.use(customer, feature, key="a")


async def test_a_hold_is_refused_with_the_wall_and_never_taken_twice_for_one_reference(shop: Shop) -> None:
    customer = await shop.a_customer()
    gate = shop.services.entitlements
    with pytest.raises(NotEnough):
        await gate.hold(customer, SESSION, key="a", reference="s1", ttl_s=60, cap_s=600)
    await shop.give(customer, 2)
    held = await gate.hold(customer, SESSION, key="a", reference="s1", ttl_s=60, cap_s=600)
    again = await gate.hold(customer, SESSION, key="a2", reference="s1", ttl_s=60, cap_s=600)
    assert (held.hold_id, held.available) == (again.hold_id, 1)
    await gate.use(customer, SESSION, key="b", reference="s2")
    with pytest.raises(AlreadyConsumed):
        await gate.hold(customer, SESSION, key="c", reference="s2", ttl_s=60, cap_s=600)
    with pytest.raises(InvalidInput, match="not paid in credits"):
        await gate.hold(customer, GENERATOR, key="d", reference="s3", ttl_s=60, cap_s=600)


async def test_features_of_plans_are_told_apart_from_what_money_can_open_now(shop: Shop) -> None:
    source = read_source("interview_mate")
    extra = """
[[features]]
code = "coach"
name = "Coach"
metering = "included"

[[features]]
code = "export"
name = "Export"
metering = "included"

[[features]]
code = "letters"
name = "Letters"
metering = "quota"
unit = { one = "letter", many = "letters" }
quota = { window = "month" }

[[plans]]
code = "gold"
name = "Gold"
features = ["coach"]
quotas = { letters = 3 }
prices = [{ period = "month", amount = "20.00 USD" }]
"""
    await shop.services.catalog.apply(Source(source.name, source.text + extra), by=CLI)
    customer = await shop.a_customer()
    gate = shop.services.entitlements
    with pytest.raises(PlanLacks) as wall:
        await gate.use(customer, "coach", key="a")
    assert wall.value.status == 403
    assert (await gate.use(customer, "export", key="b")).basis is Basis.FREE
    with pytest.raises(PlanLacks) as wall:
        await gate.use(customer, "letters", key="c")
    assert [option["code"] for option in wall.value.problem()["options"]] == ["gold"]
    assert {each.feature: each.allowed for each in (await gate.summary(customer)).features} == {
        SESSION: False,
        GENERATOR: False,
        PAIRS: False,
        "coach": False,
        "export": True,
        "letters": False,
    }


async def test_when_credits_come_by_themselves_the_wall_says_when_and_how_many(shop: Shop) -> None:
    customer = await shop.a_customer()
    at = clock.now() + timedelta(days=3)
    await shop.services.credits.grant(
        Grant(customer_id=customer, credits=7, kind=LotKind.FREE, label="Next", source="next", effective_at=at)
    )
    asked = await shop.services.entitlements.check(customer, SESSION)
    assert (asked.allowed, asked.resets_at, asked.next_grant) == (False, at, 7)


@pytest.mark.row("A12")
async def test_the_database_itself_shows_a_customer_only_their_own_rows(shop: Shop) -> None:
    mine, theirs = await shop.a_customer(), await shop.a_customer()
    for customer in (mine, theirs):
        await shop.buy(customer, "unlock", "ai_qa_generator")
        await shop.services.entitlements.use(customer, GENERATOR, key="a")
        await shop.services.drafts.save(customer, "page", "text")
    tables = ["unlocks", "unlock_uses", "unlock_use_parts", "checkouts", "payments", "stripe_customers", "drafts"]
    async with shop.services.database.as_customer(mine) as session:
        for table in tables:
            found = await session.execute(text(f"SELECT DISTINCT customer_id FROM {table}"))
            assert found.scalars().all() == [mine], table
    for table in ("webhook_events", "facts", "refused_deliveries", "payment_failures"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with shop.services.database.as_customer(mine) as session:
                await session.execute(text(f"SELECT 1 FROM {table}"))


async def test_uses_cannot_be_rewritten(shop: Shop) -> None:
    customer = await shop.a_customer()
    await unlock(shop, customer, GENERATOR, 1, "s1")
    await shop.services.entitlements.use(customer, GENERATOR, key="a")
    for statement in (
        "UPDATE unlock_uses SET units = 2",
        "DELETE FROM unlock_use_parts",
        "TRUNCATE unlock_uses CASCADE",
    ):
        with pytest.raises(DBAPIError):
            await shop.rows(statement)
