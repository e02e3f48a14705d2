"""A day's use: what somebody does with the product, the walls they meet, and what the suppliers charge for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from billing_app.bootstrap import Services
from billing_app.catalog.items import ItemKind
from billing_app.catalog.schema import Feature, Metering
from billing_app.demo import store
from billing_app.demo.costs import Used, rows_of
from billing_app.demo.doings import Life
from billing_app.demo.people import Trouble, Wants
from billing_app.demo.shelf import Shelf
from billing_app.entitlements.decisions import Refused
from billing_app.errors import Conflict
from billing_app.usage.log import MAX_ROWS

_MAX_USES_A_DAY = 12
_ONCE = timedelta(hours=12)
_UNPRICED_FROM_THE_END = 3
"""On the last days one person in twenty is served by a model that nobody has priced."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the life: its number from 0, when it is lived, and how many there are."""

    number: int
    at: datetime
    days: int


async def use(services: Services, shelf: Shelf, life: Life, day: Day) -> list[Used]:
    """What somebody uses today; at a wall they buy, or give up for a while."""
    chance = life.person.draw("use", day.number)
    often = life.person.keenness * (1.3 if life.plan else 1.0 if life.holds else 0.5)
    often *= 0.55 if day.number % 7 in (5, 6) else 1.0
    times = min(_MAX_USES_A_DAY, int(often) + (chance.random() < often % 1))
    done: list[Used] = []
    if day.number < life.tired_until:
        return done
    for number in range(times):
        feature = _chosen(shelf, life, chance.random())
        if feature is None:
            return done
        units = feature.counts_per_unit * chance.randint(2, 12) if feature.counts_per_unit > 1 else 1
        reference = f"life-{day.number}-{number}"
        rate = shelf.rate(feature.code)
        try:
            await services.entitlements.use(
                life.customer_id,
                feature.code,
                units=units,
                key=reference,
                reference=reference,
                operation=rate.code if rate and feature.metering is Metering.CREDITS else None,
            )
        except Refused as wall:
            await _meet(services, shelf, life, day, wall)
            return done
        except Conflict:  # charged in a telling that was cut off; what it cost is logged below, once
            pass
        done.append(
            Used(
                person=life.person,
                customer_id=life.customer_id,
                feature=feature.code,
                reference=reference,
                at=day.at,
                share=Fraction(units, feature.counts_per_unit),
                losing=bool(shelf.loser) and life.holds == shelf.loser,
                unpriced=day.days - day.number <= _UNPRICED_FROM_THE_END and life.person.number % 20 == 0,
            )
        )
    return done


async def log_costs(services: Services, shelf: Shelf, used: Sequence[Used]) -> int:
    """Log what a day's uses cost, each tied to the ledger entry that paid for it; how many rows that were."""
    if not used:
        return 0
    async with services.database.transaction() as session:
        entries = await store.entries(session, [(one.customer_id, one.feature, one.reference) for one in used])
    rows = [row for one in used for row in rows_of(one, shelf, entries.get((one.customer_id, one.reference)))]
    for begin in range(0, len(rows), MAX_ROWS):
        await services.costs.log_many(rows[begin : begin + MAX_ROWS])
    return len(rows)


def _chosen(shelf: Shelf, life: Life, drawn: float) -> Feature | None:
    """The first features most; what has to be unlocked only by who came for it."""
    open_to = [one for one in shelf.used if one.metering is not Metering.UNLOCK or life.person.wants is Wants.UNLOCK]
    weights = [1.0 / (place + 1) for place in range(len(open_to))]
    left = drawn * sum(weights)
    for feature, weight in zip(open_to, weights, strict=True):
        left -= weight
        if left <= 0:
            return feature
    return open_to[-1] if open_to else None


async def _meet(services: Services, shelf: Shelf, life: Life, day: Day, wall: Refused) -> None:
    decision = wall.decision
    await services.funnel.note_once(
        "wall_shown",
        within=_ONCE,
        customer_id=life.customer_id,
        data={"feature": decision.feature, "basis": decision.basis.value},
    )
    chance = life.person.draw("wall", day.number)
    if chance.randint(1, 100) <= life.person.buys_at_wall and life.person.trouble is not Trouble.BY_HAND:
        life.wants_next = _way_on(shelf, life, decision.feature)
    life.tired_until = day.number + (1 if life.wants_next else chance.randint(4, 16))


def _way_on(shelf: Shelf, life: Life, feature: str) -> tuple[ItemKind, str] | None:
    """What somebody buys at a wall: what opens the feature, of what they came for if they can."""
    unlock = next((one for one in shelf.unlocks if one.feature == feature), None)
    if unlock is not None:
        return ItemKind.UNLOCK, unlock.code
    by_credits = shelf.rate(feature) is not None
    if shelf.packs and by_credits and (life.plan or life.person.wants is not Wants.PLAN or not shelf.plans):
        pack = shelf.packs[min(life.person.product, len(shelf.packs) - 1)]
        return ItemKind.PACK, pack.code
    if shelf.plans and not life.plan:
        return ItemKind.PLAN, shelf.plans[min(life.person.product, len(shelf.plans) - 1)].code
    return None
