"""Who lives the demo life and what it costs: the same each time, for whatever a catalogue sells."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billing_app.catalog.loading import load, preset_names, read_source
from billing_app.demo.costs import UNPRICED_MODEL, Used, rows_of
from billing_app.demo.people import Person, Trouble, Wants, people
from billing_app.demo.seeding import MONTHS, YEAR
from billing_app.demo.shelf import Shelf, shelf_of
from billing_app.usage import LlmCall, VendorCost
from billing_app.usage.starting_prices import STARTING_PRICES

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PRESETS = sorted(preset_names())
PRICES = {model: (Decimal(into), Decimal(out)) for model, _, _, into, out in STARTING_PRICES}


def _shelf(preset: str) -> Shelf:
    return shelf_of(load(read_source(preset)))


def _of_months(preset: str) -> tuple[Person, ...]:
    return people(MONTHS.name, MONTHS.people, MONTHS.days, _shelf(preset))


@pytest.mark.parametrize("preset", PRESETS)
def test_the_same_people_live_each_time(preset: str) -> None:
    assert _of_months(preset) == _of_months(preset)


def test_each_life_has_people_of_its_own() -> None:
    shelf = _shelf("showcase")
    ids = [one.external_id for extent in (MONTHS, YEAR) for one in people(extent.name, extent.people, 90, shelf)]
    assert len(ids) == len(set(ids)) == MONTHS.people + YEAR.people


@pytest.mark.parametrize("preset", PRESETS)
def test_people_want_only_what_is_sold_and_more_of_them_come_each_month(preset: str) -> None:
    shelf, everybody = _shelf(preset), _of_months(preset)
    sold = {Wants.PLAN: shelf.plans, Wants.PACK: shelf.packs, Wants.UNLOCK: shelf.unlocks}
    for one in everybody:
        assert one.wants is Wants.LOOK or one.product < len(sold[one.wants])
        assert 0 <= one.joins < MONTHS.days
    months = Counter(one.joins // 30 for one in everybody if one.joins)
    assert months[0] < months[1] < months[2]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_year_knows_every_trouble_that_its_catalogue_can_have(preset: str) -> None:
    met = {one.trouble for one in people(YEAR.name, YEAR.people, YEAR.days, _shelf(preset))}
    assert met >= set(Trouble)


@pytest.mark.parametrize(("count", "days"), [(0, 10), (2_001, 10), (1, 0)])
def test_a_life_has_people_and_days_within_bounds(count: int, days: int) -> None:
    with pytest.raises(ValueError, match="A life has"):
        people("any", count, days, _shelf("showcase"))


@pytest.mark.parametrize("preset", PRESETS)
def test_the_losers_users_cost_more_than_they_pay_and_others_do_not(preset: str) -> None:
    shelf = _shelf(preset)
    feature = next(one.feature for one in shelf.catalog.costs if one.amount.amount > 0 and "anguage" in one.name)
    income = shelf.income_per_use(feature)
    assert shelf.loser
    assert income > 0
    usual, losing = (_cost(shelf, feature, losing=losing) for losing in (False, True))
    assert losing > usual
    assert losing > income or losing > 10 * usual, "as far as a believable call goes"


def test_rows_are_the_same_each_time_and_tied_to_what_paid_for_them() -> None:
    shelf = _shelf("interview_mate")
    used = Used(_of_months("interview_mate")[0], 7, "interview_session", "months-3-0", NOON)
    rows = list(rows_of(used, shelf, 12))
    assert rows == list(rows_of(used, shelf, 12))
    assert {type(row) for row in rows} == {LlmCall, VendorCost}
    assert {(row.customer_id, row.entry_id, row.feature) for row in rows} == {(7, 12, "interview_session")}
    assert len({row.request_id for row in rows}) == len(rows)
    for row in rows:
        row.checked(NOON)


def test_a_model_without_a_price_is_among_those_of_the_last_days() -> None:
    person = _of_months("interview_mate")[0]
    used = Used(person, 7, "interview_session", "months-89-0", NOON, unpriced=True)
    models = {row.model for row in rows_of(used, _shelf("interview_mate")) if isinstance(row, LlmCall)}
    assert models == {UNPRICED_MODEL}


def _cost(shelf: Shelf, feature: str, *, losing: bool) -> Decimal:
    """What a use costs on average, over the people of a life."""
    total, count = Decimal(0), 0
    for person in people(MONTHS.name, MONTHS.people, MONTHS.days, shelf):
        count += 1
        for row in rows_of(Used(person, 1, feature, "months-1-0", NOON, losing=losing), shelf):
            total += row.cost if isinstance(row, VendorCost) else _priced(row)
    return total / count


def _priced(call: LlmCall) -> Decimal:
    into, out = PRICES[call.model]
    return ((call.tokens.input + call.tokens.cached_input) * into + call.tokens.output * out) / 1_000
