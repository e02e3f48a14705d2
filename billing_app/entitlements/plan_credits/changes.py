"""What an invoice does to credits: which lots it makes, what it takes back of those there are. Pure.

One set of rules for the preview of a change and for the granting of it. Every line of an invoice is read for itself:
- a whole period: its windows' lots, one for a month, twelve for a year;
- a part of a period that replaces another part of it (an upgrade or downgrade within the period): the difference, as
  second lots of the same windows, or taken back out of them;
- unused time that is credited and not replaced (a new period begins at once): taken back out of the old windows.
What should be taken back and is spent already is taken out of the next lots, whenever they come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from billing_app.catalog.policies import Rollover
from billing_app.catalog.schema import Period
from billing_app.entitlements.plan_credits.facts import PaidInvoice, PaidLine
from billing_app.entitlements.plan_credits.periods import Window, month, months_of, spread
from billing_app.entitlements.plan_credits.windows import (
    Change,
    HeldWindow,
    NewReturn,
    NewWindow,
    Returned,
    Situation,
    Taking,
)

Pieces = Sequence[tuple[Window, Window]]
"""Parts of a period, each with the whole month it is a part of."""


def work_out(situation: Situation) -> Change:
    """What an invoice does."""
    change = Change()
    credits, debits, periods = _sorted(situation.paid)
    pending: list[NewWindow] = []
    for debit in debits:
        credit = next((one for one in credits if _period(one) == _period(debit)), None)
        if credit is not None:
            credits.remove(credit)
        pending += _replaced(situation, change, credit, debit)
    for credit in credits:
        _unused(situation, change, credit)
    for line in periods:
        pending += _period_windows(situation, line)
    known = {one.source for one in situation.held}
    owed = situation.owed + sum(one.overspent for one in change.returns)
    for window in pending:
        if window.source not in known:
            deducted = min(owed - change.recovered, window.granted)
            change.recovered += deducted
            change.windows.append(_deducting(window, deducted))
    return change


def upgrade_credits(old: int, new: int, window: Window, at: datetime) -> int:
    """Credits of an upgrade in the middle of a window: floor((new - old) x remaining / window), in exact time.

    Args:
        old, new: credits a month, before and after.
        at: Stripe's proration date.
    """
    return int(max(0, new - old) * window.from_(at))


def line_source(line: PaidLine, window: Window) -> str:
    """What makes a window's lot, once: the line and the window's start."""
    return f"{line.line_id}:{window.start:%Y%m%dT%H%M%SZ}"


def _sorted(paid: PaidInvoice) -> tuple[list[PaidLine], list[PaidLine], list[PaidLine]]:
    """Credits of unused time, debits of the rest of a period, whole periods; each in the order of time."""
    credits: list[PaidLine] = []
    debits: list[PaidLine] = []
    periods: list[PaidLine] = []
    for line in sorted(paid.lines, key=lambda one: (one.period_start, one.line_id)):
        if line.period_end <= line.period_start or _of_trial(paid, line):
            continue
        if not line.proration:
            periods.append(line)
        else:
            (credits if line.net_minor < 0 else debits).append(line)
    return credits, debits, periods


def _of_trial(paid: PaidInvoice, line: PaidLine) -> bool:
    if paid.trial_start is None or paid.trial_end is None or line.proration:
        return False
    return paid.trial_start <= line.period_start < paid.trial_end


def _period(line: PaidLine) -> Window:
    return Window(line.period_start, line.period_end)


def _replaced(situation: Situation, change: Change, credit: PaidLine | None, debit: PaidLine) -> list[NewWindow]:
    """Another plan for the rest of a period: the difference comes, or is taken back."""
    offer, period = situation.offer(debit), _period(debit)
    if offer is None:
        return []
    pieces, rollover = _rest_of(situation, period), situation.rollover
    former = situation.offer(credit) if credit is not None else None
    old = former.terms.credits if former is not None else _monthly(situation, pieces)
    new = offer.terms.credits
    if new >= old:
        parts = [upgrade_credits(old, new, whole, piece.start) for piece, whole in pieces]
        net = max(0, debit.net_minor + (credit.net_minor if credit is not None else 0))
        nets = spread(net, parts) if parts else []
        rolls = [_rolls(rollover, old + part) - _rolls(rollover, old) for part in parts]
        late = _within(situation.returned, period)
        return [
            NewWindow(
                source=line_source(debit, piece),
                line=debit,
                offer=offer,
                upgrade=True,
                window=piece,
                paid_until=period.end,
                credits=part,
                deducted=0,
                returned=_credited(piece, part, late),
                net_minor=share,
                rolls=rolled,
            )
            for (piece, _), part, share, rolled in zip(pieces, parts, nets, rolls, strict=True)
            if part
        ]
    _give_up(situation, change, credit or debit, old - new, pieces, replaced=True)
    return []


def _unused(situation: Situation, change: Change, credit: PaidLine) -> None:
    """Time that is credited and not charged again: what the plan gives for it goes."""
    offer, pieces = situation.offer(credit), _rest_of(situation, _period(credit))
    monthly = offer.terms.credits if offer is not None else _monthly(situation, pieces)
    _give_up(situation, change, credit, monthly, pieces, replaced=False)


def _give_up(
    situation: Situation, change: Change, line: PaidLine, monthly: int, pieces: Pieces, *, replaced: bool
) -> None:
    """Take so many credits a month back, out of each window of a time that is credited."""
    if any(one.line_id == line.line_id for one in situation.returned):
        return
    there = [one for one in situation.held if one.paid_until == line.period_end]
    spent = 0
    for piece, whole in pieces:
        inside = [one for one in there if one.window.common(piece)]
        spent += _take(change, inside, ceil(monthly * whole.share(piece)))
    late = None if not replaced else 0 if there else monthly
    change.returns.append(NewReturn(line, late, spent))


def _take(change: Change, windows: Sequence[HeldWindow], credits: int) -> int:
    """Take credits back out of windows, the youngest first; how many of them were spent already."""
    spent = 0
    for one in sorted(windows, key=lambda one: (one.window.start, one.source), reverse=True):
        part = min(credits, one.kept)
        if not part:
            continue
        free = min(part, one.free)
        change.takings.append(Taking(one.source, part, free))
        one.kept -= part
        one.free -= free
        credits -= part
        spent += part - free
    return spent


def _period_windows(situation: Situation, line: PaidLine) -> list[NewWindow]:
    """The windows of a whole period, less what is known to be credited of it."""
    # A price the catalogue does not know is a loud alarm elsewhere; the last known entitlements stay.
    offer, period = situation.offer(line) or situation.paid.item, _period(line)
    if offer is None:
        return []
    monthly, rollover, pieces = offer.terms.credits, situation.rollover, [(period, period)]
    if offer.terms.period is Period.YEAR:
        pieces = _pieces(period, _anchor_for(period.start, situation.paid.anchor))
    parts = [int(monthly * whole.share(piece)) for piece, whole in pieces]
    nets = spread(max(0, line.net_minor), parts)
    late = _within(situation.returned, period)
    before = tuple(one.source for one in situation.held if one.window.end == period.start and one.kept)
    return [
        NewWindow(
            source=line_source(line, piece),
            line=line,
            offer=offer,
            upgrade=False,
            window=piece,
            paid_until=period.end,
            credits=part,
            deducted=0,
            returned=_credited(piece, part, late),
            net_minor=net,
            rolls=_rolls(rollover, part),
            follows=before if piece.start == period.start else (),
        )
        for (piece, _), part, net in zip(pieces, parts, nets, strict=True)
        if part
    ]


def _within(returned: Iterable[Returned], period: Window) -> list[Returned]:
    """Time credited out of this very period, after it began."""
    return [one for one in returned if one.period.end == period.end and one.period.start > period.start]


def _credited(window: Window, credits: int, returned: Iterable[Returned]) -> int:
    """Of a window that is granted late: what was credited of it before it came."""
    taken = 0
    for one in returned:
        share = window.share(one.period)
        left = credits - taken
        taken += (
            left - int(left * (1 - share)) if one.late_monthly is None else min(left, ceil(one.late_monthly * share))
        )
    return taken


def _pieces(period: Window, anchor: datetime) -> Pieces:
    """A period cut into months."""
    return [(piece, month(piece.start, anchor)) for piece in months_of(period, anchor)]


def _anchor_for(boundary: datetime, anchor: datetime) -> datetime:
    """The subscription's anchor, if the period fits it; it has been moved since if not."""
    return anchor if month(boundary, anchor).start == boundary else boundary


