"""What happens later or regularly: the tasks of the queue, and the worker that runs them."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator

from procrastinate import App, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

from billing_app.bootstrap import Services, build, close
from billing_app.db.patience import when_ready
from billing_app.db.queue import open_queue, traced
from billing_app.errors import DomainError, Unavailable
from billing_app.garbage import leave_out_what_stays
from billing_app.payments.applying import TryAgain
from billing_app.payments.delivery_log.pruning import prune
from billing_app.payments.leaving.service import CLEAR_TASK
from billing_app.payments.mirroring.second import END_SECOND_TASK
from billing_app.payments.reconcile import WATCH_PAYMENT_TASK, WATCH_SUBSCRIPTION_TASK
from billing_app.payments.reconciling.service import COMPARE_TASK, UnderWay
from billing_app.payments.refunds.service import FINISH_TASK
from billing_app.payments.settlement import NotOurs
from billing_app.payments.subscribing.second import end_second_subscription
from billing_app.payments.subscribing.trials import END_TRIAL_TASK, end_refused_trial
from billing_app.settings import Settings

CONCURRENCY = 4
DRAIN_LIMIT_S = 15
KEEP_JOBS_H = 72
POLL_S = 1.0
"""New jobs are announced at once; one that waited for another under its lock is found by looking."""
RETRY_PRIORITY = -10
"""Below fresh jobs, so that one waiting for its retry does not block others under its lock."""

_PAUSES_S = (2, 5, 15, 60, 300, 900, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600)
_WATCH_PAUSES_S = (2, 5, 15, 60)
_RESTART_PAUSES_S = (0.5, 1, 2, 5, 10, 30)

logger = logging.getLogger(__name__)


class Pauses(BaseRetryStrategy):
    """Try again after growing pauses, behind fresh jobs; `TryAgain` says its own pause."""

    def __init__(self, pauses_s: tuple[int, ...]) -> None:
        self._pauses_s = pauses_s

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to run the job again; None: give it up."""
        if isinstance(exception, TryAgain):
            return RetryDecision(retry_in={"seconds": exception.pause_s}, priority=RETRY_PRIORITY)
        if isinstance(exception, DomainError) and exception.status in (404, 422):
            return None
        if job.attempts >= len(self._pauses_s):
            return None
        return RetryDecision(retry_in={"seconds": self._pauses_s[job.attempts]}, priority=RETRY_PRIORITY)


def queue_with_tasks(services: Services) -> App:
    """A queue on the services' database that knows every task."""
    queue = open_queue(services.database.url)
    _add_tasks(queue, services)
    _add_regular_tasks(queue, services)
    return queue


async def sweep(services: Services) -> int:
    """Everything that falls due by time alone. Asks what is due, so it may be run at any time and again.

    Returns:
        How many mails are owed for it, each with its job.
    """
    await services.lapses.sweep()
    await services.hand_plans.sweep()
    return await services.alerts.sweep()


class ByHand:
    """Sweeps and jobs, run whenever somebody asks for it, beside whatever worker there is."""

    def __init__(self, services: Services, queue: App) -> None:
        self._services = services
        self._queue = queue

    async def sweep(self) -> int:
        """Everything that falls due by time alone; resets are booked too, so that the activity shows them."""
        await self._services.plan_credits.reset_due()
        return await sweep(self._services)

    async def run_jobs(self) -> None:
        """Every job that is due now."""
        await self._queue.run_worker_async(
            wait=False,
            concurrency=CONCURRENCY,
            install_signal_handlers=False,
            listen_notify=False,
            delete_jobs="never",
        )


@contextlib.asynccontextmanager
async def by_hand(services: Services) -> AsyncIterator[ByHand]:
    """Open the queue for the time of the block."""
    queue = queue_with_tasks(services)
    queue.periodic_registry.periodic_tasks.clear()
    async with queue.open_async():
        yield ByHand(services, queue)


def attend_time_travel(services: Services) -> None:
    """Let this process move the time of a sandbox."""
    if services.time_travel is not None:
        services.time_travel.attend(lambda: by_hand(services))


