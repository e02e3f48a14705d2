"""The file of those who move in: what it may say, and that every mistake is told with its line."""

from datetime import UTC, datetime

import pytest

from billing_app.credits import LotKind
from billing_app.errors import InvalidInput
from billing_app.moving_in.reading import COLUMNS, MAX_BYTES, TEMPLATE, Read, read


def _file(*rows: str, header: str = ",".join(COLUMNS)) -> Read:
    return read("\n".join([header, *rows]).encode())


def test_the_template_is_a_file_that_can_be_read() -> None:
    found = read(TEMPLATE.encode())
    assert not found.problems
    ada, grace = found.arrivals
    assert (ada.external_id, ada.stripe_subscription, ada.plan) == ("user-17", "sub_EXAMPLE", "pro")
    assert [(lot.number, lot.credits, lot.kind, lot.paid_minor, lot.currency) for lot in ada.lots] == [
        (1, 120, LotKind.PLAN, 2900, "USD"),
        (2, 500, LotKind.PURCHASE, 1900, "USD"),
    ]
    assert ada.lots[1].expires_at == datetime(2027, 7, 1, tzinfo=UTC), "the named day counts whole"
    assert [(one.code, one.uses_left) for one in ada.unlocks] == [("answer_archive", None)]
    assert [(one.feature, one.units) for one in ada.usage] == [("practice_session", 3)]
    assert grace.lots[0].expires_at == datetime(2027, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "line", "said"),
    [
        ({"customer": "", "email": "ada@example.com"}, 2, "your own id"),
        ({"customer": "x" * 201}, 2, "1 to 200"),
        ({"customer": "a\x07b"}, 2, "control character"),
        ({"email": "nobody"}, 2, "email"),
        ({"stripe_customer": "acct_1"}, 2, "cus_"),
        ({"stripe_customer": "cus_1", "stripe_subscription": "si_1"}, 2, "sub_"),
        ({"stripe_subscription": "sub_1"}, 2, "needs its stripe_customer"),
        ({"plan": "pro"}, 2, "without one it has no meaning"),
        ({"lot_credits": "1.5", "lot_kind": "purchase"}, 2, "whole number"),
        ({"lot_credits": "-5", "lot_kind": "purchase"}, 2, "whole number"),
        ({"lot_credits": "٣", "lot_kind": "purchase"}, 2, "whole number"),
        ({"lot_credits": "0", "lot_kind": "purchase"}, 2, "whole number from 1"),
        ({"lot_credits": "9" * 13, "lot_kind": "purchase"}, 2, "whole number"),
        ({"lot_credits": "5"}, 2, "lot_kind is one of"),
        ({"lot_credits": "5", "lot_kind": "rollover"}, 2, "lot_kind is one of"),
        ({"lot_credits": "5", "lot_kind": "purchase", "lot_paid": "19.00"}, 2, "go together"),
        ({"lot_credits": "5", "lot_kind": "purchase", "lot_paid": "1.001", "lot_currency": "USD"}, 2, "decimals"),
        ({"lot_credits": "5", "lot_kind": "purchase", "lot_paid": "1e5", "lot_currency": "USD"}, 2, "not money"),
        ({"lot_credits": "5", "lot_kind": "purchase", "lot_paid": "1.00", "lot_currency": "XXX"}, 2, "lot_paid"),
        ({"lot_credits": "5", "lot_kind": "purchase", "lot_expires": "2027-02-30"}, 2, "lot_expires"),
        ({"lot_credits": "5", "lot_kind": "purchase", "lot_expires": "2027-02-03T10:00"}, 2, "with its zone"),
        ({"lot_credits": "5", "lot_kind": "purchase", "lot_expires": "9999-12-31"}, 2, "lot_expires"),
        ({"lot_credits": "5", "lot_kind": "plan"}, 2, "needs the stripe_subscription"),
        ({"lot_credits": "5", "lot_kind": "free", "lot_expires": "2027-02-03"}, 2, "ends with its window"),
        ({"unlock": "answer_archive"}, 2, "unlock_uses"),
        ({"unlock_uses": "3"}, 2, "code in the catalogue"),
        ({"usage_feature": "Practice Session", "usage_units": "1"}, 2, "code in the catalogue"),
        ({"usage_feature": "practice_session"}, 2, "usage_units"),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_keeps_its_customer_out(
    row: dict[str, str], line: int, said: str
) -> None:
    values = {"customer": "user-1", **row}
    found = _file(",".join(values.get(name, "") for name in COLUMNS), "user-2" + "," * (len(COLUMNS) - 1))
    assert [problem.line for problem in found.problems] == [line]
    assert said in found.problems[0].what
    assert [arrival.external_id for arrival in found.arrivals] == ["user-2"]


def test_one_wrong_line_keeps_all_of_its_customer_out() -> None:
    found = _file("a,10,purchase", "a,ten,purchase", "b,10,purchase", header="customer,lot_credits,lot_kind")
    assert [(one.line, one.customer) for one in found.problems] == [(3, "a")]
    assert [arrival.external_id for arrival in found.arrivals] == ["b"]


def test_lines_of_a_customer_must_agree_and_a_stripe_customer_is_one_persons() -> None:
    found = _file("a,cus_1", "a,cus_2", "b,cus_3", "c,cus_3", header="customer,stripe_customer")
    assert [(one.line, one.customer) for one in found.problems] == [(3, "a"), (5, "c")]
    assert 'is "cus_2" here and "cus_1"' in found.problems[0].what
    assert "b's already" in found.problems[1].what


def test_too_few_or_too_many_values_are_told() -> None:
    found = _file("a", "b,cus_1,extra", header="customer,stripe_customer")
    assert [one.what for one in found.problems] == ["it has 1 values instead of 2", "it has 3 values instead of 2"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "first line must name the columns"),
        (b"email\nada@example.com", "customer"),
        (b"customer,credits\n", 'no column "credits"'),
        (b"customer,customer\n", "twice"),
        ("customer\nä".encode("latin-1"), "UTF-8"),
        (b'customer\n"never closed', "not CSV"),
        (b"customer\n" + b"x" * MAX_BYTES, "larger than"),
        (b"customer\n" + b"a\n" * 100_001, "more than 100,000 lines"),
    ],
    ids=["empty", "no customer", "unknown column", "twice", "latin-1", "quote", "bytes", "lines"],
)
def test_what_is_no_such_file_is_refused_whole(data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(data)
    assert said in caught.value.detail


def test_a_file_as_spreadsheets_save_it_is_read() -> None:
    found = read("\ufeffCustomer,Email\r\nuser-1,ada@example.com\r\n,\r\n".encode())
    assert [(one.external_id, one.email) for one in found.arrivals] == [("user-1", "ada@example.com")]
    assert not found.problems
