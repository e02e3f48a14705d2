"""Time: what is due is shown as if booked, and booked at its own time before anything else is written."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.credits import (
    Consume,
    CreditService,
    Due,
    EntryKind,
    Grant,
    Group,
    Hold,
    Ledger,
    LotKind,
    LotState,
    NextEvent,
    Settle,
    apply,
)
from billing_app.db.engine import Database
from billing_app.errors import InsufficientCredits, InvalidInput
from tests.credits.ledgers import a_pack, drift, free_credits, rows

ALICE, BOB = 1, 2


def a_month(number: int, begins: datetime, ends: datetime) -> Grant:
    return Grant(
        customer_id=ALICE,
        credits=400,
        kind=LotKind.PLAN,
        label=f"Pro, month {number}",
        source=f"il_1:{number}",
        payment="in_1",
        paid_minor=3_250,
        currency="USD",
        effective_at=begins,
        expires_at=ends,
    )


async def test_expired_credits_cannot_be_spent_though_nothing_ran(
    credits: CreditService, advance: Callable[..., Any], database: Database
) -> None:
    await free_credits(credits, ALICE, 10, expires_at=clock.now() + timedelta(days=3))
    await advance(days=4)
    assert (await credits.balance(ALICE)).available == 0
    assert await rows(database, "SELECT count(*) FROM credit_entries") == [(1,)], "reading wrote nothing"
    with pytest.raises(InsufficientCredits):
        await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=1))


async def test_what_is_due_is_shown_just_as_it_will_be_booked(
    credits: CreditService, advance: Callable[..., Any], database: Database
) -> None:
    ends = clock.now() + timedelta(days=3)
    await free_credits(credits, ALICE, 10, expires_at=ends)
    await credits.hold(Hold(customer_id=ALICE, feature="chat", credits=4, ttl_s=60, on_expiry=1))
    await advance(days=4)
    shown = (await credits.entries(ALICE)).entries
    assert [(one.kind, one.amount, one.booked) for one in shown] == [
        (EntryKind.EXPIRE, -9, False),
        (EntryKind.CONSUME, -1, False),
        (EntryKind.GRANT, 10, True),
    ]
    assert shown[0].at == ends
    await credits.do(Settle(customer_id=ALICE))
    booked = (await credits.entries(ALICE)).entries
    assert [(one.id, one.amount, one.balance_after, one.at) for one in booked] == [
        (one.id, one.amount, one.balance_after, one.at) for one in shown
    ]
    assert all(one.booked for one in booked)
    assert (await drift(database)).clean


@pytest.mark.row("E3")
async def test_each_month_of_a_year_begins_and_ends_by_itself(
    credits: CreditService, advance: Callable[..., Any], database: Database
) -> None:
    start = clock.now()
    edges = [start + timedelta(days=30 * number) for number in range(13)]
    async with database.transaction() as session:
        await apply(session, [a_month(number, edges[number], edges[number + 1]) for number in range(12)])
    await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=150))
    balance = await credits.balance(ALICE)
    assert (balance.available, balance.groups[Group.PLAN]) == (250, 250)
    assert balance.next_event == NextEvent("resets", edges[1], "Pro, month 0", ends=250, begins=400)
    assert [lot.state for lot in balance.lots] == [LotState.OPEN] + [LotState.PREPARED] * 11

    await advance(days=95)
    assert (await credits.balance(ALICE)).available == 400
    told = [(one.kind, one.amount) for one in (await credits.entries(ALICE)).entries]
    assert told[:4] == [
        (EntryKind.GRANT, 400),
        (EntryKind.EXPIRE, -400),
        (EntryKind.GRANT, 400),
        (EntryKind.EXPIRE, -400),
    ]
    await advance(days=400)
    await credits.do(Settle(customer_id=ALICE))
    assert (await credits.balance(ALICE)).available == 0
    assert (await drift(database)).clean


async def test_a_window_paid_after_it_was_over_is_booked_and_has_ended(
    credits: CreditService, database: Database
) -> None:
    now = clock.now()
    async with database.transaction() as session:
        (granted,) = await apply(session, [a_month(0, now - timedelta(days=60), now - timedelta(days=30))])
    assert granted.available == 0  # pyright: ignore[reportAttributeAccessIssue]
    assert [one.kind for one in (await credits.entries(ALICE)).entries] == [EntryKind.EXPIRE, EntryKind.GRANT]


async def test_an_end_that_is_over_needs_a_begin(credits: CreditService) -> None:
    with pytest.raises(InvalidInput, match="effective_at"):
        await free_credits(credits, ALICE, 10, expires_at=clock.now() - timedelta(days=1))


async def test_an_accounts_time_never_runs_backwards(database: Database, credits: CreditService) -> None:
    now = clock.now()
    grant = Grant(customer_id=ALICE, credits=5, kind=LotKind.GIFT, label="Gift", source="g")
    async with database.transaction() as session:
        await apply(session, [grant], at=now + timedelta(seconds=30))
    async with database.transaction() as session:
        await apply(session, [Consume(customer_id=ALICE, feature="chat", credits=1)], at=now)
    later, earlier = (await credits.entries(ALICE)).entries
    assert later.at == earlier.at == now + timedelta(seconds=30)


async def test_the_soonest_end_is_the_next_event(credits: CreditService) -> None:
    soon = clock.now() + timedelta(days=7)
    await a_pack(credits, ALICE, 50)
    await free_credits(credits, ALICE, 15, label="Welcome gift", expires_at=soon)
    event = (await credits.balance(ALICE)).next_event
    assert event == NextEvent("expires", soon, "Welcome gift", ends=15, begins=0)


class MonthlyCredits:
    """A stand-in for the floor above: 100 free credits in each month of 30 days."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def __call__(self, session: AsyncSession, customer_ids: Sequence[int], at: datetime) -> list[Due]:
        self.asked += customer_ids
        month = at.timestamp() // (30 * 86_400)
        ends = datetime.fromtimestamp((month + 1) * 30 * 86_400, tz=at.tzinfo)
        return [
            Due(
                customer_id,
                (
                    Grant(
                        customer_id=customer_id,
                        credits=100,
                        kind=LotKind.FREE,
                        label="Free credits",
                        source=f"month-{month:.0f}",
                        expires_at=ends,
                    ),
                ),
                ask_again_at=ends,
            )
            for customer_id in customer_ids
        ]


