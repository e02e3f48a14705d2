"""Use by day as bars and rows, and the pace in words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing_app.catalog.schema import Noun
from billing_app.credits.pace import DAYS_NEEDED, Outlook, Pace
from billing_app.credits.views import DayUse
from billing_app.ui.format import day, number

COLOURS = ("var(--c1)", "var(--c2)", "var(--c3)")
OTHER_COLOUR = "var(--c4)"


@dataclass
class Part:
    """One feature's share of a day's bar."""

    height: str
    colour: str


@dataclass
class DayBar:
    """Credits used on one day, by feature; empty days are shown as such."""

    day: str
    credits: str
    split: str
    spoken: str
    parts: list[Part]


@dataclass
class Key:
    """A line of the legend."""

    label: str
    credits: str
    colour: str


def legend(days: Sequence[DayUse], names: dict[str, str]) -> list[Key]:
    """The features that used most, each with its colour; the rest as one.

    Args:
        names: feature code to its name.
    """
    totals: dict[str, int] = {}
    for one in days:
        for feature, credits in one.features.items():
            totals[feature] = totals.get(feature, 0) + credits
    used = sorted(((feature, total) for feature, total in totals.items() if total > 0), key=lambda each: -each[1])
    keys = [
        Key(_name(feature, names), number(total), colour)
        for (feature, total), colour in zip(used, COLOURS, strict=False)
    ]
    rest = sum(total for _, total in used[len(COLOURS) :])
    return [*keys, Key("Other", number(rest), OTHER_COLOUR)] if rest else keys


def day_bars(days: Sequence[DayUse], names: dict[str, str], keys: Sequence[Key]) -> list[DayBar]:
    """One bar a day, in proportion to the busiest, stacked in the legend's order."""
    most = max((one.credits for one in days), default=0) or 1
    colours = {key.label: key.colour for key in keys}
    return [_bar(one, most, names, colours) for one in days]


def _bar(one: DayUse, most: int, names: dict[str, str], colours: dict[str, str]) -> DayBar:
    used = sorted(((feature, credits) for feature, credits in one.features.items() if credits > 0), key=lambda x: -x[1])
    by_colour: dict[str, int] = {}
    for feature, credits in used:
        colour = colours.get(_name(feature, names), OTHER_COLOUR)
        by_colour[colour] = by_colour.get(colour, 0) + credits
    order = [*COLOURS, OTHER_COLOUR]
    parts = [
        Part(f"{max(2, round(100 * by_colour[colour] / most))}%", colour) for colour in order if colour in by_colour
    ]
    split = ", ".join(f"{_name(feature, names)} {number(credits)}" for feature, credits in used)
    return DayBar(
        day=f"{one.day:%a} {one.day.day} {one.day:%b}",
        credits=number(one.credits),
        split=split,
        spoken=f"{one.day:%d %b}: {split or number(one.credits)}",
        parts=parts or [Part("2px", "var(--line)")],
    )


def _name(feature: str, names: dict[str, str]) -> str:
    return names.get(feature, feature) or "Other"


def pace_words(pace: Pace, noun: Noun) -> tuple[str, str]:
    """What can be said of how long credits last, and on what it rests (DB19). Both empty: nothing."""
    basis = f"Pace of the last {pace.window} whole days: {noun.of(pace.used)}."
    match pace.outlook:
        case Outlook.RUNS_OUT if pace.days is not None and pace.on is not None:
            about = f"about {pace.days} day{'' if pace.days == 1 else 's'}" if pace.days else "less than a day"
            return f"At this pace your {noun.many} last {about}{_range(pace)}, until {day(pace.on)}.", basis
        case Outlook.LASTS if pace.resets_at is not None:
            return (
                f"At this pace you use about {number(pace.until_reset or 0)} more until fresh {noun.many} come "
                f"on {day(pace.resets_at)}.",
                basis,
            )
        case Outlook.FAR_OFF:
            return f"At this pace your {noun.many} last more than a year.", basis
        case Outlook.COLLECTING:
            return f"Collecting: a pace can be told after {DAYS_NEEDED} whole days of use.", ""
        case _:
            return "", ""


def _range(pace: Pace) -> str:
    if pace.latest is None:
        return f" ({pace.soonest} or more)" if pace.soonest != pace.days else ""
    return "" if pace.soonest == pace.latest else f" ({pace.soonest} to {pace.latest})"
