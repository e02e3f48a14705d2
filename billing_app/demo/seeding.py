"""Which life an installation is told, and telling it: begun in the past at a first start, or from now on.

`make run` tells 60 people's last three months while the pages are being built; `demo seed --year` a year of 240 people.
A life that was cut off goes on with the next start; one that fails, or takes longer than it may, is cut short: time
then goes to today, because nothing is served in the past.
"""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from billing_app import clock
from billing_app.accounts.roles import Principal, Role
from billing_app.bootstrap import Services
from billing_app.demo import store
from billing_app.demo.bank import Bank
from billing_app.demo.life import Tell, tell_life
from billing_app.demo.models import DemoLife
from billing_app.errors import Conflict, DomainError
from billing_app.jobs import sweep
from billing_app.payments.time_travel import CannotTravel
from billing_app.settings import DemoData

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Extent:
    """How many people live how many days, and how long telling it may take."""

    name: str
    people: int
    days: int
    limit_s: int


MONTHS = Extent("months", people=60, days=90, limit_s=240)
YEAR = Extent("year", people=240, days=365, limit_s=3_600)
EXTENTS = {DemoData.MONTHS: MONTHS, DemoData.YEAR: YEAR}


_TODAY = timedelta(minutes=1)


class CutShort(Exception):
    """Telling took longer than it may."""


async def begin_in_the_past(services: Services, extent: Extent | None) -> bool:
    """For a new sandbox, before anything is for sale: let its time begin so long ago that the life ends today.

    Returns:
        Whether it does; False where something has happened before, where Stripe is not our sandbox, or without extent.
    """
    if extent is None or services.time_travel is None:
        return False
    begins_at = clock.wall().replace(microsecond=0) - timedelta(days=extent.days)
    if not await services.time_travel.begin_at(begins_at):
        return False
    await _note(services, extent)
    return True


async def begin_now(services: Services, extent: Extent) -> None:
    """From now on, on an installation that has lived already: time goes forward with the life. Once.

    Raises:
        Conflict: this is live mode, or Stripe is not the sandbox that came with the product.
    """
    if services.time_travel is None:
        raise Conflict("A demo life needs the Stripe sandbox that comes with the product: its clock is moved.")
    await services.time_travel.follow()
    await _note(services, extent)


async def unfinished(services: Services) -> DemoLife | None:
    """The life that was begun and is not over."""
    async with services.database.transaction() as session:
        return await store.unfinished(session)


async def is_due_before_serving(services: Services) -> bool:
    """Whether a life that began in the past is not over: nothing is served before it is today.

    One that was begun later and cut off waits for the next `demo seed`; deliveries, which it had stopped, go on.
    """
    if await unfinished(services) is None:
        return False
    if clock.offset() < -_TODAY:
        return True
    bank = Bank(services.settings)
    try:
        await bank.let_endpoints_rest(rest=False)
    finally:
        await bank.close()
    return False


async def live_on(services: Services, tell: Tell = lambda done, days: None, *, limit_s: int | None = None) -> str:
    """Tell the life that was begun and is not over; what came of it, in words. Nothing to tell: empty.

    `limit_s`: how long telling it may take; None: as its extent says.

    Whatever goes wrong cuts it short: time then goes to the life's today, and what has happened stays.

    Raises:
        CannotTravel: somebody tells it, or moves time, this very moment.
        Unavailable: time cannot be brought to today either: the sandbox is gone.
    """
    life = await unfinished(services)
    if life is None:
        return ""
    usual_s = next((one.limit_s for one in EXTENTS.values() if one.name == life.name), MONTHS.limit_s)
    may_take_s = limit_s or usual_s
    give_up = time.monotonic() + may_take_s

    def told(done: int, days: int) -> None:
        tell(done, days)
        if time.monotonic() > give_up:
            raise CutShort(f"it took longer than {may_take_s} s")

    async def fall_due() -> None:
        await services.plan_credits.reset_due()
        await sweep(services)

    words = f"{life.people} people, {life.days} days"
    try:
        await tell_life(services, life, admin=await _admin(services), sweep=fall_due, tell=told)
    except CannotTravel:
        raise
    except Exception as why:
        # Whatever it was: a start is worth it without the rest of the life, but not in the past.
        logger.exception("the demo life was cut short")
        await _arrive(services)
        said = why.detail if isinstance(why, DomainError) else f"{type(why).__name__}: {why}"
        words += f", cut short: {said}"
    async with services.database.transaction() as session:
        await store.is_over(session, life.name)
    await services.cost_rollup.roll()
    await services.revenue_rollup.roll()
    return words


async def _note(services: Services, extent: Extent) -> None:
    async with services.database.transaction() as session:
        begins_at = clock.now().replace(microsecond=0)
        await store.begin(session, extent.name, people=extent.people, begins_at=begins_at, days=extent.days)


async def _arrive(services: Services) -> None:
    """Nothing is served in the past: what is left of the life does not happen, and it is today."""
    assert services.time_travel is not None, "asked only in a sandbox"

    async def nothing() -> None:
        return None

    async with services.time_travel.stages(nothing) as go_to:
        await go_to(clock.wall())


async def _admin(services: Services) -> Principal:
    """In whose name staff acts in the demo life."""
    one = next(one for one in await services.accounts.ensure_demo() if one.role is Role.ADMIN)
    return Principal(
        user_id=one.user_id,
        session_id=0,
        customer_id=None,
        role=one.role,
        email=one.email,
        name="Demo Admin",
        verified=True,
        demo=True,
    )
