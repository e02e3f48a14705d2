"""The figures of the teams that sell plans: career_coach, language_tutor and creator, as their presets state them."""

import pytest

from billing_app.catalog.faq import questions
from billing_app.catalog.loading import load, read_source
from billing_app.catalog.margin import expected_margins
from billing_app.catalog.offers import PlanCard, sellable
from billing_app.catalog.pricing import credits_in_period
from billing_app.catalog.schema import Catalog, Metering, Period, QuotaRule

UNLIMITED = None
PRESETS = ("career_coach", "language_tutor", "creator")


@pytest.fixture(scope="module")
def career_coach() -> Catalog:
    return load(read_source("career_coach"))


@pytest.fixture(scope="module")
def language_tutor() -> Catalog:
    return load(read_source("language_tutor"))


@pytest.fixture(scope="module")
def creator() -> Catalog:
    return load(read_source("creator"))


def prices_of(plan: PlanCard) -> dict[str, str]:
    return {price.period: price.price for price in plan.prices}


@pytest.mark.row("C1")
def test_the_plans_of_career_coach_cost_what_the_team_charges_by_month_and_by_year(career_coach: Catalog) -> None:
    plans = sellable(career_coach).plans
    assert [(plan.code, plan.name, plan.highlighted, plan.price, prices_of(plan)) for plan in plans] == [
        ("free", "Free", False, "$0", {}),
        ("basic", "Basic", False, "$9.99", {"month": "$9.99", "year": "$99"}),
        ("pro", "Pro", True, "$29.99", {"month": "$29.99", "year": "$299"}),
        ("enterprise", "Enterprise", False, "$99.99", {"month": "$99.99", "year": "$999"}),
    ]


@pytest.mark.row("C1")
def test_the_trials_of_career_coach_differ_by_plan_and_period(career_coach: Catalog) -> None:
    assert {
        (plan.code, price.period): price.trial_days for plan in sellable(career_coach).plans for price in plan.prices
    } == {
        ("basic", "month"): 7,
        ("basic", "year"): 14,
        ("pro", "month"): 7,
        ("pro", "year"): 14,
        ("enterprise", "month"): 14,
        ("enterprise", "year"): 30,
    }


@pytest.mark.row("C1")
def test_what_a_year_of_career_coach_saves_is_rounded_down(career_coach: Catalog) -> None:
    offers = sellable(career_coach)
    yearly = {plan.code: price for plan in offers.plans if (price := plan.for_period("year"))}
    assert {code: price.saving_percent for code, price in yearly.items()} == {"basic": 17, "pro": 16, "enterprise": 16}
    assert yearly["pro"].saving == "Save 16%"
    assert offers.best_yearly_saving == "Save up to 17%"


@pytest.mark.row("C2")
def test_career_coach_counts_seven_features(career_coach: Catalog) -> None:
    assert [feature.code for feature in career_coach.features] == [
        "cv_generate",
        "cv_analyze",
        "cover_letter_generate",
        "motivation_letter_generate",
        "mock_interview",
        "career_chat_messages",
        "job_tracking",
    ]
    assert {feature.metering for feature in career_coach.features} == {Metering.QUOTA}
    for plan in career_coach.plans:
        assert set(plan.quotas) == {feature.code for feature in career_coach.features}, plan.code


@pytest.mark.row("C2")
def test_the_quotas_of_career_coach_are_the_teams_where_it_names_them(career_coach: Catalog) -> None:
    named = ("cv_generate", "mock_interview", "career_chat_messages")
    assert {plan.code: tuple(plan.quotas[code] for code in named) for plan in career_coach.plans} == {
        "free": (2, 1, 10),
        "basic": (10, 5, 100),
        "pro": (30, 20, UNLIMITED),
        "enterprise": (UNLIMITED, UNLIMITED, UNLIMITED),
    }
    free, *_, enterprise = career_coach.plans
    assert free.quotas["motivation_letter_generate"] == 0  # switched off, which is not unlimited
    assert set(enterprise.quotas.values()) == {UNLIMITED}


@pytest.mark.row("C2")
def test_a_better_plan_of_career_coach_never_allows_less(career_coach: Catalog) -> None:
    for lesser, better in zip(career_coach.plans, career_coach.plans[1:], strict=False):
        for code, limit in lesser.quotas.items():
            more = better.quotas[code]
            assert more is None or (limit is not None and more >= limit), (better.code, code)


