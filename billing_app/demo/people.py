"""Who lives the demo life: names, what they want, how much they use. Drawn from a fixed seed, so always the same. Pure.

Nobody here is real: the names are put together at random, and every address ends in example.com.
"""

import random
from dataclasses import dataclass
from enum import StrEnum

from billing_app.demo.shelf import Shelf

MAX_PEOPLE = 2_000
_SEED = "a believable life"
_FIRST = """
    Amara Anton Aisha Ben Bianca Carlos Chloe Daniel Dilara Elena Emil Farah Felix Gabriela Hana Hugo Ines Isaac
    Jana Jonas Julia Kaito Karim Lara Leon Lina Lucia Malik Maria Mateo Maya Mila Nadia Nico Nina Noah Olga Omar
    Paula Pedro Priya Quentin Rafael Rania Rosa Samir Sara Sofia Stefan Tara Theo Tomas Uma Valentin Vera Viktor
    Wanda Xenia Yara Yusuf Zoe
""".split()  # noqa: SIM905 - names read better so
_LAST = """
    Abbott Almeida Andersen Arslan Bauer Bianchi Bondar Castillo Chen Costa Dubois Eriksen Farkas Fischer Fontaine
    Garcia Gruber Haddad Hansen Hoffmann Ibrahim Ivanova Jansen Kaplan Keller Kim Kovacs Kowalski Kumar Lambert Lang
    Larsen Lehmann Lopez Marino Martin Mehta Meyer Moreau Nagy Nakamura Novak Okafor Oliveira Pavlova Petrov Popescu
    Ramos Rossi Sanders Santos Schmidt Silva Singh Sorensen Suzuki Tanaka Torres Varga Vogel Wagner Weber Yilmaz
""".split()  # noqa: SIM905 - names read better so


class Wants(StrEnum):
    """What somebody came for."""

    PLAN = "plan"
    PACK = "pack"
    UNLOCK = "unlock"
    LOOK = "look"


class Trouble(StrEnum):
    """What does not go as planned. Everybody else has an uneventful life."""

    REFUND_PART = "refund_part"
    REFUND_ALL = "refund_all"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_WON = "dispute_won"
    CARD_FAILS_ONCE = "card_fails_once"
    CARD_DEAD = "card_dead"
    ENQUIRY = "enquiry"
    BY_HAND = "by_hand"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and the turns their life takes.

    Attributes:
        tale: the life they live in; each has people of its own.
        joins: the day on which they are first seen; the life's first day is 0.
        keenness: uses on a usual day.
        product: which of what they want, counted from the cheapest.
        leaves_after: days until a plan is cancelled; None: it stays.
        switches_after: days until the next plan is taken; None: never.
        buys_at_wall: from 0 to 100, how likely a wall is to make them buy.
    """

    tale: str
    number: int
    name: str
    email: str
    joins: int
    wants: Wants
    product: int
    yearly: bool
    keenness: float
    leaves_after: int | None
    switches_after: int | None
    buys_at_wall: int
    trouble: Trouble | None

    @property
    def hesitates(self) -> bool:
        """Opens the payment page and leaves it; some come back two days later, some never."""
        return self.number % 6 == 2

    @property
    def comes_back(self) -> bool:
        """Whether a hesitation ends well."""
        return self.number % 12 == 2

    @property
    def external_id(self) -> str:
        """What the host product calls them."""
        return f"user-{self.tale[:1]}{self.number:04d}"

    @property
    def visitor(self) -> str:
        """What the funnel called them before they were known."""
        return f"{self.tale}_{self.number:04d}"

    def draw(self, *about: object) -> random.Random:
        """Chance, the same each time for this person and this occasion."""
        return random.Random(f"{_SEED}/{self.tale}/{self.number}/{about}")  # noqa: S311 - a story, not a secret


def people(tale: str, count: int, days: int, shelf: Shelf) -> tuple[Person, ...]:
    """So many people, who arrive over so many days, more of them the longer the product is there.

    Raises:
        ValueError: nobody, more than 2,000, or no days.
    """
    if not 1 <= count <= MAX_PEOPLE or days < 1:
        raise ValueError(f"A life has 1 to {MAX_PEOPLE} people and a day or more.")
    return tuple(_person(tale, number, count, days, shelf) for number in range(1, count + 1))


def _person(tale: str, number: int, count: int, days: int, shelf: Shelf) -> Person:
    chance = random.Random(f"{_SEED}/{tale}/{number}")  # noqa: S311
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    wants = _wants(chance, shelf)
    # Growth: the share of people who are there grows with the power 1.4 of the time; a few were there at once.
    share = (number - 1) / count
    joins = 0 if number <= max(1, count // 20) else int(days * share ** (1 / 1.4) * 0.97)
    keenness = chance.choices((0.12, 0.35, 0.8, 1.8), (30, 40, 22, 8))[0]
    return Person(
        tale=tale,
        number=number,
        name=f"{first} {last}",
        email=f"{first}.{last}{number}@{tale[:1]}.example.com".lower(),
        joins=joins,
        wants=wants,
        product=_product(chance, wants, shelf),
        yearly=chance.random() < 0.15,
        keenness=keenness,
        leaves_after=chance.randint(12, 150) if chance.random() < 0.45 else None,
        switches_after=chance.randint(8, 80) if chance.random() < 0.22 else None,
        buys_at_wall=chance.choice((10, 30, 50, 75)),
        trouble=_trouble(number, wants),
    )


def _wants(chance: random.Random, shelf: Shelf) -> Wants:
    weights = {
        Wants.PLAN: 50 if shelf.plans else 0,
        Wants.PACK: (20 if shelf.plans else 62) if shelf.packs else 0,
        Wants.UNLOCK: 14 if shelf.unlocks else 0,
        Wants.LOOK: 24,
    }
    return chance.choices(tuple(weights), tuple(weights.values()))[0]


def _product(chance: random.Random, wants: Wants, shelf: Shelf) -> int:
    """The cheapest most often, the highlighted one nearly as often."""
    sold = {Wants.PLAN: shelf.plans, Wants.PACK: shelf.packs, Wants.UNLOCK: shelf.unlocks}.get(wants, ())
    if not sold:
        return 0
    weights = [46 if place == 0 else 40 if item.highlighted else 16 for place, item in enumerate(sold)]
    return chance.choices(range(len(sold)), weights)[0]


_EVERY = 30
_OF_BUYERS = {
    3: Trouble.REFUND_PART,
    7: Trouble.DISPUTE_LOST,
    11: Trouble.REFUND_ALL,
    16: Trouble.CARD_FAILS_ONCE,
    20: Trouble.DISPUTE_WON,
    23: Trouble.CARD_DEAD,
    27: Trouble.ADJUSTMENT,
}
_OF_LOOKERS = (Trouble.ENQUIRY, Trouble.BY_HAND)


def _trouble(number: int, wants: Wants) -> Trouble | None:
    """Of every thirty people some; trouble with money only for who pays."""
    place = number % _EVERY
    if wants is Wants.LOOK:
        return _OF_LOOKERS[place % 2] if place % 3 == 0 else None
    return _OF_BUYERS.get(place)
