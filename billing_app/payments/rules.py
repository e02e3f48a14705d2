"""What a rule is: how one type of Stripe's events is fetched and applied, and what it needs besides the event."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog.policies import Policies
from billing_app.credits import Ledger, Spent
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.models import WebhookEvent
from billing_app.payments.settlement import NotOurs
from billing_app.payments.subscribing.trials import Trials


@dataclass(frozen=True, slots=True)
class Context:
    """What rules need besides the event: the ledger, the policies of the catalogue in force, and who had a trial.

    `merchant`: the address of whoever must answer a dispute; None: nobody is written to.
    """

    ledger: Ledger
    policies: Policies
    trials: Trials
    merchant: str | None = None

    @property
    def spent(self) -> Spent:
        """What becomes of refunded credits that are spent."""
        return Spent(self.policies.refund_of_spent)


@dataclass(frozen=True, slots=True)
class Rule:
    """How one type of event is fetched and applied. `apply` returns effects in words; none: no change."""

    fetch: Callable[[StripeGateway, WebhookEvent], Awaitable[Any]]
    apply: Callable[[AsyncSession, WebhookEvent, Any, Context], Awaitable[list[str]]]


def object_id(event: WebhookEvent) -> str:
    """What the event is about.

    Raises:
        NotOurs: it does not say.
    """
    if not event.object_id:
        raise NotOurs("The event names no object.")
    return event.object_id
