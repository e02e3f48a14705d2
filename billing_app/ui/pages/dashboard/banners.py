"""What deserves a banner, most severe first, each with one call to action (DB18). Pure.

What stops a customer (a payment that failed, nothing left) is said on every page, by the strip below the top bar; what
can wait until they look at their billing is said there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from billing_app.catalog.schema import Noun
from billing_app.credits.kinds import LotKind
from billing_app.credits.views import Balance
from billing_app.money import Money
from billing_app.payments.refunds.reading import MoneyBackView
from billing_app.payments.subscribing.views import CardView, MyPlan
from billing_app.ui.format import day, number
from billing_app.ui.plan_words import card_name

NOTHING_BACK = MoneyBackView((), (), ())
EXPIRES_SOON = timedelta(days=7)
_REMADE = (LotKind.PLAN, LotKind.FREE, LotKind.TRIAL)
"""Lots that end because others take their place: no reason to hurry."""


@dataclass
class Banner:
    """One banner. `act`: what its button does: `card`, `resume`, `confirm`, or a path of ours to go to."""

    name: str
    tone: str
    text: str
    label: str
    act: str


def banners(
    my: MyPlan | None,
    balance: Balance,
    card: CardView | None,
    noun: Noun,
    now: datetime,
    *,
    back: MoneyBackView = NOTHING_BACK,
) -> list[Banner]:
    """Those of the dashboard, most severe first."""
    return [*_of_money_back(back, balance, noun), *(one for one in _each(my, balance, card, noun, now) if one)]


def _of_money_back(back: MoneyBackView, balance: Balance, noun: Noun) -> Iterable[Banner]:
    """What a dispute keeps from being used, and what is owed since a refund: what for, and how it is paid off."""
    for one in back.open_disputes[:2]:
        amount = Money(one.amount_minor, one.currency).shown()
        frozen = (
            f" {noun.of(balance.frozen)} cannot be used until that is decided. If the payment stands, nothing of their "
            "time is lost."
            if balance.frozen
            else " What it paid for cannot be used until that is decided."
        )
        yield Banner(
            "disputed",
            "bad",
            f"Your bank disputes the payment of {amount} for {one.what}.{frozen}",
            "Write to us",
            "/contact",
        )
    for debt in back.debts[:2]:
        so_far = f", {number(debt.collected)} are paid off" if debt.collected else ""
        yield Banner(
            "owed",
            "warn",
            f"You owe {noun.of(debt.owed)}{so_far}: {debt.what} was paid back after they were used. They are taken "
            f"from {noun.many} that come to you; of a pack only as many as its payment page says.",
            f"Get {noun.many}",
            "/pricing",
        )


def _each(
    my: MyPlan | None, balance: Balance, card: CardView | None, noun: Noun, now: datetime
) -> Iterable[Banner | None]:
    if my is not None and my.subscribed:
        if my.waiting_until is not None and my.waiting_url:
            yield Banner(
                "waiting",
                "warn",
                "Your switch waits for its payment. Until then nothing changes.",
                "Pay",
                my.waiting_url,
            )
        yield _card(my, card)
    yield _expiring(balance, noun, now)
    if my is not None and my.ends_at is not None and my.can_resume:
        yield Banner("ending", "", f"{my.name} ends {day(my.ends_at)}.", "Resume", "resume")


def _card(my: MyPlan, card: CardView | None) -> Banner | None:
    if card is None or my.ends_at is not None or not (card.expired or card.expires_soon):
        return None
    name = card_name(card)
    if card.expired:
        return Banner("card", "bad", f"{name} has expired. The next payment will fail.", "Update card", "card")
    return Banner("card", "warn", f"{name} expires {card.exp_month:02}/{card.exp_year}.", "Update card", "card")


def _expiring(balance: Balance, noun: Noun, now: datetime) -> Banner | None:
    ending = [
        lot
        for lot in balance.lots
        if lot.burns is not None
        and lot.kind not in _REMADE
        and lot.expires_at is not None
        and lot.expires_at - now <= EXPIRES_SOON
        and lot.remaining > lot.held
    ]
    if not ending:
        return None
    credits = sum(lot.remaining - lot.held for lot in ending)
    first = min(lot.expires_at for lot in ending if lot.expires_at is not None)
    return Banner("expiring", "warn", f"{noun.of(credits)} expire by {day(first)}.", "Use them", "/playground")
