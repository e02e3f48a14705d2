"""The figures of the five systems, worked out from prices and costs."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from billing_app.catalog.credit_table import credit_table
from billing_app.catalog.loading import load, read_source
from billing_app.catalog.margin import ExpectedMargin, expected_margins
from billing_app.catalog.offers import Capability, sellable
from billing_app.catalog.pricing import pack_saving_percent, yearly_saving_percent
from billing_app.catalog.schema import Catalog, Period, Plan, PlanPrice
from billing_app.money import Money
from tests.catalog.catalogues import catalogs, small, small_catalog

EVERYTHING = frozenset(Capability)


@pytest.fixture(scope="module")
def interview_mate() -> Catalog:
    return load(read_source("interview_mate"))


@pytest.mark.row("A1")
def test_the_packs_of_interview_mate_show_their_price_per_session(interview_mate: Catalog) -> None:
    packs = sellable(interview_mate).packs
    assert [(pack.name, pack.price, pack.credits, pack.unit_price, pack.highlighted) for pack in packs] == [
        ("Starter", "$4", 10, "$0.40 per session", False),
        ("Popular", "$8", 25, "$0.32 per session", True),
        ("Pro", "$15", 50, "$0.30 per session", False),
    ]
    assert [pack.saving for pack in packs] == ["", "20% less per session", "25% less per session"]
    assert {pack.expiry for pack in packs} == {"Never expires"}


@pytest.mark.row("A2")
def test_the_unlocks_of_interview_mate_are_one_use_and_unlimited(interview_mate: Catalog) -> None:
    unlocks = sellable(interview_mate).unlocks
    assert [(unlock.name, unlock.price, unlock.feature, unlock.uses, unlock.uses_text) for unlock in unlocks] == [
        ("AI Q&A Generator", "$10", "ai_qa_generation", 1, "1 generation"),
        ("Q&A Management", "$25", "qa_pairs_crud", None, "Without limit, for good"),
    ]


def margins_of(catalog: Catalog) -> dict[str, ExpectedMargin]:
    return {margin.code: margin for margin in expected_margins(catalog)}


@pytest.mark.row("A3")
def test_margins_are_computed_and_are_not_what_the_team_claimed(interview_mate: Catalog) -> None:
    margins = margins_of(interview_mate)
    assert {code: str(margin.before_fees) for code, margin in margins.items()} == {
        "starter": "42.5",
        "popular": "28.1",
        "pro": "23.3",
        "ai_qa_generator": "99.5",
        "qa_management": "100.0",
    }
    # 2.9 % + $0.30, in whole cents: $0.42 of $4, $0.53 of $8, $0.74 of $15, $0.59 of $10, $1.03 of $25.
    assert {code: (str(margin.fee), str(margin.after_fees)) for code, margin in margins.items()} == {
        "starter": ("0.42 USD", "32.0"),
        "popular": ("0.53 USD", "21.5"),
        "pro": ("0.74 USD", "18.4"),
        "ai_qa_generator": ("0.59 USD", "93.6"),
        "qa_management": ("1.03 USD", "95.9"),
    }


@pytest.mark.row("A3")
def test_a_margin_says_what_it_is_made_of(interview_mate: Catalog) -> None:
    margin = margins_of(interview_mate)["popular"]
    assert margin.cost == Decimal("5.75")
    assert margin.made_of == ("25 x Practice interview at $0.23 (Speech to text $0.18 + Language model $0.05)",)


def test_a_margin_that_cannot_be_known_is_not_a_number_and_says_why() -> None:
    margin = margins_of(small_catalog())["ten"]
    assert (margin.cost, margin.before_fees, margin.after_fees) == (None, None, None)
    assert margin.reason == "No cost of goods is stated for talk."
    costs = ("[[rates]]", '[[costs]]\nfeature = "talk"\nname = "Speech"\namount = "0.1 EUR"\n\n[[rates]]')
    assert "no rate to USD" in margins_of(small_catalog(costs))["ten"].reason


def test_an_unlimited_unlock_of_something_that_costs_has_no_expected_margin() -> None:
    costs = ("[[rates]]", '[[costs]]\nfeature = "pairs"\nname = "Storage"\namount = "0.01 USD"\n\n[[rates]]')
    margin = margins_of(small_catalog(costs))["pairs"]
    assert margin.before_fees is None
    assert "unlimited and each use costs $0.01" in margin.reason


@pytest.mark.row("C1")
@pytest.mark.parametrize(
    ("month", "year", "saved"),
    [
        ("9.99", "99.00", 17),
        ("29.99", "299.00", 16),
        ("99.99", "999.00", 16),
        ("20.00", "240.00", 0),
        ("1.00", "13.00", 0),
    ],
)
def test_what_a_year_saves_is_rounded_down(month: str, year: str, saved: int) -> None:
    plan = Plan(
        code="basic",
        name="Basic",
        prices=(
            PlanPrice(period=Period.MONTH, amount=Money.parse(f"{month} USD")),
            PlanPrice(period=Period.YEAR, amount=Money.parse(f"{year} USD")),
        ),
    )
    assert yearly_saving_percent(plan) == saved


def test_the_credit_table_prices_every_action_on_everything_that_brings_credits() -> None:
    table = credit_table(load(read_source("showcase")), EVERYTHING)
    assert [(column.name, column.period, column.billing) for column in table.columns] == [
        ("Starter", "month", "monthly"),
        ("Starter", "year", "yearly"),
        ("Pro", "month", "monthly"),
        ("Pro", "year", "yearly"),
        ("Small pack", "", "once"),
        ("Medium pack", "", "once"),
        ("Large pack", "", "once"),
    ]
    interview, message, research, document = table.rows
    assert (interview.action, interview.credits_text) == ("Practice interview", "4 credits")
    assert interview.amounts == ("$0.80", "$0.67", "$0.58", "$0.48", "$0.90", "$0.80", "$0.72")
    assert (message.credits, research.action, document.credits) == (1, "+ Company research", 1)


def test_a_credit_far_below_a_cent_keeps_its_digits() -> None:
    cheap = load(small(("credits = 10\n", "credits = 2500\n")))
    assert sellable(cheap).packs[0].unit_price == "$0.0016 per credit"


@given(catalogs())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_catalogue_no_saving_is_promised_that_is_not_there(catalog: Catalog) -> None:
    for margin in expected_margins(catalog):
        assert (margin.before_fees is None) == (margin.cost is None)
        assert margin.before_fees is None or margin.before_fees <= 100
    for pack in catalog.packs:
        for other in catalog.packs:
            saving = pack_saving_percent(pack, other)
            assert 0 <= saving < 100
            # The saving is true: at the other's price less that much, the credits would not be cheaper.
            assert saving == 0 or (
                100 * pack.price.minor * other.credits <= (100 - saving) * other.price.minor * pack.credits
            )
    for plan in catalog.plans:
        assert 0 <= yearly_saving_percent(plan) < 100


@pytest.fixture(scope="module")
def docs_chat() -> Catalog:
    return load(read_source("docs_chat"))


@pytest.mark.row("B1")
def test_the_plans_of_docs_chat_are_as_the_team_has_them(docs_chat: Catalog) -> None:
    assert [
        (plan.name, plan.price, plan.credits_per_month, plan.contact_only, [one.price for one in plan.prices])
        for plan in sellable(docs_chat, EVERYTHING).plans
    ] == [
        ("Free", "$0", 100, False, []),
        ("Starter", "$9", 1_000, False, ["$9"]),
        ("Pro", "$29", 5_000, False, ["$29"]),
        ("Enterprise", "", 0, True, []),
    ]


@pytest.mark.row("B2")
def test_the_packs_of_docs_chat_never_expire_and_get_cheaper(docs_chat: Catalog) -> None:
    packs = sellable(docs_chat).packs
    assert [(pack.name, pack.price, pack.credits, pack.unit_price, pack.saving) for pack in packs] == [
        ("Small pack", "$5", 500, "$0.05 per question", ""),
        ("Medium pack", "$15", 2_000, "$0.0375 per question", "25% less per question"),
        ("Large pack", "$35", 5_000, "$0.035 per question", "30% less per question"),
    ]
    assert {pack.expiry for pack in packs} == {"Never expires"}


@pytest.mark.row("B3")
def test_the_rate_card_of_docs_chat_prices_a_query_and_each_thing_added_to_it(docs_chat: Catalog) -> None:
    (rate,) = docs_chat.rates
    assert (rate.code, rate.credits) == ("query", 5)
    assert [(each.code, each.credits, each.repeatable) for each in rate.add_ons] == [
        ("documentation", 5, False),
        ("github", 10, False),
        ("tool", 3, True),
    ]
    table = credit_table(docs_chat)
    assert [(row.action, row.credits_text) for row in table.rows] == [
        ("Query", "5 credits"),
        ("+ Documentation", "5 credits"),
        ("+ GitHub tools", "10 credits"),
        ("+ Further tool", "3 credits"),
    ]


def test_docs_chat_earns_on_everything_it_sells_by_costs_it_states(docs_chat: Catalog) -> None:
    margins = margins_of(docs_chat)
    assert {code: str(margin.before_fees) for code, margin in margins.items()} == {
        "small": "87.2",
        "medium": "82.9",
        "large": "81.7",
        "starter": "85.8",
        "pro": "77.9",
    }
    assert margins["small"].made_of == ("100 x Query at $0.0064 (Language model $0.006 + Search index $0.0004)",)