@pytest.mark.row("C3")
def test_career_coach_has_hard_and_soft_caps_and_rolls_over_what_comes_in_bursts(career_coach: Catalog) -> None:
    rules = {feature.code: feature.quota for feature in career_coach.features}
    assert rules["cv_generate"] == QuotaRule(window="month", cap="hard", rollover=False)
    assert rules["mock_interview"] == QuotaRule(window="month", cap="hard", rollover=True)
    assert rules["job_tracking"] == QuotaRule(window="month", cap="soft", rollover=False)


def test_career_coach_knows_a_margin_only_where_use_has_an_end(career_coach: Catalog) -> None:
    margins = {(one.code, one.period): one for one in expected_margins(career_coach)}
    basic = margins["basic", "month"]
    assert (str(basic.cost), str(basic.before_fees), str(basic.after_fees)) == ("1.0015", "90.0", "84.1")
    assert str(margins["basic", "year"].before_fees) == "87.9"
    assert "unlimited and each use costs" in margins["pro", "month"].reason


@pytest.mark.row("D1")
def test_the_tiers_of_language_tutor_are_as_the_team_has_them(language_tutor: Catalog) -> None:
    plans = sellable(language_tutor).plans
    assert [(plan.code, plan.price, plan.contact_only) for plan in plans] == [
        ("free", "$0", False),
        ("premium", "$9.99", False),
        ("plus", "$19.99", False),
        ("enterprise", "", True),
    ]
    assert plans[0].lines == ("30 AI minutes a day", "5 scenarios a week")
    assert {"Unlimited AI minutes", "Unlimited scenarios"} <= set(plans[1].lines)
    assert {"Custom AI", "Business German"} == set(plans[2].lines) - set(plans[1].lines)
    assert {"Self-hosted", "White label"} <= set(plans[3].lines)


@pytest.mark.row("D1")
def test_minutes_are_allowed_by_the_day_and_counted_in_seconds_and_scenarios_by_the_week(
    language_tutor: Catalog,
) -> None:
    minutes, scenarios = language_tutor.feature("ai_minutes"), language_tutor.feature("scenarios")
    free = language_tutor.free_plan
    assert minutes
    assert minutes.quota
    assert scenarios
    assert scenarios.quota
    assert free
    assert (minutes.quota.window, minutes.counts_per_unit) == ("day", 60)
    assert (scenarios.quota.window, scenarios.counts_per_unit) == ("week", 1)
    assert free.quotas == {"ai_minutes": 30, "scenarios": 5}


@pytest.mark.row("E1")
def test_the_plans_of_creator_bring_the_same_credits_each_month_by_month_and_by_year(creator: Catalog) -> None:
    assert [(plan.code, prices_of(plan), plan.credits_per_month) for plan in sellable(creator).plans] == [
        ("starter", {"month": "$20", "year": "$200"}, 200),
        ("pro", {"month": "$39", "year": "$390"}, 400),
        ("creator", {"month": "$99", "year": "$990"}, 1_000),
        ("ultimate", {"month": "$200", "year": "$2,000"}, 2_000),
    ]
    for plan in creator.plans:
        year, month = plan.price(Period.YEAR), plan.price(Period.MONTH)
        assert year
        assert month
        assert credits_in_period(plan, year) == 12 * credits_in_period(plan, month)


@pytest.mark.row("E2")
def test_a_pack_of_creator_never_expires_and_its_credit_is_dearer_than_any_plans(creator: Catalog) -> None:
    offers = sellable(creator)
    assert [(pack.name, pack.price, pack.credits, pack.expiry) for pack in offers.packs] == [
        ("Small pack", "$12", 100, "Never expires"),
        ("Medium pack", "$33", 300, "Never expires"),
        ("Large pack", "$105", 1_000, "Never expires"),
    ]
    dearest_plan = max(plan.prices[0].amount_minor / plan.credits_per_month for plan in offers.plans)
    assert all(pack.amount_minor / pack.credits > dearest_plan for pack in offers.packs)


def test_creator_earns_on_every_plan_and_pack_even_if_all_goes_where_a_credit_costs_most(creator: Catalog) -> None:
    margins = {(one.code, one.period): str(one.before_fees) for one in expected_margins(creator)}
    assert margins["starter", "month"] == "75.0"
    assert margins["pro", "year"] == "69.2"
    assert margins["large", None] == "76.2"
    assert len(margins) == 11


@pytest.mark.row("C9")
@pytest.mark.parametrize("preset", PRESETS)
def test_each_team_has_a_name_and_answers_of_its_own(preset: str) -> None:
    catalog = load(read_source(preset))
    others = [load(read_source(other)) for other in PRESETS if other != preset]
    assert catalog.brand.name not in {other.brand.name for other in others}
    assert len(catalog.faq) >= 2
    asked = [question.question for question in questions(catalog)]
    assert len(asked) == len(set(asked))
