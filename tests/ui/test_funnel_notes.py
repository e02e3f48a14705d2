"""What the pricing page notes in the funnel: who saw it by a random id, once for one look."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from billing_app.db.engine import Database
from tests.security.actors import Everybody, everybody
from tests.security.calling import fire
from tests.security.decisions import Actor


@pytest.fixture
async def people(database: Database) -> AsyncIterator[Everybody]:
    async with everybody(database) as made:
        yield made


@pytest.mark.row("C8")
async def test_prices_that_were_seen_are_noted_once_and_without_an_address(
    people: Everybody, database: Database
) -> None:
    for _ in range(2):
        await fire(people, "PricingState.load", Actor.STRANGER)
        await fire(people, "PricingState.load", Actor.CUSTOMER)
        await fire(people, "PricingState.load", Actor.VIEWER)
    async with database.transaction() as session:
        found = (await session.execute(text("SELECT name, visitor, customer_id, data FROM funnel_events"))).all()
    seen = [row for row in found if row.name == "pricing_seen"]
    assert sorted(row.customer_id is None for row in seen) == [False, True], "staff are no visitors"
    assert all(len(row.visitor) == 32 and row.visitor.isalnum() and row.data == {} for row in seen)
