"""How far a comparison has come: written after every page, so that another process can go on where this one ended."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from billing_app.db.engine import Database
from billing_app.errors import Conflict, DomainError, Unavailable
from billing_app.payments.applying import Applier
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.inbox import Inbox
from billing_app.payments.reconciling import store
from billing_app.payments.reconciling.views import Finding
from billing_app.payments.settlement import NotOurs
from billing_app.payments.stripe_errors import MissingAtStripe

MAX_FINDINGS = 1_000
"""Kept of one run; beyond that they are only counted."""
_MAX_SAID = 500
logger = logging.getLogger(__name__)

Mend = Callable[[], Awaitable[tuple[str, ...]]]


class TakenOver(Conflict):
    """Another process goes on with this run: it took this one for dead."""

    code = "taken_over"
    title = "Another process goes on with it"


@dataclass
class Progress:
    """One run under way, and what it works with.

    Attributes:
        since, until: the window that is compared, in billing time.
        fresh: what is younger at Stripe may still be on its way, and is left alone.
    """

    run_id: int
    since: datetime
    until: datetime
    step: str
    cursor: str | None
    figures: dict[str, int]
    database: Database
    gateway: StripeGateway
    applier: Applier
    inbox: Inbox
    fresh: timedelta
    found: list[Finding] = field(default_factory=list)

    def count(self, figure: str, by: int = 1) -> None:
        """Add to a figure."""
        self.figures[figure] = self.figures.get(figure, 0) + by

    def note(self, kind: str, object_id: str, state: str, said: str, *, customer_id: int | None = None) -> None:
        """Something was not as Stripe says; `state` is `mended`, `waits` or `differs`."""
        self.count(state)
        if sum(self.figures.get(one, 0) for one in ("mended", "waits", "differs")) <= MAX_FINDINGS:
            self.found.append(Finding(kind, object_id, customer_id, state, said[:_MAX_SAID]))

    async def mend(self, kind: str, object_id: str, act: Mend, *, customer_id: int | None = None) -> bool:
        """Bring one object to where Stripe says it is, by the same rules as its events; note what came of it.

        Returns:
            Whether it is as Stripe says now, as far as that is known. What cannot be mended is noted, not raised.

        Raises:
            Unavailable: Stripe does not answer: the run stops here.
        """
        self.count("objects")
        try:
            effects = await act()
        except NotOurs:
            return True
        except Unavailable:
            raise
        except MissingAtStripe:
            self.note(kind, object_id, "differs", "Stripe does not know it (any more).", customer_id=customer_id)
            return False
        except DomainError as error:
            self.note(kind, object_id, "differs", error.detail, customer_id=customer_id)
            return False
        except Exception as error:
            logger.exception("%s %s could not be brought to what Stripe says", kind, object_id)
            self.note(kind, object_id, "differs", f"{type(error).__name__}: {error}", customer_id=customer_id)
            return False
        if effects:
            self.note(kind, object_id, "mended", "; ".join(effects), customer_id=customer_id)
        return True

    async def save(self, *, cursor: str | None) -> None:
        """Write where the run is and what it found so far.

        Raises:
            TakenOver: it is no longer this process's.
        """
        self.cursor = cursor
        async with self.database.transaction() as session:
            if not await store.move(session, self.run_id, step=self.step, cursor=cursor, figures=dict(self.figures)):
                raise TakenOver("Another process goes on with this comparison.")
            await store.add_findings(session, self.run_id, self.found)
        self.found.clear()