def _add_tasks(queue: App, services: Services) -> None:
    @queue.task(name="apply_event", retry=Pauses(_PAUSES_S))
    @traced
    async def apply_event(*, event_id: str) -> None:
        await services.applier.apply_event(event_id)

    @queue.task(name="watch_checkout", retry=Pauses(_WATCH_PAUSES_S))
    @traced
    async def watch_checkout(*, session_id: str) -> None:
        await services.applier.watch_session(session_id)

    @queue.task(name=WATCH_SUBSCRIPTION_TASK, retry=Pauses(_WATCH_PAUSES_S))
    @traced
    async def watch_subscription(*, subscription_id: str) -> None:
        await services.applier.watch_subscription(subscription_id)

    @queue.task(name=END_SECOND_TASK, retry=Pauses(_PAUSES_S))
    @traced
    async def end_second(*, subscription_id: str) -> None:
        await end_second_subscription(services.database, services.gateway, subscription_id)

    @queue.task(name=END_TRIAL_TASK, retry=Pauses(_PAUSES_S))
    @traced
    async def end_trial(*, subscription_id: str) -> None:
        await end_refused_trial(services.database, services.gateway, subscription_id)

    @queue.task(name=FINISH_TASK, retry=Pauses(_PAUSES_S))
    @traced
    async def finish_refund(*, refund_id: int) -> None:
        await services.refunds.finish(refund_id)

    @queue.task(name=CLEAR_TASK, retry=Pauses(_PAUSES_S))
    @traced
    async def clear_erased(*, customer_id: int) -> None:
        await services.leaving.clear(customer_id)

    @queue.task(name=WATCH_PAYMENT_TASK, retry=Pauses(_WATCH_PAUSES_S))
    @traced
    async def watch_payment(*, payment_intent: str) -> None:
        with contextlib.suppress(NotOurs):
            await services.applier.watch_payment(payment_intent)

    @queue.task(name=COMPARE_TASK, retry=Pauses(_WATCH_PAUSES_S))
    @traced
    async def compare_with_stripe(*, by: str) -> None:
        with contextlib.suppress(UnderWay):
            await services.comparison.run(by)

    @queue.task(name="send_mail", retry=Pauses(_PAUSES_S))
    @traced
    async def send_mail(*, outbox_id: int) -> None:
        await services.notifications.deliver(outbox_id)


