"""Credits by hand (AD7, AD8): a preview that is exact, a reason, once per key, a limit, never below zero."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.accounts.errors import NotPermitted
from billing_app.errors import IdempotencyMismatch, InsufficientCredits, InvalidInput, NotFound
from billing_app.support.adjusting import Adjustment, Category
from billing_app.support.desk import OverTheLimit
from tests.support.conftest import HelpDesk

WHY = "The interview broke off"


async def test_what_the_preview_shows_is_what_happens_and_it_happens_once(
    desk: HelpDesk, ahead: Callable[..., None]
) -> None:
    customer, ends = await desk.a_customer(), clock.now() + timedelta(days=10)
    shown = await desk.support.adjust_preview(desk.helper, customer, 25, expires_at=ends)
    assert (shown.available_before, shown.available_after, shown.collected) == (8, 33, 0)
    assert (await desk.services.credits.balance(customer)).available == 8, "a preview changes nothing"

    async def give() -> Adjustment:
        return await desk.support.adjust(
            desk.helper, customer, 25, reason=WHY, category=Category.GOODWILL, key="k1", expires_at=ends, mail=True
        )

    done, again = await give(), await give()
    assert (done.available, done.credits, done.mailed, done.repeated) == (33, 25, True, False)
    assert (again.entry_id, again.available, again.repeated) == (done.entry_id, 33, True)
    balance = await desk.services.credits.balance(customer)
    assert balance.available == 33
    (lot,) = [lot for lot in balance.lots if lot.granted == 25]
    assert (lot.label, lot.expires_at, lot.promotional) == ("Goodwill credits", ends, True)

    (line,) = await desk.audited("credits.adjusted")
    assert (line["actor_id"], line["reason"]) == (str(desk.helper.user_id), WHY)
    assert (line["before"], line["after"]["available"]) == ({"available": 8}, 33)
    entry = (await desk.support.ledger(desk.viewer, customer)).entries[0]
    assert (entry.id, entry.amount, entry.note) == (done.entry_id, 25, WHY)
    assert entry.actor == f"user:{desk.helper.user_id}"
    (mail,) = await desk.rows("SELECT data FROM outbox WHERE kind = 'credits_adjusted'")
    assert (mail["data"]["credits"], mail["data"]["reason"]) == (25, WHY)

    with pytest.raises(IdempotencyMismatch):
        await desk.support.adjust(desk.helper, customer, 26, reason=WHY, category=Category.GOODWILL, key="k1")
    ahead(days=11)
    assert (await desk.services.credits.balance(customer)).available <= 8


async def test_credits_are_taken_in_burn_order_and_never_below_zero(desk: HelpDesk) -> None:
    customer = await desk.a_customer(credits=10)
    shown = await desk.support.adjust_preview(desk.helper, customer, -9)
    month = f"Free, {clock.now():%B %Y}"
    assert shown.from_lots == ((month, 8), ("Welcome", 1))
    with pytest.raises(InsufficientCredits, match="needs 19 credits; 18 are available"):
        await desk.support.adjust(desk.helper, customer, -19, reason=WHY, category=Category.CORRECTION, key="k")
    done = await desk.support.adjust(desk.helper, customer, -18, reason=WHY, category=Category.CORRECTION, key="k")
    assert done.available == 0
    assert [line["after"]["credits"] for line in await desk.audited("credits.adjusted")] == [-18]


async def test_support_stays_within_its_limit_of_a_day_however_it_is_cut(desk: HelpDesk) -> None:
    customer, other = await desk.a_customer(), await desk.a_customer()

    async def give(who: object, to: int, credits: int, key: str) -> None:
        await desk.support.adjust(who, to, credits, reason=WHY, category=Category.GOODWILL, key=key)  # pyright: ignore[reportArgumentType]

    await give(desk.helper, customer, 60, "a")
    with pytest.raises(OverTheLimit, match="100 credits within 24 hours; 40 are left"):
        await give(desk.helper, other, 41, "b")
    with pytest.raises(OverTheLimit):
        await desk.support.adjust_preview(desk.helper, customer, -41)
    await give(desk.helper, other, 40, "c")
    await give(desk.helper, customer, 60, "a")  # the same again is no more
    await give(desk.admin, customer, 10_000, "d")
    assert len(await desk.audited("credits.adjusted")) == 3


async def test_what_cannot_be_is_refused_before_anything_is_written(desk: HelpDesk) -> None:
    customer = await desk.a_customer()
    support, helper, goodwill = desk.support, desk.helper, Category.GOODWILL
    past = clock.now() - timedelta(days=1)
    with pytest.raises(NotPermitted):
        await support.adjust(desk.viewer, customer, 1, reason=WHY, category=goodwill, key="k")
    with pytest.raises(NotPermitted):
        await support.adjust_preview(desk.viewer, customer, 1)
    with pytest.raises(InvalidInput, match="Say why"):
        await support.adjust(helper, customer, 1, reason=" ", category=goodwill, key="k")
    with pytest.raises(InvalidInput, match="needs a key"):
        await support.adjust(helper, customer, 1, reason=WHY, category=goodwill, key="")
    with pytest.raises(InvalidInput, match="How many"):
        await support.adjust(helper, customer, 0, reason=WHY, category=goodwill, key="k")
    with pytest.raises(InvalidInput, match="in the future"):
        await support.adjust(helper, customer, 1, reason=WHY, category=goodwill, key="k", expires_at=past)
    with pytest.raises(InvalidInput, match="Only credits that are given"):
        await support.adjust(helper, customer, -1, reason=WHY, category=goodwill, key="k", expires_at=past)
    with pytest.raises(NotFound):
        await support.adjust(helper, 4711, 1, reason=WHY, category=goodwill, key="k")
    assert await desk.rows("SELECT 1 FROM credit_entries UNION ALL SELECT 1 FROM outbox") == []
    assert await desk.audited("credits.adjusted") == []
