"""Comparing our books with Stripe's: nightly, by command, or because staff asked (AD14).

What is safe is mended on the way, by the same rules as events; what is not is listed. One run at a time, in steps whose
place is written down: a run that stopped is gone on with by the next one.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from billing_app import clock
from billing_app.accounts.roles import Principal, Role
from billing_app.db.engine import Database
from billing_app.db.queue import defer
from billing_app.errors import Conflict, DomainError, InvalidInput, NotFound
from billing_app.journal.audit import Actor, audit
from billing_app.payments.applying import Applier
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.inbox import Inbox
from billing_app.payments.reconciling import store
from billing_app.payments.reconciling.missed_events import fetch_missed, note_unapplied
from billing_app.payments.reconciling.models import ReconcileRun
from billing_app.payments.reconciling.money import compare_money
from billing_app.payments.reconciling.objects import compare_checkouts, compare_invoices, compare_subscriptions
from billing_app.payments.reconciling.progress import MAX_FINDINGS, Progress, TakenOver
from billing_app.payments.reconciling.views import Finding, Run, RunDetail, Total, verdict

COMPARE_TASK = "compare_with_stripe"
"""Argument `by`: who asked."""
WINDOW = timedelta(days=30)
"""Stripe lists events for so long."""
FRESH = timedelta(minutes=10)
"""What is younger may still be on its way, and is left alone."""
MAX_RUNS = 100

Step = Callable[[Progress], Awaitable[None]]
STEPS: dict[str, Step] = {
    "events": fetch_missed,
    "checkouts": compare_checkouts,
    "subscriptions": compare_subscriptions,
    "invoices": compare_invoices,
    "money": compare_money,
    "unapplied": note_unapplied,
}
logger = logging.getLogger(__name__)


class UnderWay(Conflict):
    """One comparison at a time."""

    code = "comparison_under_way"
    title = "A comparison is under way"


class Comparison:
    """Runs comparisons, and shows them."""

    def __init__(
        self,
        database: Database,
        gateway: StripeGateway,
        applier: Applier,
        inbox: Inbox,
        *,
        fresh: timedelta = FRESH,
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._applier = applier
        self._inbox = inbox
        self._fresh = fresh

    async def run(self, by: str) -> RunDetail:
        """Compare now, and mend what is safe; goes on with a run that stopped within the last hours.

        Args:
            by: who asked, for the log: `job`, `cli` or `user:12`.

        Raises:
            UnderWay: another process is at it. DomainError: Stripe does not answer, or refuses: the run has stopped
                and the next one goes on.
        """
        progress = await self._begin(by)
        try:
            names = list(STEPS)
            for name in names[names.index(progress.step) :]:
                if name != progress.step:
                    progress.step = name
                    await progress.save(cursor=None)
                await STEPS[name](progress)
        except TakenOver:
            raise
        except BaseException as error:
            await self._stop(progress, error)
            raise
        return await self._conclude(progress)

    async def start(self, by: Principal) -> None:
        """Have a worker compare now. Audited.

        Raises:
            NotPermitted: not SUPPORT. UnderWay: a comparison is under way, or waits for a worker.
        """
        by.require(Role.SUPPORT)
        async with self._database.transaction() as session:
            await store.stop_dead(session)
            last = await store.runs(session, before=None, limit=1)
            if (last and last[0].state == "running") or await store.is_queued(session, COMPARE_TASK):
                raise UnderWay("A comparison is under way or about to begin; its result will be here.")
            await defer(session, COMPARE_TASK, lock=COMPARE_TASK, by=f"user:{by.user_id}")
            await audit(session, Actor.user(by.user_id), "reconcile.started", "stripe")

    async def runs(self, by: Principal, *, before: int | None = None, limit: int = 30) -> list[Run]:
        """Comparisons, the last first; `before` a run's id continues the list.

        Raises:
            NotPermitted: not staff. InvalidInput: `limit` is not 1 to 100.
        """
        by.require(Role.VIEWER)
        if not 1 <= limit <= MAX_RUNS:
            raise InvalidInput(f"Ask for 1 to {MAX_RUNS} comparisons at once.", field="limit")
        async with self._database.transaction() as session:
            return [_run(row) for row in await store.runs(session, before=before, limit=limit)]

    async def detail(self, by: Principal, run_id: int) -> RunDetail:
        """One comparison with its findings and totals.

        Raises:
            NotPermitted: not staff. NotFound: no such comparison.
        """
        by.require(Role.VIEWER)
        return await self._detail(run_id)

    async def last(self) -> Run | None:
        """The last comparison that came to an end: for the self-audit."""
        async with self._database.transaction() as session:
            rows = await store.runs(session, before=None, limit=MAX_RUNS)
        return next((_run(row) for row in rows if row.state not in ("running", "stopped")), None)

    async def _begin(self, by: str) -> Progress:
        now, wall = clock.now(), clock.wall()
        async with self._database.transaction() as session:
            await store.stop_dead(session)
            row = await store.take_stopped(session, by) or await store.begin(
                session,
                {
                    "state": "running",
                    "by": by,
                    "since": now - WINDOW,
                    "until": now,
                    "began_at": wall,
                    "moved_at": wall,
                    "step": next(iter(STEPS)),
                    "figures": {},
                },
            )
            if row is None:
                raise UnderWay("A comparison with Stripe is under way; its result will be on the reconcile page.")
            await store.forget_old(session)
        return Progress(
            run_id=row.id,
            since=row.since,
            until=row.until,
            step=row.step if row.step in STEPS else next(iter(STEPS)),
            cursor=row.cursor,
            figures=dict(row.figures),
            database=self._database,
            gateway=self._gateway,
            applier=self._applier,
            inbox=self._inbox,
            fresh=self._fresh,
        )

    async def _stop(self, progress: Progress, error: BaseException) -> None:
        """Written as far as it goes: if it cannot be, the run is taken for dead in ten minutes."""
        said = error.detail if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
        try:
            async with self._database.transaction() as session:
                await store.move(session, progress.run_id, state="stopped", ended_at=clock.wall(), error=said[:500])
        except Exception:
            logger.exception("a comparison stopped, and that could not be written either")

    async def _conclude(self, progress: Progress) -> RunDetail:
        found = await self._detail(progress.run_id)
        state = verdict(progress.figures, found.totals)
        async with self._database.transaction() as session:
            await store.move(session, progress.run_id, state=state.value, ended_at=clock.wall())
        if state.value != "in_sync":
            logger.warning("comparison %d with Stripe: %s %s", progress.run_id, state.value, progress.figures)
        return await self._detail(progress.run_id)

    async def _detail(self, run_id: int) -> RunDetail:
        async with self._database.transaction() as session:
            row = await store.run(session, run_id)
            if row is None:
                raise NotFound("There is no such comparison.")
            found = await store.findings(session, run_id, MAX_FINDINGS)
            totals = await store.totals(session, run_id)
        return RunDetail(
            _run(row),
            tuple(Finding(one.kind, one.object_id, one.customer_id, one.state, one.said) for one in found),
            tuple(Total(one.day, one.currency, one.figure, one.stripe_minor, one.ours_minor) for one in totals),
        )


def _run(row: ReconcileRun) -> Run:
    return Run(
        id=row.id,
        state=row.state,
        by=row.by,
        since=row.since,
        until=row.until,
        began_at=row.began_at,
        ended_at=row.ended_at,
        step=row.step,
        figures=dict(row.figures),
        error=row.error,
    )
