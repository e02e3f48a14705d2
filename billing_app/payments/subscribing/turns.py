"""One change of a plan at a time: whoever asks while another is at it is told so (409). No transaction stays open."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from billing_app.db.engine import Database
from billing_app.errors import Conflict
from billing_app.payments.subscribing import store

LAPSES = timedelta(minutes=3)
"""Longer than the calls of one change may take; a turn left behind by a dead process is over after this."""


class ChangeUnderWay(Conflict):
    """Another change of the same plan is being made right now."""

    code = "change_under_way"
    title = "A change is under way"


class Turns:
    """Hands out the turn to change a customer's plan."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def one(self, customer_id: int, action: str) -> AsyncIterator[None]:
        """Hold the turn for the block.

        Raises:
            ChangeUnderWay: another request, here or in another process, has it.
        """
        token = secrets.token_urlsafe(12)
        async with self._database.transaction() as session:
            if not await store.take_turn(session, customer_id, token, action, LAPSES):
                raise ChangeUnderWay("Your plan is being changed. Try again in a few seconds.")
        try:
            yield
        finally:
            async with self._database.transaction() as session:
                await store.end_turn(session, customer_id, token)
