"""What the cost log asks of packages it does not know. bootstrap hands it over."""

from collections.abc import Collection, Mapping
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

EntryKey = tuple[int, int]
"""A ledger entry: customer's id, entry's id."""
NO_PURCHASE = "none"
"""The purchase kind of what no ledger entry is linked to."""


class PurchaseKinds(Protocol):
    """Which purchases paid for ledger entries."""

    async def shares(
        self, session: AsyncSession, entries: Collection[EntryKey]
    ) -> Mapping[EntryKey, Mapping[str, int]]:
        """Credits of each entry by kind of the lots it took them from: `{(42, 17): {"plan": 3, "purchase": 7}}`.

        An entry there is not is left out; one that took nothing has no shares. What is answered never changes.
        """
        ...


class PurchasedItems(Protocol):
    """Of what the purchases were that paid for ledger entries."""

    async def items(
        self, session: AsyncSession, entries: Collection[EntryKey]
    ) -> Mapping[EntryKey, Mapping[tuple[str, str], int]]:
        """Credits of each entry by kind of the lots and by item: `{(42, 17): {("plan", "plan:pro"): 3}}`.

        As `PurchaseKinds.shares`, only finer; an item is "" where none is known.
        """
        ...


class ItemsUnknown:
    """Where nobody knows items: the kinds alone."""

    def __init__(self, purchases: PurchaseKinds) -> None:
        self._purchases = purchases

    async def items(
        self, session: AsyncSession, entries: Collection[EntryKey]
    ) -> Mapping[EntryKey, Mapping[tuple[str, str], int]]:
        """The kinds, each of no item."""
        shares = await self._purchases.shares(session, entries)
        return {entry: {(kind, ""): credits for kind, credits in kinds.items()} for entry, kinds in shares.items()}


class PlansHeld(Protocol):
    """Which plans customers have now."""

    async def codes(self, session: AsyncSession, customer_ids: Collection[int]) -> Mapping[int, str | None]:
        """The plan's code of each customer; None: no plan. A customer there is not is left out."""
        ...


class NoLedger:
    """Where there is no ledger beside the log: every entry is unknown."""

    async def shares(
        self, session: AsyncSession, entries: Collection[EntryKey]
    ) -> Mapping[EntryKey, Mapping[str, int]]:
        """None is known."""
        return {}
