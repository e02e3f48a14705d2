"""The buttons of plan cards: what each says and where it leads, by how the plan stands to the visitor (PR6)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from billing_app.catalog.loading import load, read_source
from billing_app.catalog.offers import Offers, sellable
from billing_app.payments.subscribing.views import MyPlan, Relation, RelationKind
from billing_app.ui.pages.pricing.views import PlanBlock, choices, period_options, plan_views

DECEMBER = datetime(2026, 12, 4, 9, tzinfo=UTC)
CAREER = sellable(load(read_source("career_coach")))
TO_PRO = "/plan/switch?plan=pro&period=year"
DOCS = sellable(load(read_source("docs_chat")))
TUTOR = sellable(load(read_source("language_tutor")))
ON_THE_FREE_PLAN = MyPlan(
    plan="free",
    name="Free",
    status="free",
    access=True,
    by_hand=False,
    period=None,
    price=None,
    credits_per_month=0,
    started_at=None,
    period_start=None,
    period_end=None,
    next_charge=None,
    next_charge_at=None,
    trial_ends_at=None,
    ends_at=None,
    ended_at=None,
    scheduled=None,
    past_due=None,
    waiting_until=None,
    waiting_url=None,
    collection_paused=False,
    can_cancel=False,
    can_resume=False,
    can_undo=False,
    can_switch=False,
    has_portal=False,
    relations=(),
)


def block(plan: str, period: str, my: MyPlan | None = None, offers: Offers = CAREER) -> PlanBlock:
    view = next(view for view in plan_views(offers, my) if view.code == plan)
    return next(block for block in view.blocks if block.shown_for in (period, ""))


def standing(plan: str, period: str | None, kind: RelationKind, at: datetime | None = None, held: str = "x") -> MyPlan:
    return replace(ON_THE_FREE_PLAN, plan=held, status="active", relations=(Relation(plan, period, kind, at=at),))


@pytest.mark.row("C9")
def test_a_stranger_is_offered_each_plan_for_both_periods_in_one_page() -> None:
    monthly, yearly = block("pro", "month"), block("pro", "year")
    assert (monthly.price, monthly.billing) == ("$29.99", "billed monthly")
    assert (yearly.price, yearly.billing) == ("$299", "billed yearly ($24.92/month)")
    assert (monthly.saving, yearly.saving) == ("Save 16% if paid yearly", "Save 16%")
    assert (monthly.button.label, yearly.button.label) == ("Start 7-day trial", "Start 14-day trial")
    assert yearly.button.spoken == "of Pro, $299 billed yearly ($24.92/month)"
    assert yearly.terms == "14 days free, then $299 a year until you cancel, in two clicks. Needs a card."
    free = block("free", "year").button
    assert (free.kind, free.label, free.href) == ("link", "Get started", "/signup")


@pytest.mark.row("B7")
@pytest.mark.row("D1")
def test_a_plan_by_contact_leads_to_the_form_that_knows_it() -> None:
    for offers in (DOCS, TUTOR):
        shown = block("enterprise", "month", offers=offers)
        assert (shown.price, shown.terms) == ("Let\N{RIGHT SINGLE QUOTATION MARK}s talk", "")
        assert (shown.button.label, shown.button.href) == ("Contact us", "/contact?plan=enterprise")


@pytest.mark.parametrize(
    ("kind", "at", "what", "label", "href", "terms"),
    [
        (RelationKind.START, None, "buy", "Get started", "", "Renews yearly at $299 until you cancel, in two clicks."),
        (RelationKind.CURRENT, None, "still", "Current plan", "", "Change or cancel it on your dashboard."),
        (RelationKind.UPGRADE, None, "link", "Upgrade to Pro", TO_PRO, "At once; you see"),
        (RelationKind.UPGRADE, DECEMBER, "link", "Upgrade to Pro", TO_PRO, "From 4 Dec 2026"),
        (RelationKind.DOWNGRADE, DECEMBER, "link", "Downgrade to Pro", TO_PRO, "From 4 Dec 2026"),
        (RelationKind.SCHEDULED, DECEMBER, "still", "Scheduled for 4 Dec 2026", "", "You can take this back"),
        (RelationKind.RENEW, DECEMBER, "link", "Renew Pro", "/dashboard", "Cancelled; it ends on 4 Dec 2026."),
        (RelationKind.MANAGE, None, "link", "Manage", "/dashboard", "Change or cancel it"),
    ],
)  # fmt: skip
def test_the_button_says_how_the_plan_stands_to_its_customer(
    kind: RelationKind, at: datetime | None, what: str, label: str, href: str, terms: str
) -> None:
    shown = block("pro", "year", standing("pro", "year", kind, at))
    assert (shown.button.kind, shown.button.label, shown.button.href) == (what, label, href)
    assert shown.terms.startswith(terms)
    assert shown.button.current == (kind in (RelationKind.CURRENT, RelationKind.RENEW))
    assert shown.price == "$299"
    assert "Pro" in f"{shown.button.label} {shown.button.spoken}"
    assert shown.button.spoken.endswith("$299 billed yearly ($24.92/month)")


def test_the_other_period_of_ones_own_plan_is_a_switch_not_an_upgrade() -> None:
    shown = block("pro", "year", standing("pro", "year", RelationKind.UPGRADE, held="pro"))
    assert shown.button.label == "Switch to yearly"


def test_back_to_free_leads_to_the_cancellation_and_free_is_what_one_has_without_a_plan() -> None:
    down = block("free", "month", standing("free", None, RelationKind.DOWNGRADE, DECEMBER, held="pro"))
    assert (down.button.label, down.button.href) == ("Downgrade to Free", "/plan/cancel")
    assert down.terms == "From 4 Dec 2026; until then you keep what you have."
    here = block("free", "month", standing("free", None, RelationKind.CURRENT, held="free")).button
    assert (here.kind, here.label, here.current) == ("still", "Current plan", True)


def test_a_plan_sold_for_one_period_stays_on_the_page_whatever_is_chosen() -> None:
    pro = next(card for card in CAREER.plans if card.code == "pro")
    monthly_only = replace(CAREER, plans=(replace(pro, prices=pro.prices[:1]), *CAREER.plans[1:2]))
    shown = block("pro", "year", offers=monthly_only)
    assert (shown.shown_for, shown.period, shown.billing) == ("year", "month", "billed monthly")
    assert shown.terms.startswith("Monthly only. 7 days free")


def test_the_choice_of_period_says_what_it_saves_and_is_not_there_without_a_choice() -> None:
    month, year = period_options(CAREER)
    assert (month.label, month.saving, month.chosen) == ("Monthly", "", True)
    assert (year.label, year.saving) == ("Yearly", "Save up to 17%")
    assert year.said == "Yearly prices: Basic $99 a year, Pro $299 a year, Enterprise $999 a year."
    assert period_options(DOCS) == []


def test_what_was_chosen_before_signing_in_is_known_by_kind_code_and_period() -> None:
    assert choices(CAREER)["plan-pro-year"] == "Pro, 14 days free, then $299 a year"
    assert "plan-pro" not in choices(CAREER)
    assert choices(DOCS)["pack-small"].startswith("Buy Small pack")
