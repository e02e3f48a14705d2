"""Counted features of the playground: a piece of text through a gate, minutes in steps."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.entitlements.decisions import NotEnough, OverQuota, PlanLacks
from billing_app.errors import InvalidInput, NotFound
from billing_app.playground.note_writer import LINES, write_notes
from billing_app.playground.practice import STEP_S, PracticeService
from tests.quotas.conftest import House, house

__all__ = ["house"]

TEXT = """I ran a support desk for two thousand shops.
- Investigated incidents across Kubernetes and PostgreSQL
- Coached two junior colleagues through incidents
I want to lead a desk."""


def practice(house: House) -> PracticeService:
    return PracticeService(house.database, house.catalog, house.entitlements)


@pytest.mark.row("C2")
@pytest.mark.row("C4")
async def test_two_cvs_are_made_on_the_free_plan_and_the_third_meets_the_wall(house: House) -> None:
    await house.apply("career_coach")
    customer, made = await house.a_customer(), practice(house)
    ids = [made.new_id() for _ in range(3)]
    first = await made.make(customer, "cv_generate", ids[0], TEXT)
    assert (first.title, len(first.lines)) == ("I ran a support desk for two thousand shops", 3)
    assert await made.make(customer, "cv_generate", ids[0], "something else") == first
    await made.make(customer, "cv_generate", ids[1], TEXT)
    with pytest.raises(OverQuota):
        await made.make(customer, "cv_generate", ids[2], TEXT)
    assert [run.id for run in await made.history(customer, "cv_generate")] == ids[1::-1]
    assert await made.history(await house.a_customer(), "cv_generate") == []


async def test_a_text_that_will_not_do_takes_nothing(house: House) -> None:
    await house.apply("career_coach")
    customer, made = await house.a_customer(), practice(house)
    for text in ("", "too short", "x" * 4_001, "nul \x00 " * 5):
        with pytest.raises(InvalidInput):
            await made.make(customer, "cv_generate", made.new_id(), text)
    with pytest.raises(InvalidInput):
        await made.make(customer, "cv_generate", "run_../x", TEXT)
    for code in ("flying", "", "x" * 500):
        with pytest.raises(NotFound):
            await made.offer(customer, code)
    assert (await made.offer(customer, "cv_generate")).decision.used == 0


@pytest.mark.row("D1")
@pytest.mark.row("D2")
async def test_a_session_takes_its_minutes_step_by_step_until_they_are_gone(
    house: House, ahead: Callable[..., None]
) -> None:
    await house.apply("language_tutor")
    customer, made = await house.a_customer(), practice(house)
    await house.entitlements.use(customer, "ai_minutes", units=1800 - 2 * STEP_S, key="before")
    run = made.new_id()
    for number in (0, 1, 1):
        usage = await made.step(customer, "ai_minutes", run, number)
    assert usage is not None
    assert (usage.remaining, usage.allowed) == (0, False)
    with pytest.raises(OverQuota, match="today"):
        await made.step(customer, "ai_minutes", run, 2)
    assert [one.units for one in await made.history(customer, "ai_minutes")] == [2 * STEP_S]
    with pytest.raises(PlanLacks):
        await made.make(customer, "business_german", made.new_id(), TEXT)
    await house.subscribe(customer, "plus")
    assert (await made.step(customer, "ai_minutes", run, 2)) is not None
    await made.make(customer, "business_german", made.new_id(), TEXT)
    for number in (-1, 60, True, "3"):
        with pytest.raises(InvalidInput):
            await made.step(customer, "ai_minutes", run, number)  # pyright: ignore
    with pytest.raises(InvalidInput):
        await made.make(customer, "ai_minutes", made.new_id(), TEXT)
    with pytest.raises(InvalidInput):
        await made.step(customer, "scenarios", made.new_id(), 0)


@pytest.mark.row("E1")
async def test_what_is_paid_in_credits_takes_them_when_it_is_made(house: House) -> None:
    await house.apply("creator")
    made = practice(house)
    catalog = await house.catalog.current()
    (rate, *_) = catalog.rates_of("picture")
    customer = await house.a_customer(credits=rate.credits)
    before = (await house.credits.balance(customer)).available
    await made.make(customer, "picture", made.new_id(), TEXT)
    assert (await house.credits.balance(customer)).available == before - rate.credits
    if before < 2 * rate.credits:
        with pytest.raises(NotEnough):
            await made.make(customer, "picture", made.new_id(), TEXT)


@given(st.text(max_size=4_000))
def test_notes_are_lines_of_the_text_or_a_refusal_whatever_is_typed(text: str) -> None:
    try:
        notes = write_notes(text)
    except InvalidInput:
        return
    said = " ".join(text.split())
    assert 1 <= len(notes.lines) <= LINES
    assert len(notes.title) <= 80
    assert all(len(line) <= 161 for line in notes.lines)
    assert said
