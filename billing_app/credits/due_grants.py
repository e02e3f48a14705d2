"""The port by which the floor above tells the ledger what lots a customer is due (the free month, for example)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.credits.operations import Grant


@dataclass(frozen=True, slots=True)
class Due:
    """What one customer is due now.

    Attributes:
        grants: made if their sources have not made them before; the rest are passed over.
        ask_again_at: until then the ledger does not ask about this customer, unless told to by `forget_due`: the hot
            path costs nothing. None: it asks each time.
    """

    customer_id: int
    grants: tuple[Grant, ...]
    ask_again_at: datetime | None


class DueGrants(Protocol):
    """Asked with the customers' account rows locked, in the ledger's transaction, before anything is written."""

    async def __call__(self, session: AsyncSession, customer_ids: Sequence[int], at: datetime) -> Sequence[Due]:
        """Answer for each of the customers, in any order; one left out is asked about again next time."""
        ...
