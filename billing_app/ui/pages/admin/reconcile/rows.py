"""What the reconcile page shows of comparisons, ready to be drawn. Pure."""

from dataclasses import dataclass

from billing_app.payments.reconciling.views import Finding, Run, RunDetail, Total
from billing_app.ui.admin.words import money
from billing_app.ui.format import day, moment, number

TONES = {"in_sync": "good", "warning": "warn", "mismatch": "bad", "running": "accent", "stopped": "warn"}
_FINDINGS = {"mended": ("mended", "good"), "waits": ("waits", "warn"), "differs": ("look at it", "bad")}
_FIGURES = {"payments": "Payments", "refunds": "Refunds", "disputes": "Disputes", "fees": "Fees"}
_STEPS = {
    "events": "events of 30 days",
    "checkouts": "checkouts",
    "subscriptions": "subscriptions",
    "invoices": "invoices",
    "money": "payments, refunds, disputes and fees",
    "unapplied": "events that could not be applied",
}
_BY = {"job": "nightly", "cli": "on the command line"}


@dataclass
class RunRow:
    """A line of the list of comparisons."""

    id: int
    at: str
    state: str
    tone: str
    by: str
    looked: str
    missing: str
    mended: str
    left: str
    says: str


@dataclass
class FindingRow:
    """Something that was not as Stripe says."""

    state: str
    tone: str
    kind: str
    object: str
    customer: str
    href: str
    says: str


@dataclass
class TotalRow:
    """A figure of a day, or of the whole time, on both sides."""

    day: str
    figure: str
    currency: str
    stripe: str
    ours: str
    difference: str
    state: str
    tone: str


def run_row(run: Run) -> RunRow:
    """The line of a comparison."""
    figures = run.figures
    left = figures.get("waits", 0) + figures.get("differs", 0)
    says = run.error or (f"at {_STEPS.get(run.step, run.step)}" if run.state == "running" else "")
    return RunRow(
        id=run.id,
        at=moment(run.began_at),
        state=run.words,
        tone=TONES[run.state],
        by=_BY.get(run.by, "by staff"),
        looked=number(figures.get("events", 0) + figures.get("objects", 0)),
        missing=number(figures.get("events_missing", 0)),
        mended=number(figures.get("mended", 0)),
        left=number(left),
        says=says,
    )


def finding_row(found: Finding) -> FindingRow:
    """The line of a finding."""
    state, tone = _FINDINGS[found.state]
    return FindingRow(
        state=state,
        tone=tone,
        kind=found.kind,
        object=found.object_id,
        customer=f"customer {found.customer_id}" if found.customer_id else "",
        href=f"/admin/customers/{found.customer_id}" if found.customer_id else "",
        says=found.said,
    )


def sums(totals: tuple[Total, ...]) -> list[TotalRow]:
    """Each figure over the whole time, by currency."""
    whole: dict[tuple[str, str], list[int]] = {}
    for one in totals:
        both = whole.setdefault((one.currency, one.figure), [0, 0])
        both[0] += one.stripe_minor
        both[1] += one.ours_minor
    order = sorted(whole, key=lambda one: (one[0], list(_FIGURES).index(one[1])))
    return [_row("", figure, currency, *whole[currency, figure]) for currency, figure in order]


def days(totals: tuple[Total, ...], *, only_different: bool) -> list[TotalRow]:
    """Each figure of each day, the last first."""
    return [
        _row(day(one.day), one.figure, one.currency, one.stripe_minor, one.ours_minor)
        for one in totals
        if one.difference_minor or not only_different
    ]


def _row(on: str, figure: str, currency: str, stripe: int, ours: int) -> TotalRow:
    difference = ours - stripe
    state, tone = ("agrees", "good") if not difference else ("differs", "warn" if figure == "fees" else "bad")
    return TotalRow(
        day=on,
        figure=_FIGURES[figure],
        currency=currency,
        stripe=money(stripe, currency),
        ours=money(ours, currency),
        difference=money(difference, currency) if difference else "\N{EN DASH}",
        state=state,
        tone=tone,
    )


def head_of(found: RunDetail) -> str:
    """What was compared, in a sentence."""
    run, figures = found.run, found.run.figures
    return (
        f"{number(figures.get('events', 0))} events and {number(figures.get('objects', 0))} objects from "
        f"{day(run.since)} to {moment(run.until)}. {number(figures.get('events_missing', 0))} events had never come, "
        f"{number(figures.get('mended', 0))} differences were mended."
    )
