"""The pricing page's data: one source for every price, nothing shown that cannot be sold, no promise that is not so."""

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from billing_app.catalog.comparison import comparison
from billing_app.catalog.credit_table import credit_table
from billing_app.catalog.faq import questions
from billing_app.catalog.jsonld import product, script
from billing_app.catalog.loading import load, preset_names, read_source
from billing_app.catalog.offers import RELEASED, Capability, sellable
from billing_app.catalog.schema import Catalog
from tests.catalog.catalogues import catalogs, small_catalog

EVERYTHING = frozenset(Capability)
PACKS_ALONE = frozenset({Capability.ONE_TIME})


def said(catalog: Catalog, capabilities: frozenset[Capability]) -> str:
    return "\n".join(f"{entry.question} {entry.answer}" for entry in questions(catalog, capabilities))


def everything_shown(catalog: Catalog) -> str:
    offers = sellable(catalog, EVERYTHING)
    linked = product(offers, catalog.brand, catalog.tax, "https://shop.example/pricing")
    return "\n".join(map(str, (offers, comparison(catalog, EVERYTHING), credit_table(catalog, EVERYTHING), linked)))


def test_a_changed_price_changes_everywhere_it_is_shown() -> None:
    before, after = small_catalog(), small_catalog(('"4.00 USD"', '"7.00 USD"'))
    assert sellable(after).packs[0].price == "$7"
    assert sellable(after).packs[0].unit_price == "$0.70 per credit"
    assert comparison(after, PACKS_ALONE).columns[0].price == "$7"
    assert credit_table(after).rows[0].amounts[-1] == "$0.70"
    listed = product(sellable(after), after.brand, after.tax, "https://x.example")["offers"]
    assert [offer["price"] for offer in listed if offer["name"] == "Ten"] == ["7.00"]
    assert "4.00" in everything_shown(before)
    assert "4.00" not in everything_shown(after)
    assert "$4" not in everything_shown(after)


def test_what_the_app_cannot_sell_is_neither_shown_nor_promised() -> None:
    catalog = load(read_source("showcase"))
    offers = sellable(catalog, PACKS_ALONE)
    assert (offers.plans, offers.periods, offers.best_yearly_saving) == ((), (), "")
    assert {column.kind for column in comparison(catalog, PACKS_ALONE).columns} == {"pack", "unlock"}
    assert "CV review" not in [row.name for row in comparison(catalog, PACKS_ALONE).rows]
    assert {column.billing for column in credit_table(catalog, PACKS_ALONE).columns} == {""}
    text = said(catalog, PACKS_ALONE)
    for word in ("plan", "cancel", "upgrade", "refund", "renewal payment"):
        assert word not in text.lower()
    assert "Everything here is paid once and never renews." in text


def test_plans_are_shown_once_they_can_be_sold() -> None:
    offers = sellable(load(read_source("showcase")), frozenset({Capability.ONE_TIME, Capability.SUBSCRIPTIONS}))
    assert [plan.name for plan in offers.plans] == ["Free", "Starter", "Pro"]
    assert offers.periods == ("month", "year")
    pro = offers.plans[2]
    yearly = pro.for_period("year")
    assert yearly is not None
    assert yearly.billed == "$290 billed yearly ($24.17/month)"
    assert (yearly.saving, yearly.trial) == ("Save 16%", "14 days free, then $290 a year")
    assert yearly.terms == "14 days free, then $290 a year until you cancel, in two clicks. Needs a card."
    assert yearly.terms_without_trial == "Renews yearly at $290 until you cancel, in two clicks."
    assert f"{yearly.price} {yearly.billing}" == yearly.billed
    assert pro.lines == ("200 credits every month", "30 CV reviews a month", "Answer library", "Transcripts")
    assert offers.best_yearly_saving == "Save 16%"


def test_a_plan_by_contact_is_shown_without_price_where_enquiries_are_taken() -> None:
    teams = sellable(load(read_source("showcase")), EVERYTHING).plans[-1]
    assert (teams.name, teams.contact_only, teams.price, teams.prices) == ("Teams", True, "", ())
    assert teams.contact_url == "/contact?plan=teams"


@pytest.mark.row("C1")
@pytest.mark.parametrize(
    ("name", "saving", "each"),
    [
        ("career_coach", "Save up to 17%", {"basic": "Save 17%", "pro": "Save 16%", "enterprise": "Save 16%"}),
        ("creator", "Save 16%", dict.fromkeys(("starter", "pro", "creator", "ultimate"), "Save 16%")),
        ("docs_chat", "", {}),
    ],
)
def test_what_a_year_saves_is_rounded_down_for_each_plan_and_the_choice(
    name: str, saving: str, each: dict[str, str]
) -> None:
    offers = sellable(load(read_source(name)))
    assert offers.best_yearly_saving == saving
    yearly = {plan.code: plan.for_period("year") for plan in offers.plans}
    assert {code: price.saving for code, price in yearly.items() if price} == each


def test_what_is_not_active_is_not_shown() -> None:
    catalog = small_catalog(('code = "ten"', 'code = "ten"\nactive = false'))
    assert sellable(catalog).packs == ()
    assert "pack" not in said(catalog, RELEASED)