def _add_regular_tasks(queue: App, services: Services) -> None:
    @queue.periodic(cron="* * * * *")
    @queue.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs")
    async def retry_stalled_jobs(timestamp: int) -> None:
        """Jobs whose worker died are run again."""
        for job in await queue.job_manager.get_stalled_jobs():
            await queue.job_manager.retry_job(job)

    @queue.periodic(cron="*/5 * * * *")
    @queue.task(name="reconcile", queueing_lock="reconcile")
    async def reconcile(timestamp: int) -> None:
        """What never came, or was left behind."""
        await services.reconciler.overdue_checkouts()
        await services.reconciler.subscriptions()
        await services.reconciler.payments()
        await services.inbox.queue_left_behind()
        await services.notifications.sweep()

    @queue.periodic(cron="* * * * *")
    @queue.task(name="sweep", queueing_lock="sweep", lock="sweep")
    async def sweep_due(timestamp: int) -> None:
        """What falls due by time alone; in a sandbox, by the time that its control room shows."""
        if services.time_travel is not None:
            with contextlib.suppress(Unavailable):
                await services.time_travel.follow()
        await sweep(services)

    @queue.periodic(cron="* * * * *")
    @queue.task(name="roll_up_costs", queueing_lock="roll_up_costs", lock="roll_up_costs")
    async def roll_up_costs(timestamp: int) -> None:
        """The sums that reports read, of what calls have cost."""
        await services.cost_rollup.roll()

    @queue.periodic(cron="* * * * *")
    @queue.task(name="roll_up_revenue", queueing_lock="roll_up_revenue", lock="roll_up_revenue")
    async def roll_up_revenue(timestamp: int) -> None:
        """The sums that reports read, of what was sold, earned, expired and given back."""
        await services.revenue_rollup.roll()

    @queue.periodic(cron="*/10 * * * *")
    @queue.task(name="close_abandoned", queueing_lock="close_abandoned")
    async def close_abandoned(timestamp: int) -> None:
        """Looks as a customer that are over; practice interviews nobody can go on with, answers whose process ended."""
        await services.accounts.sweep_looks()
        await services.interviews.close_abandoned()
        await services.chat.close_abandoned()

    @queue.periodic(cron="7 * * * *")
    @queue.task(name="reset_due", queueing_lock="reset_due")
    async def reset_due(timestamp: int) -> None:
        """Months of credits that began or ended; balances are right without, the activity is complete with it."""
        await services.plan_credits.reset_due()

    @queue.periodic(cron="41 2 * * *")
    @queue.task(name="compare_nightly", queueing_lock="compare_nightly", lock=COMPARE_TASK)
    async def compare_nightly(timestamp: int) -> None:
        """Our books beside Stripe's; what stopped is gone on with by the next night's, or by hand."""
        with contextlib.suppress(UnderWay, Unavailable):
            await services.comparison.run("job")

    @queue.periodic(cron="41 4 * * *")
    @queue.task(name="self_audit", queueing_lock="self_audit", lock="self_audit")
    async def self_audit(timestamp: int) -> None:
        """Whether everything still holds; kept for /admin/self-audit."""
        await services.self_audit.run("job")

    @queue.periodic(cron="23 * * * *")
    @queue.task(name="tidy", queueing_lock="tidy")
    async def tidy(timestamp: int) -> None:
        """Ended sign-in sessions, finished jobs, old bodies of events, answers kept for retries, and what still came
        about people who were erased."""
        await services.accounts.sweep_sessions()
        await services.api_requests.sweep()
        await prune(services.database)
        await services.persons.sweep()
        await queue.job_manager.delete_old_jobs(
            nb_hours=KEEP_JOBS_H, include_failed=True, include_cancelled=True, include_aborted=True
        )


async def run_worker(services: Services, *, concurrency: int = CONCURRENCY) -> None:
    """Run jobs until cancelled; then let those under way end, for at most 15 s, and return.

    A lost database connection ends no worker: it begins again after growing pauses.
    """
    failures = 0
    while True:
        began = asyncio.get_running_loop().time()
        try:
            queue = queue_with_tasks(services)
            async with queue.open_async():
                await queue.run_worker_async(
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=DRAIN_LIMIT_S,
                    fetch_job_polling_interval=POLL_S,
                    delete_jobs="never",
                )
            logger.warning("the worker stopped by itself and begins again")
        except (ConnectorException, OSError) as error:
            logger.warning("the worker lost the database (%s) and begins again", error)
        except Exception:
            logger.exception("the worker stumbled and begins again")
        failures = failures + 1 if asyncio.get_running_loop().time() - began < 60 else 1
        await asyncio.sleep(_RESTART_PAUSES_S[min(failures, len(_RESTART_PAUSES_S)) - 1])


@contextlib.asynccontextmanager
async def worker_in_process(services: Services) -> AsyncIterator[None]:
    """Run the worker beside something else, if the settings say so; at the end it drains."""
    attend_time_travel(services)
    if not services.settings.worker_in_process:
        yield
        return
    worker = asyncio.create_task(run_worker(services), name="worker")
    try:
        yield
    finally:
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker


async def work(settings: Settings) -> None:
    """A worker process of its own: runs until SIGINT or SIGTERM, then drains.

    Raises:
        WrongDatabase, Unavailable, InvalidInput: it cannot start; says what to do.
    """
    services = await when_ready(lambda: build(settings))
    leave_out_what_stays()
    worker = asyncio.create_task(run_worker(services), name="worker")
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, worker.cancel)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await worker
    finally:
        await close(services)