def _rest_of(situation: Situation, period: Window) -> Pieces:
    """What is left of a paid period, cut into its windows as they were granted; by the anchor if they were not."""
    windows = [one.window for one in situation.held if one.paid_until == period.end and not one.upgrade]
    pieces = [
        (Window(max(one.start, period.start), one.end), one)
        for one in sorted(set(windows))
        if one.end > period.start and one.end <= period.end
    ]
    if sum((piece.length for piece, _ in pieces), timedelta(0)) == period.length:
        return pieces
    return _pieces(period, _anchor_for(period.end, situation.paid.anchor))


def _monthly(situation: Situation, pieces: Pieces) -> int:
    """Credits a month of what is held at the start of a period's rest, where the invoice does not name the plan."""
    piece, whole = pieces[0]
    now = [one for one in situation.held if one.window.end == piece.end and piece.start in one.window]
    return round(sum((Fraction(one.kept) / whole.share(one.window) for one in now), Fraction(0)))


def _rolls(rollover: Rollover, credits: int) -> int:
    """How much of a window may go over into the next (policy)."""
    if rollover.kind == "none":
        return 0
    return credits if rollover.cap is None else min(credits, rollover.cap)


def _deducting(window: NewWindow, credits: int) -> NewWindow:
    """The same with credits that were spent before they were there."""
    return replace(window, deducted=credits, rolls=min(window.rolls, window.granted - credits))
