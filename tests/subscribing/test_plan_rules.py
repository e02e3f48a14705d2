"""The pure rules of taking and changing plans: whose trial it is, which way a change goes, what may be confirmed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.catalog.schema import Period, Plan, PlanPrice
from billing_app.errors import InvalidInput
from billing_app.money import Money
from billing_app.payments.returns import AllowedAddresses
from billing_app.payments.subscribing.errors import PreviewExpired
from billing_app.payments.subscribing.steps import step_to, waits_for
from billing_app.payments.subscribing.tokens import ChangeTokens, Promise
from billing_app.payments.subscribing.trial_rules import TrialKeys, days_offered, mailbox
from billing_app.payments.subscribing.views import ChangeKind, ChangeState

SECRET = "a secret of more than thirty-two characters"
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
PROMISE = Promise(
    customer_id=7,
    subscription="sub_1",
    price="price_1",
    period_end=1_800_000_000,
    item_id=3,
    now=True,
    end_trial=False,
    proration_date=1_799_000_000,
    due_minor=1_234,
    total_minor=1_234,
    good_until=int((NOON + timedelta(minutes=10)).timestamp()),
)


def a_plan(code: str, sort: int, month: int, year: int) -> Plan:
    prices = tuple(
        PlanPrice(period=period, amount=Money(minor, "USD"))
        for period, minor in ((Period.MONTH, month), (Period.YEAR, year))
    )
    return Plan(code=code, name=code.title(), sort=sort, prices=prices)


BASIC, PRO = a_plan("basic", 1, 1_000, 10_000), a_plan("pro", 2, 3_000, 30_000)


@pytest.mark.parametrize(
    ("held", "held_period", "wanted", "period", "kind", "now"),
    [
        (BASIC, "month", PRO, Period.MONTH, ChangeKind.UPGRADE, True),
        (BASIC, "month", PRO, Period.YEAR, ChangeKind.UPGRADE, True),
        (BASIC, "month", BASIC, Period.YEAR, ChangeKind.PERIOD, True),
        (BASIC, "year", BASIC, Period.MONTH, ChangeKind.PERIOD, False),
        (BASIC, "year", PRO, Period.MONTH, ChangeKind.UPGRADE, False),
        (PRO, "month", BASIC, Period.MONTH, ChangeKind.DOWNGRADE, False),
        (PRO, "month", BASIC, Period.YEAR, ChangeKind.DOWNGRADE, False),
        (PRO, "year", BASIC, Period.MONTH, ChangeKind.DOWNGRADE, False),
    ],
)
def test_what_is_better_goes_at_once_and_all_else_waits_for_the_end_of_the_period(
    held: Plan, held_period: str, wanted: Plan, period: Period, kind: ChangeKind, now: bool
) -> None:
    price, from_price = wanted.price(period), held.price(Period(held_period))
    assert price
    assert from_price
    step = step_to(
        wanted,
        price,
        from_plan=held,
        from_period=held_period,
        from_amount_minor=from_price.amount.minor,
        from_currency="USD",
    )
    assert step is not None
    assert (step.kind, step.now) == (kind, now)


@given(
    amounts=st.tuples(*[st.integers(50, 99_999)] * 2), sorts=st.tuples(*[st.integers(-5, 5)] * 2), years=st.booleans()
)
def test_a_switch_at_once_never_asks_for_less_than_what_is_held(
    amounts: tuple[int, int], sorts: tuple[int, int], years: bool
) -> None:
    held, wanted = a_plan("held", sorts[0], amounts[0], amounts[0] * 10), a_plan("new", sorts[1], *[amounts[1]] * 2)
    price = wanted.price(Period.YEAR if years else Period.MONTH)
    assert price
    step = step_to(
        wanted, price, from_plan=held, from_period="month", from_amount_minor=amounts[0], from_currency="USD"
    )
    assert step is not None
    assert not step.now or (price.amount.minor >= amounts[0] and sorts[1] >= sorts[0])


def test_a_plan_in_another_currency_cannot_be_switched_to() -> None:
    price = BASIC.price(Period.MONTH)
    assert price
    assert step_to(PRO, price, from_plan=BASIC, from_period="month", from_amount_minor=900, from_currency="EUR") is None


# Trials


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@example.com", "Ada+trial@EXAMPLE.com"),
        ("ada.love@gmail.com", "adalove+2@googlemail.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_spellings_of_one_mailbox_have_one_trial(one: str, other: str) -> None:
    keys = TrialKeys(SECRET)
    assert mailbox(one) == mailbox(other)
    assert keys.of_mailbox(one) == keys.of_mailbox(other)


def test_dots_make_another_mailbox_where_they_mean_something() -> None:
    assert mailbox("ada.love@example.com") != mailbox("adalove@example.com")
    assert mailbox("not an address") is None


def test_neither_mailbox_nor_card_can_be_read_from_what_is_kept() -> None:
    keys, others = TrialKeys(SECRET), TrialKeys(SECRET + "!")
    kept = keys.of_mailbox("ada@example.com")
    assert kept is not None
    assert b"ada" not in kept
    assert kept != others.of_mailbox("ada@example.com")
    assert keys.of_card(None) is None
    assert keys.of_card("fp_1") != keys.of_mailbox("fp_1@example.com")


@given(in_catalog=st.integers(0, 730), asked=st.none() | st.integers(-10, 1_000), taken=st.booleans())
def test_a_server_can_lower_trial_days_and_never_raise_them(in_catalog: int, asked: int | None, taken: bool) -> None:
    days = days_offered(in_catalog, taken=taken, asked=asked)
    assert 0 <= days <= in_catalog
    assert not (taken and days)


# What was shown


def test_a_preview_is_confirmed_by_whom_it_was_shown_to_and_while_it_is_fresh() -> None:
    tokens = ChangeTokens(SECRET)
    token = tokens.sign(PROMISE)
    assert tokens.read(token, customer_id=7, at=NOON) == PROMISE
    with pytest.raises(PreviewExpired):
        tokens.read(token, customer_id=8, at=NOON)
    with pytest.raises(PreviewExpired):
        tokens.read(token, customer_id=7, at=NOON + timedelta(hours=1))


@pytest.mark.parametrize("change", ["cut", "swap", "other", "empty", "no text", "long", "another key"])
def test_a_token_that_was_not_signed_here_confirms_nothing(change: str) -> None:
    tokens = ChangeTokens(SECRET)
    token, dearer = tokens.sign(PROMISE), ChangeTokens(SECRET).sign(replace(PROMISE, due_minor=1))
    forged = {
        "cut": token[:-3],
        "swap": f"{dearer.partition('.')[0]}.{token.partition('.')[2]}",
        "other": "abc.def",
        "empty": "",
        "no text": "ü.ü",
        "long": "a" * 5_000,
        "another key": ChangeTokens(SECRET + "!").sign(PROMISE),
    }[change]
    with pytest.raises(PreviewExpired):
        tokens.read(forged, customer_id=7, at=NOON)


# Addresses (row D3)

ADDRESSES = AllowedAddresses("https://billing.example", ["app.example", "other.example:8443"])


@pytest.mark.row("D3")
@pytest.mark.parametrize(
    "address",
    [
        "https://app.example/done?session={CHECKOUT_SESSION_ID}",
        "https://APP.example",
        "https://other.example:8443/x",
        "https://billing.example/dashboard",
    ],
)
def test_addresses_of_named_hosts_are_allowed(address: str) -> None:
    assert ADDRESSES.checked(address, "success_to") == address


@pytest.mark.row("D3")
@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "https://app.example.evil.example/",
        "https://app.example@evil.example/",
        "https://evil.example\\@app.example/",
        "https://app.example:8443/",
        "http://app.example/",
        "//app.example/",
        "javascript:alert(1)",
        "https://app.example/\nx",
        "https://[app.example/",
        "https://app.example:port/",
        "https://",
        "ftp://app.example/",
        "https://app.example/" + "x" * 2_000,
    ],
)
def test_a_foreign_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="ALLOWED_RETURN_HOSTS"):
        ADDRESSES.checked(address, "success_to")


def test_a_path_of_ours_becomes_a_full_address() -> None:
    assert ADDRESSES.resolved("/invoices", "return_to", "/dashboard") == "https://billing.example/invoices"
    assert ADDRESSES.resolved(None, "return_to", "/dashboard") == "https://billing.example/dashboard"
    with pytest.raises(InvalidInput):
        ADDRESSES.resolved("//evil.example", "return_to", "/dashboard")


def test_a_payment_that_takes_its_time_is_under_way_and_not_failed() -> None:
    assert waits_for(["processing"]) is ChangeState.UNDER_WAY
    assert waits_for(["requires_payment_method", "processing"]) is ChangeState.UNDER_WAY, "a later attempt is running"
    assert waits_for(["requires_action"]) is ChangeState.NEEDS_ACTION
    assert waits_for(["requires_payment_method"]) is ChangeState.PAYMENT_FAILED
    assert waits_for([]) is ChangeState.PAYMENT_FAILED
