"""What a customer has and had: balance, lots, the ledger, statistics, and why an entry is what it is (rows A6, B6)."""

from collections import Counter
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from billing_app.api.conventions import cursors
from billing_app.api.conventions.answers import Page, Said, said
from billing_app.api.conventions.paths import CustomerRef
from billing_app.api.conventions.route import Caller, Calling, ReadRoute
from billing_app.api.v1.host.credit_shapes import hold_shape
from billing_app.api.v1.host.inputs import FeatureCode
from billing_app.api.v1.host.ledger_shapes import (
    BalanceShape,
    DayShape,
    EntryShape,
    ExplanationShape,
    LotShape,
    StatisticsShape,
    entry_shape,
    explanation_shape,
    lot_shape,
    next_event_shape,
)
from billing_app.credits import EntryKind, Group
from billing_app.credits.inputs import MAX_ID
from billing_app.credits.service import MAX_DAYS, MAX_PAGE

router = APIRouter(prefix="/api/v1/customers/{customer}", tags=["credits"], route_class=ReadRoute)


class PageQuery(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="`next_cursor` of the part before; valid for a day."
    )
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 50


class LedgerQuery(PageQuery):
    """Which entries."""

    kind: Annotated[list[EntryKind], Field(max_length=len(EntryKind))] = Field(
        default=[], description="Only these kinds."
    )
    feature: FeatureCode | None = Field(default=None, description="Only this feature's.")
    day: date | None = Field(default=None, description="Only this day of UTC.")


@router.get("/balance", response_model=BalanceShape)
async def balance(customer: CustomerRef, caller: Calling) -> Said:
    """What the customer has now: sums, open lots in the order they burn, live holds, and when credits reset."""
    customer_id = await caller.services.host_customers.need(customer)
    have = await caller.services.credits.balance(customer_id)
    resets = await caller.services.plan_credits.resets(customer_id)
    shape = BalanceShape(
        customer=customer,
        at=have.at,
        available=have.available,
        held=have.held,
        frozen=have.frozen,
        owed=have.owed,
        plan=have.groups.get(Group.PLAN, 0),
        bought=have.groups.get(Group.BOUGHT, 0),
        promotional=have.groups.get(Group.PROMOTIONAL, 0),
        next_event=next_event_shape(have.next_event),
        last_reset_at=resets.last_at,
        next_reset_at=resets.next_at,
        next_reset_credits=resets.amount,
        lots=[lot_shape(lot) for lot in have.lots],
        holds=[hold_shape(hold, customer_id, customer) for hold in have.holds],
    )
    return said(shape, remaining=have.available)


@router.get("/lots", response_model=Page[LotShape])
async def lots(customer: CustomerRef, caller: Calling, query: Annotated[PageQuery, Query()]) -> Said:
    """All lots ever, newest first."""
    customer_id = await caller.services.host_customers.need(customer)
    of = f"lots:{customer_id}"
    page = await caller.services.credits.lots(customer_id, before=_before(caller, query.after, of), limit=query.limit)
    next_cursor = _next(caller, page.next_before, of)
    data = [lot_shape(lot) for lot in page.lots]
    return said(Page[LotShape](data=data, has_more=next_cursor is not None, next_cursor=next_cursor))


@router.get("/ledger", response_model=Page[EntryShape])
async def ledger(customer: CustomerRef, caller: Calling, query: Annotated[LedgerQuery, Query()]) -> Said:
    """Every entry, newest first, with what is due but not written yet on top. New ones shift nothing."""
    customer_id = await caller.services.host_customers.need(customer)
    of = f"ledger:{customer_id}:{sorted(query.kind)}:{query.feature}:{query.day}"
    page = await caller.services.credits.entries(
        customer_id,
        before=_before(caller, query.after, of),
        limit=query.limit,
        kinds=query.kind or None,
        feature=query.feature,
        on_day=query.day,
    )
    next_cursor = _next(caller, page.next_before, of)
    data = [entry_shape(entry, customer_id) for entry in page.entries]
    return said(Page[EntryShape](data=data, has_more=next_cursor is not None, next_cursor=next_cursor))


@router.get("/ledger/{entry}", response_model=ExplanationShape)
async def explain(customer: CustomerRef, caller: Calling, entry: Annotated[int, Path(ge=1, le=MAX_ID)]) -> Said:
    """Why an entry is what it is: what it was for, from which lots in which order, and what paid for them."""
    customer_id = await caller.services.host_customers.need(customer)
    return said(explanation_shape(await caller.services.credits.explain(customer_id, entry), customer_id))


@router.get("/statistics", response_model=StatisticsShape)
async def statistics(
    customer: CustomerRef, caller: Calling, days: Annotated[int, Query(ge=1, le=MAX_DAYS)] = 30
) -> Said:
    """Credits used on each of the last days (UTC), by feature, less what was given back."""
    customer_id = await caller.services.host_customers.need(customer)
    used = await caller.services.credits.use_by_day(customer_id, days=days)
    features: Counter[str] = Counter()
    for one in used:
        features.update(one.features)
    shape = StatisticsShape(
        customer=customer,
        days=days,
        credits=sum(one.credits for one in used),
        features=dict(sorted(features.items())),
        data=[DayShape(day=one.day, credits=one.credits, features=one.features) for one in used],
    )
    return said(shape)


def _before(caller: Caller, after: str | None, of: str) -> int | None:
    return None if after is None else cursors.read(after, of, _secret(caller))


def _next(caller: Caller, last: int | None, of: str) -> str | None:
    return None if last is None else cursors.made(last, of, _secret(caller))


def _secret(caller: Caller) -> str:
    return caller.services.settings.secret_key.get_secret_value()
