"""The pure rules of what invoices do: whatever comes after whatever, no more credits than are paid for."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billing_app.catalog.items import ItemKind, Offer, Terms
from billing_app.catalog.policies import Rollover
from billing_app.catalog.schema import Period
from billing_app.entitlements.plan_credits import PaidInvoice, PaidLine, Window
from billing_app.entitlements.plan_credits.changes import work_out
from billing_app.entitlements.plan_credits.periods import months_after, months_of
from billing_app.entitlements.plan_credits.windows import Change, HeldWindow, Returned, Situation

START = datetime(2027, 1, 31, 10, 30, tzinfo=UTC)


def an_offer(item_id: int, monthly: int, period: Period) -> Offer:
    terms = Terms(ItemKind.PLAN, f"plan{monthly}", period, monthly * 10, "USD", credits=monthly)
    return Offer(item_id, terms, f"Plan of {monthly}", "", 1, None, None, {})


OFFERS = {
    number: an_offer(number, monthly, period)
    for number, (monthly, period) in enumerate(
        [(monthly, period) for monthly in (7, 100, 1_000) for period in Period], start=1
    )
}


@dataclass
class Books:
    """A subscription's windows as the ledger would keep them, and what its invoices are worth."""

    item_id: int
    anchor: datetime
    period: Window
    now: datetime
    windows: list[HeldWindow] = field(default_factory=list)
    returned: list[Returned] = field(default_factory=list)
    owed: int = 0
    yielded: int = 0
    paid: Fraction = Fraction(0)
    lines: int = 0

    @classmethod
    def begin(cls, item_id: int, at: datetime = START) -> "Books":
        return cls(item_id, at, Window(at, at + timedelta(1)), at)

    @property
    def monthly(self) -> int:
        return OFFERS[self.item_id].terms.credits

    def line(self, item_id: int, period: Window, net: int, *, proration: bool) -> PaidLine:
        self.lines += 1
        return PaidLine(f"il_{self.lines}", item_id, period.start, period.end, net, "USD", proration)

    def whole(self) -> PaidLine:
        """The line of a whole period of what is held now, from now on."""
        year = OFFERS[self.item_id].terms.period is Period.YEAR
        passed = 0
        while months_after(self.anchor, passed) < self.now:
            passed += 1
        self.period = Window(self.now, months_after(self.anchor, passed + (12 if year else 1)))
        self.paid += self.worth(self.period)
        return self.line(self.item_id, self.period, 1_200, proration=False)

    def rest(self, *, credited: bool) -> PaidLine:
        """The line of what is left of the period."""
        period = Window(self.now, self.period.end)
        self.paid += -self.worth(period) if credited else self.worth(period)
        return self.line(self.item_id, period, -600 if credited else 600, proration=True)

    def worth(self, period: Window) -> Fraction:
        whole = months_of(self.period, self.anchor)
        return sum((self.monthly * one.share(period) for one in whole), Fraction(0))

    def pay(self, *lines: PaidLine) -> Change:
        """An invoice of these lines is paid, and done."""
        invoice = PaidInvoice(1, 1, "sub", "in", "", self.now, OFFERS[self.item_id], self.anchor, lines)
        change = work_out(Situation(invoice, OFFERS, self.windows, self.returned, self.owed, Rollover()))
        self.yielded -= sum(one.free for one in change.takings)
        self.owed += sum(one.overspent for one in change.returns) - change.recovered
        for one in change.returns:
            period = Window(one.line.period_start, one.line.period_end)
            self.returned.append(Returned(one.line.line_id, period, one.late_monthly))
        for new in change.windows:
            kept = new.credits - new.returned
            self.windows.append(HeldWindow(new.source, new.window, new.paid_until, new.upgrade, kept, new.granted))
            self.yielded += new.granted
        return change

    def use(self, percent: int) -> None:
        """Of each window that has begun, so much of what is free is used."""
        for one in self.windows:
            if one.window.start <= self.now:
                one.free -= one.free * percent // 100

    def later(self, percent: int) -> None:
        """Time passes, within the period."""
        self.now += (self.period.end - self.now) * percent // 100
        self.now = self.now.replace(microsecond=0)


