"""What the pages say of a plan: in each state, before a switch, before leaving; and what the top bar warns of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from billing_app.catalog.schema import Noun, Plan
from billing_app.credits.kinds import Group, LotKind
from billing_app.credits.pace import Outlook, Pace
from billing_app.credits.views import Balance, DayUse, LotState, LotView, NextEvent
from billing_app.entitlements.plan_credits.facts import Resets
from billing_app.entitlements.quotas.views import QuotaUsage
from billing_app.money import Money
from billing_app.payments.refunds.reading import DebtLine, DisputeLine, MoneyBackView
from billing_app.payments.subscribing.views import (
    CardView,
    ChargeLine,
    MyPlan,
    PastDue,
    ScheduledChange,
    UpcomingCharge,
)
from billing_app.ui.indicator import Indicator, Level, indicator
from billing_app.ui.pages.dashboard.banners import banners
from billing_app.ui.pages.dashboard.limits import meter
from billing_app.ui.pages.dashboard.use_view import OTHER_COLOUR, day_bars, legend, pace_words
from billing_app.ui.plan_words import leaving_facts, plan_view

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RENEWS = datetime(2026, 12, 4, 12, tzinfo=UTC)
CREDITS = Noun(one="credit", many="credits")
VISA = CardView("card", "visa", "4242", 4, 2030, expired=False, expires_soon=False)
NO_RESET = Resets(None, None, 0)
PRO = MyPlan(
    plan="pro",
    name="Pro",
    status="active",
    access=True,
    by_hand=False,
    period="year",
    price=Money(39000, "USD"),
    credits_per_month=400,
    started_at=NOW,
    period_start=NOW,
    period_end=RENEWS,
    next_charge=Money(39000, "USD"),
    next_charge_at=RENEWS,
    trial_ends_at=None,
    ends_at=None,
    ended_at=None,
    scheduled=None,
    past_due=None,
    waiting_until=None,
    waiting_url=None,
    collection_paused=False,
    can_cancel=True,
    can_resume=False,
    can_undo=False,
    can_switch=True,
    has_portal=True,
    relations=(),
)
FREE = replace(PRO, plan="free", name="Free", status="free", period=None, price=None, next_charge=None)
FAILED = PastDue(
    since=NOW,
    access_ends_at=NOW + timedelta(days=7),
    next_try_at=NOW + timedelta(days=3),
    due=Money(39000, "USD"),
    pay_url="https://pay.example/in_1",
)


def a_lot(credits: int, *, kind: LotKind = LotKind.PURCHASE, ends_in: int | None = None, granted: int = 100) -> LotView:
    return LotView(
        id=1, kind=kind, group=Group.BOUGHT, label="Popular", source="cs_1", payment=None, paid_minor=100,
        currency="USD", granted=granted, remaining=credits, held=0, used=granted - credits, expired=0, revoked=0,
        priority=50, promotional=False, effective_at=NOW,
        expires_at=None if ends_in is None else NOW + timedelta(days=ends_in), state=LotState.OPEN, burns=1,
        created_at=NOW,
    )  # fmt: skip


def a_balance(*lots: LotView, event: NextEvent | None = None) -> Balance:
    total = sum(lot.remaining for lot in lots)
    groups = {Group.PLAN: 0, Group.BOUGHT: total, Group.PROMOTIONAL: 0}
    return Balance(1, NOW, total, 0, 0, 0, groups, event, lots, ())


def an_allowance(used: int, limit: int | None, *, soft: bool = False, over: int = 0) -> QuotaUsage:
    return QuotaUsage(
        feature="cv", name="CVs", icon="file", unit=Noun(one="CV", many="CVs"), counts_per_unit=1, used=used,
        limit=limit, remaining=None if limit is None else max(0, limit - used), over=over, window="month",
        window_start=NOW, resets_at=RENEWS, soft=soft, rollover_in=0,
    )  # fmt: skip


def shown(
    balance: Balance, my: MyPlan, *usage: QuotaUsage, resets: Resets = NO_RESET, credits: bool = True
) -> Indicator:
    return indicator(balance, usage, my, resets, noun=CREDITS, with_credits=credits, sells_more=True)


@pytest.mark.row("D3")
def test_the_card_says_what_this_customer_pays_and_when_next() -> None:
    view = plan_view(PRO, CREDITS, card=VISA)
    assert (view.title, view.price, view.gives) == ("Pro, yearly", "$390.00 a year", "400 credits a month")
    assert view.next_line == "Renews 4 Dec 2026: $390.00 from Visa •••• 4242."
    upcoming = UpcomingCharge(
        RENEWS,
        (ChargeLine("Pro", Money(39000, "USD"), False), ChargeLine("Remaining time", Money(500, "USD"), True)),
        Money(3000, "USD"),
        Money(42500, "USD"),
        Money(42500, "USD"),
    )
    exact = plan_view(PRO, CREDITS, upcoming=upcoming)
    assert exact.next_line == "Renews 4 Dec 2026: $425.00, $30.00 tax in it."
    assert [line.label for line in exact.upcoming] == ["Pro", "Remaining time", "Tax"]


@pytest.mark.row("B5")
def test_each_state_is_said_in_words_with_its_date() -> None:
    trial = plan_view(replace(PRO, status="trialing", trial_ends_at=RENEWS), CREDITS)
    assert (trial.badge, trial.ends_note) == (
        "Trial",
        "Trial until 4 Dec 2026, 12:00 UTC. Nothing is charged before.",
    )
    leaving = plan_view(replace(PRO, ends_at=RENEWS, can_resume=True), CREDITS)
    assert leaving.badge == "Ends 4 Dec 2026"
    assert leaving.next_line == ""
    assert "stays yours until 4 Dec 2026, 12:00 UTC" in leaving.ends_note
    planned = ScheduledChange("starter", "Starter", "month", Money(900, "USD"), RENEWS)
    assert plan_view(replace(PRO, scheduled=planned), CREDITS).scheduled_note == (
        "Changes to Starter, monthly on 4 Dec 2026, at $9.00 a month."
    )
    assert plan_view(replace(PRO, status="past_due", past_due=FAILED), CREDITS).due_note == (
        "The last payment of $390.00 for Pro did not go through. You keep Pro until 27 Nov 2026. "
        "The card is tried again on 23 Nov 2026."
    )
    off = plan_view(replace(PRO, status="unpaid", access=False, past_due=replace(FAILED, next_try_at=None)), CREDITS)
    assert off.due_note.endswith("Pro is switched off until it is paid.")
    assert plan_view(replace(PRO, price=None, by_hand=True), CREDITS).price == "By agreement"
    assert plan_view(FREE, CREDITS).price == "No charge"


@pytest.mark.row("B5")
def test_before_leaving_one_reads_what_stays_and_what_goes() -> None:
    free = Plan(code="free", name="Free", credits_per_month=100)
    later, now = leaving_facts(
        PRO, noun=CREDITS, plan_credits=358, bought=65, unlocks=["Q&A"], after=free, at=NOW, keeps_paid=True
    )
    assert later[0] == "Pro works until 4 Dec 2026, 12:00 UTC, your last day. Nothing is charged again."
    assert "Your 358 plan credits can be used until they end." in later
    assert "65 credits that do not come from the plan stay yours and can be used." in later
    assert "What you bought for good stays open: Q&A." in later
    assert "After that you are on Free, with 100 credits a month." in later
    assert now[:2] == [
        "Pro ends at once. The time that is left is not paid back.",
        "Your 358 plan credits stay until they would have ended.",
    ]
    _, void = leaving_facts(
        PRO, noun=CREDITS, plan_credits=358, bought=0, unlocks=[], after=None, at=NOW, keeps_paid=False
    )
    assert "Your 358 plan credits are gone at once." in void


@pytest.mark.row("B5")
def test_who_leaves_with_a_payment_open_is_not_told_that_nothing_is_charged_any_more() -> None:
    owing = replace(PRO, status="past_due", past_due=FAILED)
    later, now = leaving_facts(
        owing, noun=CREDITS, plan_credits=0, bought=0, unlocks=[], after=None, at=NOW, keeps_paid=True
    )
    assert later[0] == (
        "Pro ends 4 Dec 2026, 12:00 UTC. The payment that is open stays due and may still be collected. "
        "Nothing else is charged."
    )
    assert now[0] == "Pro ends at once, and what is open is not collected any more."
    left = plan_view(replace(owing, ends_at=RENEWS, can_resume=True), CREDITS)
    assert left.ends_note == f"Cancelled. {later[0]}"


@pytest.mark.row("B7")
def test_the_top_bar_goes_from_quiet_to_warning_to_empty_with_its_reset() -> None:
    assert shown(a_balance(a_lot(50)), FREE).level is Level.FINE
    assert shown(a_balance(a_lot(20)), FREE).level is Level.QUIET
    low = shown(a_balance(a_lot(10)), FREE)
    assert (low.level, low.percent, low.strip, low.dismissable) == (Level.LOW, 10, "Only 10 left.", True)
    empty = shown(a_balance(), FREE, resets=Resets(None, RENEWS, 100))
    assert (empty.level, empty.dismissable) == (Level.EMPTY, False)
    assert empty.strip == "You have no credits left. 100 fresh ones come 4 Dec 2026."


@pytest.mark.row("B7")
def test_without_credits_the_top_bar_shows_the_allowance_that_is_used_most_or_the_plan() -> None:
    rest = an_allowance(1, 10)
    assert shown(a_balance(), PRO, an_allowance(0, 10), credits=False).label == "Pro"
    assert shown(a_balance(), PRO, rest, an_allowance(8, 10), credits=False).label == "8 of 10 CVs"
    full = shown(a_balance(), PRO, rest, an_allowance(10, 10), credits=False)
    assert (full.level, full.percent) == (Level.LOW, 100)
    assert full.strip == "CVs: 10 of 10 CVs used. It starts anew 4 Dec 2026."
    soft = shown(a_balance(), PRO, an_allowance(12, 10, soft=True, over=2), credits=False)
    assert soft.strip == ""
    assert shown(a_balance(), PRO, an_allowance(9, None), credits=False).label == "Pro"


@pytest.mark.row("B5")
def test_a_failed_payment_goes_before_everything_else_in_the_strip() -> None:
    due = shown(a_balance(), replace(PRO, status="past_due", past_due=FAILED))
    assert (due.level, due.action, due.href, due.outward) == (Level.DUE, "Pay now", FAILED.pay_url, True)
    assert "You keep Pro until 27 Nov 2026." in due.strip


def test_banners_come_most_severe_first_with_one_thing_to_do_each() -> None:
    expired = replace(VISA, expired=True)
    balance = a_balance(a_lot(30, ends_in=3), a_lot(400, kind=LotKind.PLAN, ends_in=2))
    found = banners(PRO, balance, expired, CREDITS, NOW)
    assert [(one.name, one.tone, one.act) for one in found] == [
        ("card", "bad", "card"),
        ("expiring", "warn", "/playground"),
    ]
    assert found[1].text == "30 credits expire by 23 Nov 2026."
    leaving = replace(PRO, ends_at=RENEWS, can_resume=True)
    assert [one.name for one in banners(leaving, a_balance(), expired, CREDITS, NOW)] == ["ending"]
    assert banners(FREE, a_balance(), None, CREDITS, NOW) == []


@pytest.mark.row("C4")
def test_a_meter_says_what_its_bar_shows() -> None:
    assert meter(an_allowance(3, 10)).mark == ""
    assert meter(an_allowance(8, 10)).mark == "Nearly used up"
    assert (meter(an_allowance(10, 10)).mark, meter(an_allowance(10, 10)).tone) == ("Used up", "bad")
    over = meter(an_allowance(12, 10, soft=True, over=2))
    assert (over.mark, over.tone) == ("2 over", "warn")
    assert meter(an_allowance(12, None)).mark == "Unlimited"
    none = meter(an_allowance(0, 0))
    assert (none.included, none.text) == (False, "Not in your plan")


def test_days_are_stacked_by_feature_in_the_legends_order_and_sum_up() -> None:
    names = {code: code.upper() for code in "abcde"}
    days = [DayUse(NOW.date(), 15, {"a": 5, "b": 4, "c": 3, "d": 2, "e": 1}), DayUse(NOW.date(), 0, {})]
    keys = legend(days, names)
    assert [(key.label, key.credits) for key in keys] == [("A", "5"), ("B", "4"), ("C", "3"), ("Other", "3")]
    full, empty = day_bars(days, names, keys)
    assert len(full.parts) == 4
    assert full.parts[-1].colour == OTHER_COLOUR
    assert full.split == "A 5, B 4, C 3, D 2, E 1"
    assert [part.colour for part in empty.parts] == ["var(--line)"]


def test_the_pace_is_told_as_a_pace() -> None:
    runs_out = Pace(Outlook.RUNS_OUT, 7, 70, days=9, soonest=8, latest=12, on=RENEWS)
    assert pace_words(runs_out, CREDITS) == (
        "At this pace your credits last about 9 days (8 to 12), until 4 Dec 2026.",
        "Pace of the last 7 whole days: 70 credits.",
    )
    lasts = Pace(Outlook.LASTS, 7, 70, until_reset=96, resets_at=RENEWS)
    assert "about 96 more until fresh credits come on 4 Dec 2026" in pace_words(lasts, CREDITS)[0]
    assert pace_words(Pace(Outlook.COLLECTING, 2, 5), CREDITS)[0].startswith("Collecting")
    assert pace_words(Pace(Outlook.IDLE, 7, 0), CREDITS) == ("", "")


def test_a_dispute_and_a_debt_are_said_with_their_cause_before_anything_else() -> None:
    back = MoneyBackView(
        refunds=(),
        disputes=(DisputeLine("Popular", 800, "USD", None, NOW), DisputeLine("Starter", 400, "USD", "won", NOW)),
        debts=(DebtLine("Popular", 12, 8, NOW),),
    )
    first, second = banners(FREE, a_balance(), None, CREDITS, NOW, back=back)
    assert (first.name, first.tone, first.act) == ("disputed", "bad", "/contact")
    assert first.text.startswith("Your bank disputes the payment of $8.00 for Popular.")
    assert second.name == "owed"
    assert "You owe 12 credits, 8 are paid off: Popular was paid back after they were used." in second.text