def test_things_are_shown_by_sort_and_then_as_in_the_file() -> None:
    pack = '[[packs]]\ncode = "{0}"\nname = "{0}"\nprice = "5.00 USD"\ncredits = 5\nsort = {1}\n\n'
    catalog = small_catalog(
        ("[[unlocks]]", pack.format("b", 1) + pack.format("a", 1) + pack.format("c", -1) + "[[unlocks]]")
    )
    assert [card.code for card in sellable(catalog).packs] == ["c", "ten", "b", "a"]


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ('refund_of_spent = "debt"', "the missing credits are taken from later ones"),
        ('refund_of_spent = "write_off"', "Credits that were spent already are not taken back"),
        ('cancel_now_credits = "keep_paid"', "this month's credits stay until their date"),
        ('cancel_now_credits = "void"', "this month's credits of the plan end too"),
        ("past_due_grace_days = 3", "You keep access for 3 days while we try again"),
        ("past_due_grace_days = 0", "Access ends until it is paid"),
        ('rollover = { kind = "none" }', "What is left at the end of the month ends with it"),
        ('rollover = { kind = "all" }', "all stay for another 31 days"),
        ('rollover = { kind = "capped", cap = 1200, valid_days = 60 }', "up to 1,200 stay for another 60 days"),
    ],
)
def test_the_faq_says_what_the_policy_is(policy: str, words: str) -> None:
    catalog = small_catalog(("[[features]]", f"[policies]\n{policy}\n\n[[features]]"))
    assert words in said(catalog, EVERYTHING)


@pytest.mark.parametrize(
    ("quota", "words"),
    [
        ('window = "day"', "Daily limits start afresh at midnight UTC."),
        ('window = "week"', "Weekly limits start afresh on Monday, midnight UTC."),
        ('window = "month"', "Monthly limits start afresh on your billing day"),
        ("rollover = true", "What you have not used of CVs carries over once."),
        ('cap = "soft"', "You may go over the limit of CVs; we only mark it."),
    ],
)
def test_the_faq_says_how_limits_are_counted(quota: str, words: str) -> None:
    catalog = small_catalog(('quota = { window = "month" }', f"quota = {{ {quota} }}"))
    assert words in said(catalog, RELEASED)


@pytest.mark.parametrize("name", preset_names())
def test_the_faq_speaks_of_nothing_that_is_not_sold(name: str) -> None:
    catalog = load(read_source(name))
    generated = said(catalog.model_copy(update={"faq": ()}), RELEASED).lower()
    sells_credits = bool(catalog.packs) or any(plan.credits_per_month for plan in catalog.plans)
    assert ("credit" in generated) == sells_credits
    assert ("unlock" in generated) == bool(catalog.unlocks)
    assert ("trial" in generated) == any(price.trial_days for plan in catalog.plans for price in plan.prices)
    assert ("invoice" in generated) == any(plan.prices for plan in catalog.plans)


def test_what_is_agreed_by_contact_is_not_compared_as_missing() -> None:
    table = comparison(load(read_source("docs_chat")))
    place = [column.code for column in table.columns].index("enterprise")
    assert [price.text for price in table.columns[place].prices] == ["By agreement"]
    assert [(row.cells[place].text, row.cells[place].included) for row in table.rows] == [
        ("By agreement", True),
        ("5 credits per question", True),
    ]
    assert "Credits" not in [row.name for row in comparison(load(read_source("language_tutor"))).rows]


@pytest.mark.parametrize(
    ("valid", "words"),
    [("", "never expire"), ("valid = 90", "stay valid for 90 days"), ('valid = "forever"', "never expire")],
)
def test_the_faq_says_how_long_bought_credits_stay(valid: str, words: str) -> None:
    catalog = small_catalog(("credits = 10\n", f"credits = 10\n{valid}\n"))
    assert words in said(catalog, RELEASED)


@pytest.mark.parametrize(
    ("tax", "words"),
    [
        ("", "No tax is added at checkout."),
        ("automatic = true", "plus tax where it applies."),
        ('behavior = "inclusive"', "tax included."),
    ],
)
def test_the_tax_line_says_what_checkout_does(tax: str, words: str) -> None:
    catalog = small_catalog(("[[features]]", f"[tax]\n{tax}\n\n[[features]]"))
    assert sellable(catalog).tax_note.endswith(words)
    assert words in said(catalog, RELEASED)


def test_search_engines_are_told_every_price_on_the_page_and_no_other() -> None:
    catalog = load(read_source("showcase"))
    offers = sellable(catalog, EVERYTHING)
    document = product(offers, catalog.brand, catalog.tax, "https://shop.example/pricing")
    on_page = {
        *(price.amount_minor for plan in offers.plans for price in plan.prices),
        *(card.amount_minor for card in (*offers.packs, *offers.unlocks)),
        0,
    }
    assert {Decimal(offer["price"]) * 100 for offer in document["offers"]} == on_page
    yearly = next(offer for offer in document["offers"] if offer["name"] == "Pro, a year")
    assert yearly["priceSpecification"]["unitCode"] == "ANN"


def test_a_name_cannot_break_out_of_the_script_it_is_written_into() -> None:
    catalog = small_catalog(('name = "Ten"', "name = \"</script><script>alert('x')</script>\""))
    text = script(product(sellable(catalog), catalog.brand, catalog.tax, "https://x.example"))
    assert "<" not in text
    assert json.loads(text)["offers"][-2]["name"].startswith("</script>")


@pytest.mark.parametrize("name", preset_names())
def test_a_mark_in_the_comparison_never_stands_alone(name: str) -> None:
    for capabilities in (RELEASED, EVERYTHING):
        table = comparison(load(read_source(name)), capabilities)
        for row in table.rows:
            assert len(row.cells) == len(table.columns)
            assert all(cell.text for cell in row.cells)


@given(catalogs())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_catalogue_can_be_shown(catalog: Catalog) -> None:
    for capabilities in (RELEASED, EVERYTHING):
        offers = sellable(catalog, capabilities)
        script(product(offers, catalog.brand, catalog.tax, "https://x.example"))
        comparison(catalog, capabilities)
        credit_table(catalog, capabilities)
        assert said(catalog, capabilities)
        assert offers.default_period in offers.periods or not offers.periods
