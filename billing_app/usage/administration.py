"""Model prices as staff see and write them: who is asking is checked here, whatever page or route asks (AD13, C5)."""

from dataclasses import dataclass
from datetime import datetime

from billing_app.accounts.roles import Principal, Role
from billing_app.journal.audit import Actor
from billing_app.usage.corrections import CostCorrections
from billing_app.usage.log import CostLog
from billing_app.usage.prices import NewPrice, PriceBook, PriceVersion


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A model that was called without a price. `calls` wait for one (counted up to 10,000), the first since `since`."""

    model: str
    since: datetime
    calls: int


@dataclass(frozen=True, slots=True)
class PriceList:
    """Every version of every price, by model and beginning, and the models that have none for some of their calls."""

    versions: list[PriceVersion]
    unpriced: list[Unpriced]


class ModelPrices:
    """Reading needs a viewer, writing an administrator: a price decides what every margin says."""

    def __init__(self, book: PriceBook, log: CostLog, corrections: CostCorrections) -> None:
        self._book, self._log, self._corrections = book, log, corrections

    async def read(self, by: Principal) -> PriceList:
        """All prices, and what lacks one.

        Raises:
            NotPermitted: not staff.
        """
        by.require(Role.VIEWER)
        waiting = [Unpriced(one["model"], one["since"], one["calls"]) for one in await self._log.needs_attention()]
        return PriceList(await self._book.versions(), waiting)

    async def set_price(self, by: Principal, new: NewPrice, *, reason: str = "") -> int:
        """A price that holds from a moment on; its number.

        Raises:
            NotPermitted: not an administrator. InvalidInput: it is no price. PriceExists: one begins at that moment.
        """
        by.require(Role.ADMIN)
        return await self._book.set_price(new, actor=Actor.user(by.user_id), reason=reason.strip() or None)

    async def correct(self, by: Principal, wrong_id: int, right: NewPrice, *, reason: str) -> int:
        """Another price in the place of a wrong one, for calls from now on; what was logged keeps its cost.

        Raises:
            NotPermitted: not an administrator. InvalidInput: it is no price, or there is no reason. Conflict: the wrong
                one does not hold any more.
        """
        by.require(Role.ADMIN)
        return await self._book.correct(wrong_id, right, actor=Actor.user(by.user_id), reason=reason)

    async def settle(self, by: Principal, model: str) -> int:
        """Give calls of unknown cost the price their model has for their time; how many got one.

        Raises:
            NotPermitted: not an administrator.
        """
        by.require(Role.ADMIN)
        return await self._corrections.settle(model, actor=Actor.user(by.user_id))
