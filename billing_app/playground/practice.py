"""Features that the playground only counts (`playground = "counter"`): try one, and see what your plan lets you do.

A piece of text goes through a gate, as a host's function would: taken before it is made, given back if that fails.
Minutes of unknown length are taken in steps of ten seconds, each before it is spent (docs/gates.md).
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.schema import Catalog, Feature
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.entitlements.decisions import Decision
from billing_app.entitlements.metering import cheapest_operation
from billing_app.entitlements.quotas.views import QuotaUsage
from billing_app.entitlements.service import EntitlementService
from billing_app.errors import InvalidInput, NotFound
from billing_app.gates import Gates
from billing_app.playground import practice_store as store
from billing_app.playground.costs import EngineCosts
from billing_app.playground.models import PracticeRun
from billing_app.playground.note_writer import write_notes

STEP_S = 10
MAX_STEPS = 60
KEPT = 100
MAX_LISTED = 20
_ID = re.compile(r"run_[A-Za-z0-9_-]{16,40}")


@dataclass(frozen=True, slots=True)
class PracticeOffer:
    """A feature as its page shows it.

    Attributes:
        usage: its meter; None where nothing is counted.
        timed: it is counted by the second, so that its page has a timer.
    """

    feature: Feature
    decision: Decision
    usage: QuotaUsage | None
    timed: bool


@dataclass(frozen=True, slots=True)
class RunView:
    """What came of one use."""

    id: str
    title: str
    lines: tuple[str, ...]
    units: int
    created_at: datetime


class PracticeService:
    """Use a counted feature, and list what came of it."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogService,
        entitlements: EntitlementService,
        costs: EngineCosts | None = None,
    ) -> None:
        """`costs`: where the cost of each use is noted; None: nowhere."""
        self._costs = costs
        self._database = database
        self._catalog = catalog
        self._entitlements = entitlements
        self._gates = Gates(entitlements)

    @staticmethod
    def new_id() -> str:
        """An id for a run that has not begun: draw one for each."""
        return f"run_{secrets.token_urlsafe(18)}"

    async def offer(self, customer_id: int, code: str) -> PracticeOffer:
        """The feature, and what this customer may do with it now.

        Raises:
            NotFound: the catalogue has no such feature, or it has a page of its own.
        """
        catalog = await self._catalog.current()
        feature = _feature(catalog, code)
        units = STEP_S if _timed(feature) else 1
        decision = await self._entitlements.check(
            customer_id, code, units, operation=cheapest_operation(catalog, feature)
        )
        usage = next((one for one in await self._entitlements.usage(customer_id) if one.feature == code), None)
        return PracticeOffer(feature, decision, usage, _timed(feature))

    async def make(self, customer_id: int, code: str, run_id: str, text: str) -> RunView:
        """Make one piece from a text. Asking again under its id brings what was made, for nothing.

        Raises:
            Refused: 402 or 403 with the wall's body; nothing was made.
            InvalidInput: the text will not do, or the feature is one of minutes; nothing was taken.
            NotFound: as `offer`.
        """
        _check_id(run_id)
        catalog = await self._catalog.current()
        feature = _feature(catalog, code)
        if _timed(feature):
            raise InvalidInput(f"{feature.name} is counted by the minute: start its timer.", field="feature")
        known = await self._find(customer_id, run_id)
        if known is not None:
            return _view(known)
        notes = write_notes(text)
        operation = cheapest_operation(catalog, feature)
        async with (
            self._gates.feature(customer_id, code, operation=operation, reference=run_id, actor="customer"),
            self._database.transaction() as session,
        ):
            await self._keep(session, customer_id, code, run_id, title=notes.title, lines=list(notes.lines))
        if self._costs:
            await self._costs.used(customer_id, code, run_id)
        kept = await self._find(customer_id, run_id)
        assert kept is not None, "kept just now, and the newest are not forgotten"
        return _view(kept)

    async def step(self, customer_id: int, code: str, run_id: str, number: int) -> QuotaUsage | None:
        """Take the next ten seconds of a session; its meter afterwards. The same step twice is counted once.

        Raises:
            OverQuota, PlanLacks: refused; the session ends here.
            InvalidInput: no step of a session, or the feature is not one of minutes.
            NotFound: as `offer`.
        """
        _check_id(run_id)
        feature = _feature(await self._catalog.current(), code)
        if not _timed(feature) or type(number) is not int or not 0 <= number < MAX_STEPS:
            raise InvalidInput("This session is over. Start a new one.", field="step")

        async def keep(session: AsyncSession) -> None:
            if number == 0:
                await self._keep(session, customer_id, code, run_id, title="Session", units=STEP_S)
            else:
                await store.lengthen(session, customer_id, run_id, STEP_S)

        await self._entitlements.use(
            customer_id, code, units=STEP_S, key=f"practice:{run_id}:{number}", actor="customer", also=keep
        )
        if self._costs:
            share = Fraction(STEP_S, feature.counts_per_unit)
            await self._costs.used(customer_id, code, f"{run_id}.{number}", share=share)
        return next((one for one in await self._entitlements.usage(customer_id) if one.feature == code), None)

    async def history(self, customer_id: int, code: str, *, limit: int = 5) -> list[RunView]:
        """A feature's runs, newest first; 20 at most."""
        async with self._database.as_customer(customer_id) as session:
            rows = await store.newest(session, customer_id, code[:60], max(1, min(limit, MAX_LISTED)))
        return [_view(row) for row in rows]

    async def _keep(
        self,
        session: AsyncSession,
        customer_id: int,
        code: str,
        run_id: str,
        *,
        title: str,
        lines: list[str] | None = None,
        units: int = 1,
    ) -> None:
        values = {
            "customer_id": customer_id,
            "id": run_id,
            "feature": code,
            "title": title,
            "lines": lines or [],
            "units": units,
            "created_at": clock.now(),
        }
        await store.add(session, values)
        await store.forget_older(session, customer_id, code, KEPT)

    async def _find(self, customer_id: int, run_id: str) -> PracticeRun | None:
        async with self._database.as_customer(customer_id) as session:
            return await store.find(session, customer_id, run_id)


def _feature(catalog: Catalog, code: str) -> Feature:
    found = catalog.feature(code)
    if found is None or found.playground != "counter":
        raise NotFound("There is no such page in this playground.")
    return found


def _timed(feature: Feature) -> bool:
    return feature.counts_per_unit > 1


def _check_id(run_id: str) -> None:
    if not isinstance(run_id, str) or not _ID.fullmatch(run_id):
        raise InvalidInput("This page is out of date. Load it again.", field="run_id")


def _view(row: PracticeRun) -> RunView:
    return RunView(row.id, row.title, tuple(row.lines), row.units, row.created_at)
