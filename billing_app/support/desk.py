"""What every part of customer support stands on: the services below it, and who may do what at this desk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from billing_app.accounts.roles import Principal, Role
from billing_app.accounts.service import AccountService
from billing_app.catalog.service import CatalogService
from billing_app.credits import CreditService
from billing_app.db.engine import Database
from billing_app.db.looking import only_reading
from billing_app.entitlements.hand_plans.service import HandPlans
from billing_app.entitlements.plan_credits.service import PlanCreditService
from billing_app.entitlements.quotas.administration import UsageAdministration
from billing_app.entitlements.service import EntitlementService
from billing_app.errors import Forbidden, InvalidInput
from billing_app.journal.audit import Actor
from billing_app.payments.mirroring.reading import InvoiceReads
from billing_app.payments.subscribing.service import SubscriptionService
from billing_app.payments.transactions import Transactions

REASON_LIMIT = 500
MAX_PAGE = 100


class OverTheLimit(Forbidden):
    """More credits than the role may move."""

    code = "adjustment_over_limit"
    title = "An administrator has to do this"


@dataclass(frozen=True, slots=True)
class Below:
    """The services that support works with, as bootstrap has made them."""

    database: Database
    accounts: AccountService
    catalog: CatalogService
    credits: CreditService
    entitlements: EntitlementService
    usage: UsageAdministration
    plan_credits: PlanCreditService
    subscriptions: SubscriptionService
    transactions: Transactions
    invoices: InvoiceReads
    hand_plans: HandPlans


class Desk:
    """The common ground of the parts. Every public method names who asks, and checks their role itself (AD13)."""

    def __init__(self, below: Below, *, limit_credits: int) -> None:
        """`limit_credits`: what support may give and take within a day; more needs an administrator."""
        self._below = below
        self._database = below.database
        self._limit_credits = limit_credits


@contextmanager
def reading(by: Principal, role: Role = Role.VIEWER) -> Iterator[None]:
    """Let staff read, and nothing be written by it: that somebody looked is no visit of the customer.

    Raises:
        NotPermitted: the role is lower.
    """
    by.require(role)
    with only_reading():
        yield


def actor_of(by: Principal) -> Actor:
    """Who it was, for the audit log and the ledger."""
    return Actor.user(by.user_id)


def checked_reason(reason: str) -> str:
    """The words, without white space around them.

    Raises:
        InvalidInput: there are none, or too many.
    """
    words = reason.strip() if isinstance(reason, str) else ""
    if not 1 <= len(words) <= REASON_LIMIT:
        raise InvalidInput(f"Say why, in 1 to {REASON_LIMIT} characters.", field="reason")
    return words


def checked_limit(limit: int) -> int:
    """How many rows were asked for.

    Raises:
        InvalidInput: none, or too many.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidInput(f"Ask for 1 to {MAX_PAGE} rows at once.", field="limit")
    return limit