@pytest.mark.row("B1")
async def test_free_credits_of_the_month_are_there_when_the_customer_is_first_seen(
    database: Database, advance: Callable[..., Any]
) -> None:
    port = MonthlyCredits()
    service = CreditService(database, Ledger(due_grants=port))
    assert (await service.balance(ALICE)).available == 100, "seen by reading"
    await service.consume(Consume(customer_id=BOB, feature="chat", credits=100))
    await service.consume(Consume(customer_id=ALICE, feature="chat", credits=100))
    assert (await service.balance(ALICE)).available == 0, "once a month"
    assert sorted(port.asked) == [ALICE, BOB], "asked only when something may be due"

    await advance(days=31)
    assert (await service.balance(ALICE)).available == 100
    async with database.transaction() as session:
        await service.ledger.forget_due(session, [ALICE])
    assert (await service.balance(ALICE)).available == 100, "asked again, but given once"
    assert port.asked.count(ALICE) == 3
    await service.close()
    assert (await drift(database)).clean


async def test_pages_follow_one_another_without_gap_or_repeat(credits: CreditService) -> None:
    for number in range(23):
        await a_pack(credits, ALICE, 1, f"cs_{number}")
    seen: list[int] = []
    before = None
    while True:
        page = await credits.entries(ALICE, before=before, limit=5)
        seen += [one.id for one in page.entries]
        before = page.next_before
        if before is None:
            break
    assert seen == list(range(23, 0, -1))
    assert [one.id async for one in credits.every_entry(ALICE)] == seen
    page = await credits.lots(ALICE, limit=20)
    rest = await credits.lots(ALICE, before=page.next_before, limit=20)
    assert [lot.id for lot in (*page.lots, *rest.lots)] == seen
    assert rest.next_before is None
    for bad in (0, 201):
        with pytest.raises(InvalidInput):
            await credits.entries(ALICE, limit=bad)


async def test_used_expired_and_revoked_lots_are_told_apart(
    credits: CreditService, advance: Callable[..., Any]
) -> None:
    from billing_app.credits import Revoke

    await a_pack(credits, ALICE, 5, "cs_used")
    await credits.consume(Consume(customer_id=ALICE, feature="chat", credits=5))
    await a_pack(credits, ALICE, 5, "cs_refunded")
    await free_credits(credits, ALICE, 5, expires_at=clock.now() + timedelta(days=1))
    await credits.do(Revoke(customer_id=ALICE, payment="pi_cs_refunded", refunded=1, captured=1))
    await advance(days=2)
    lots = (await credits.lots(ALICE)).lots
    assert [lot.state for lot in lots] == [LotState.EXPIRED, LotState.REVOKED, LotState.USED]
    assert [(lot.used, lot.expired, lot.revoked) for lot in lots] == [(0, 5, 0), (0, 0, 5), (5, 0, 0)]


async def test_a_due_grant_that_cannot_be_made_does_not_keep_the_customer_from_the_rest(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def over(session: AsyncSession, customer_ids: Sequence[int], at: datetime) -> list[Due]:
        wrong = Grant(
            customer_id=ALICE,
            credits=5,
            kind=LotKind.FREE,
            label="Free credits",
            source="wrong",
            expires_at=at - timedelta(days=1),
        )
        return [Due(ALICE, (wrong,), None)]

    service = CreditService(database, Ledger(due_grants=over))
    await a_pack(service, ALICE, 10)
    assert (await service.balance(ALICE)).available == 10
    assert "Due grant wrong of customer 1 refused" in caplog.text
    await service.close()