steps = st.one_of(
    st.tuples(st.just("later"), st.integers(0, 99)),
    st.tuples(st.just("use"), st.integers(1, 100)),
    st.tuples(st.just("renew"), st.just(0)),
    st.tuples(st.just("replace"), st.sampled_from([7, 100, 1_000])),
    st.tuples(st.just("restart"), st.sampled_from(sorted(OFFERS))),
)


def take(books: Books, step: str, value: int) -> None:
    """One step of a subscription's life."""
    if step in ("later", "use"):
        getattr(books, step)(value)
    elif step == "renew":
        books.now = books.period.end
        books.pay(books.whole())
    elif step == "replace":
        credit = books.rest(credited=True)
        period = OFFERS[books.item_id].terms.period
        same = next(one for one in OFFERS.values() if (one.terms.credits, one.terms.period) == (value, period))
        books.item_id = same.item_id
        books.pay(credit, books.rest(credited=False))
    else:
        credit = books.rest(credited=True)
        books.item_id, books.anchor = value, books.now
        books.pay(credit, books.whole())


@pytest.mark.row("B5")
@given(first=st.sampled_from(sorted(OFFERS)), todo=st.lists(steps, max_size=25))
def test_no_sequence_of_invoices_yields_more_credits_than_they_charge_for(
    first: int, todo: list[tuple[str, int]]
) -> None:
    books = Books.begin(first)
    books.pay(books.whole())
    for step, value in todo:
        take(books, step, value)
        assert books.yielded - books.owed <= books.paid
        assert all(0 <= one.free <= one.kept or one.free == 0 for one in books.windows)


@given(first=st.sampled_from(sorted(OFFERS)), todo=st.lists(steps, max_size=12))
@example(first=2, todo=[("use", 15), ("restart", 2)])
@example(first=2, todo=[("restart", 4), ("use", 1), ("restart", 4)])
def test_those_who_only_rise_owe_nothing_after_it(first: int, todo: list[tuple[str, int]]) -> None:
    books = Books.begin(first)
    books.pay(books.whole())
    for step, value in todo:
        rises = step in ("later", "use", "renew")
        if step == "replace":
            rises = value >= books.monthly
        elif step == "restart":
            to = OFFERS[value].terms
            rises = to.credits >= books.monthly and to.period is Period.YEAR
        if rises:
            take(books, step, value)
            assert books.owed == 0
            assert books.yielded <= books.paid


@given(first=st.sampled_from(sorted(OFFERS)), to=st.sampled_from(sorted(OFFERS)), passed=st.integers(1, 99))
def test_unused_credits_are_the_same_whichever_invoice_is_told_first(first: int, to: int, passed: int) -> None:
    totals: list[int] = []
    for order in ((0, 1), (1, 0)):
        books = Books.begin(first)
        base = books.whole()
        books.later(passed)
        credit = books.rest(credited=True)
        books.item_id, books.anchor = to, books.now
        invoices = [(base,), (credit, books.whole())]
        for number in order:
            books.pay(*invoices[number])
        totals.append(books.yielded)
    assert abs(totals[0] - totals[1]) <= 12, "but for what is rounded in each window"


@given(first=st.sampled_from(sorted(OFFERS)), to=st.sampled_from(sorted(OFFERS)), passed=st.integers(0, 99))
def test_an_invoice_told_again_does_nothing(first: int, to: int, passed: int) -> None:
    books = Books.begin(first)
    books.pay(books.whole())
    books.later(passed)
    credit = books.rest(credited=True)
    books.item_id, books.anchor = to, books.now
    lines = (credit, books.whole())
    books.pay(*lines)
    assert books.pay(*lines).empty
