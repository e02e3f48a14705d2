"""The list of customers, ready to be drawn: why there is no margin is said in sight."""

from datetime import UTC, datetime
from decimal import Decimal

from billing_app.reports.list_margins import NO_MARGIN, ListMargin
from billing_app.support.listing import CustomerLine
from billing_app.ui.pages.admin.customers.state import list_row


def a_line(margin: ListMargin) -> CustomerLine:
    """A customer with a plan given by hand."""
    begun = datetime(2026, 11, 21, tzinfo=UTC)
    return CustomerLine(7, "Ada", None, None, begun, "Teams", None, True, 900, "USD", 12, margin)


def test_only_a_margin_that_is_none_is_explained_below_it() -> None:
    none, some = (list_row(a_line(one)) for one in (NO_MARGIN, ListMargin("USD", 900, Decimal(8), Decimal(89), "", 0)))
    assert (none.margin, none.no_margin) == ("\N{EN DASH}", True)
    assert none.margin_note == "Neither revenue nor cost in these days"
    assert (some.no_margin, some.state) == (False, "by hand")
