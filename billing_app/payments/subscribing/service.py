"""The use cases of a customer's plan. Each authorises by the customer's id: there is no way to name another's plan."""

from billing_app.catalog.service import CatalogService
from billing_app.credits import Ledger
from billing_app.db.engine import Database
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.money import Money
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.opening import Opener
from billing_app.payments.progress import Started
from billing_app.payments.returns import AllowedAddresses
from billing_app.payments.subscribing.changing import Changer
from billing_app.payments.subscribing.ending import Ender
from billing_app.payments.subscribing.portal import UPDATE_CARD, Portal
from billing_app.payments.subscribing.previewing import Previewer
from billing_app.payments.subscribing.prices import StripePrices
from billing_app.payments.subscribing.reading import PlanReader
from billing_app.payments.subscribing.starting import PlanStarter
from billing_app.payments.subscribing.tokens import ChangeTokens
from billing_app.payments.subscribing.trials import Trials
from billing_app.payments.subscribing.turns import Turns
from billing_app.payments.subscribing.views import (
    CancelReason,
    CardView,
    Changed,
    ChangePreview,
    ChargeLine,
    Ending,
    MyPlan,
    TrialOffer,
    UpcomingCharge,
)


class SubscriptionService:
    """Takes, changes and ends plans at Stripe; our own rows follow by the mirror."""

    def __init__(
        self,
        database: Database,
        gateway: StripeGateway,
        catalog: CatalogService,
        *,
        ledger: Ledger,
        opener: Opener,
        trials: Trials,
        addresses: AllowedAddresses,
        secret: str,
    ) -> None:
        """`secret`: the installation's, for the tokens of previews."""
        turns, tokens, prices = Turns(database), ChangeTokens(secret), StripePrices(database, gateway)
        self._database = database
        self._gateway = gateway
        self._reader = PlanReader(database, catalog, trials)
        self._starter = PlanStarter(database, catalog, opener=opener, trials=trials, addresses=addresses)
        self._previewer = Previewer(database, gateway, catalog, ledger=ledger, prices=prices, tokens=tokens)
        self._changer = Changer(
            database, gateway, catalog, previewer=self._previewer, prices=prices, tokens=tokens, turns=turns
        )
        self._ender = Ender(database, gateway, turns)
        self._portal = Portal(database, gateway, catalog, addresses)

    async def current(self, customer_id: int) -> MyPlan:
        """The plan card, and how each plan on sale stands to it. Asks nobody but our database."""
        return await self._reader.current(customer_id)

    async def upcoming(self, customer_id: int) -> UpcomingCharge | None:
        """The next invoice as Stripe would write it now, with tax and prorations; None: nothing is to be charged.

        Raises:
            Unavailable: Stripe does not answer; `MyPlan.next_charge` is what we know without it.
        """
        async with self._database.transaction() as session:
            held = await subscriptions.live(session, customer_id)
        if held is None or held.stripe_subscription_id is None or held.ends_at is not None or held.period_end is None:
            return None
        told = await self._gateway.preview_invoice(held.stripe_subscription_id)
        if told is None:
            return None
        currency = told.currency
        return UpcomingCharge(
            at=held.period_end,
            lines=tuple(
                ChargeLine(line.description, Money(line.net_minor, currency), line.proration) for line in told.lines
            ),
            tax=Money(told.tax_minor, currency),
            total=Money(told.total_minor, currency),
            due=Money(told.due_minor, currency),
        )

    async def trial(self, customer_id: int, plan: str, period: str) -> TrialOffer:
        """Whether this plan would begin with a trial for this customer.

        Raises:
            NotForSale: there is no such plan.
        """
        return await self._starter.trial(customer_id, plan, period)

    async def start(
        self,
        customer_id: int,
        plan: str,
        period: str,
        *,
        return_to: str | None = None,
        success_to: str | None = None,
        cancel_to: str | None = None,
        trial_days: int | None = None,
        via: str | None = None,
    ) -> Started:
        """Open Stripe's payment page for a plan, or give back the one that is open (WL10).

        Args:
            return_to: the path of ours the customer wants to go on with afterwards.
            success_to, cancel_to: full addresses of a host product's own pages, of `ALLOWED_RETURN_HOSTS` (row D3).
            trial_days: lowers the catalogue's; for calls with a server key only.
            via: `wall`, when its button stood on one; anything else is as None.

        Raises:
            InvalidInput: an address that is not allowed, or more trial days than the catalogue gives.
            NotForSale: unknown or retired.
            ByContact, NoCheckoutNeeded: a plan agreed by contact, and the free plan.
            AlreadySubscribed: there is a live subscription: switch instead.
            UnderWay: the same is being opened by another request, or a payment is being confirmed.
            Unavailable: Stripe does not answer; trying again goes on with the same page.
        """
        return await self._starter.start(
            customer_id,
            plan,
            period,
            return_to=return_to,
            success_to=success_to,
            cancel_to=cancel_to,
            trial_days=trial_days,
            via=via,
        )

    async def preview(self, customer_id: int, plan: str, period: str) -> ChangePreview:
        """What a switch would cost and give, as Stripe would bill it this moment. Changes nothing.

        Raises:
            NoSubscription: there is nothing to switch.
            NotForSale: unknown or retired. SamePlan: it is held, or scheduled, already. CannotSwitch: something must be
                done first; says what. Unavailable: Stripe does not answer.
        """
        return await self._previewer.preview(customer_id, plan, period)

    async def switch(self, customer_id: int, token: str) -> Changed:
        """Do what was previewed: an upgrade now, a downgrade at the period's end.

        Raises:
            PreviewExpired: the token is too old, or things have changed since: look again. Nothing was changed.
            Conflict: another change of the same plan is under way. Unavailable: Stripe does not answer.
        """
        return await self._changer.switch(customer_id, token)

    async def undo_change(self, customer_id: int) -> Ending:
        """Take a scheduled change back. None scheduled: says so (`already`)."""
        return await self._changer.undo(customer_id)

    async def cancel(
        self,
        customer_id: int,
        *,
        at_once: bool = False,
        reason: CancelReason | str | None = None,
        comment: str | None = None,
    ) -> Ending:
        """Cancel at the period's end, or at once. At once while past due, what is open is not collected any more.

        Raises:
            NoSubscription: there never was one. InvalidInput: an unknown reason, or a comment over 500 characters.
        """
        return await self._ender.cancel(customer_id, at_once=at_once, reason=reason, comment=comment)

    async def resume(self, customer_id: int) -> Ending:
        """Take a cancellation at the period's end back. Not cancelled: says so (`already`).

        Raises:
            NoSubscription: there is none, or it is over: start anew.
        """
        return await self._ender.resume(customer_id)

    async def portal(self, customer_id: int, return_to: str | None = None) -> str:
        """The address of Stripe's portal for this customer, good for a short time.

        Args:
            return_to: a path of ours, or a full address of `ALLOWED_RETURN_HOSTS`; None: the dashboard.

        Raises:
            NoStripeCustomer: they never bought anything. InvalidInput: a foreign address.
        """
        return await self._portal.open(customer_id, return_to)

    async def update_payment_method_url(self, customer_id: int, return_to: str | None = None) -> str:
        """The address of Stripe's page to change the card, and nothing else. Errors as `portal`."""
        return await self._portal.open(customer_id, return_to, flow=UPDATE_CARD)

    async def payment_method(self, customer_id: int) -> CardView | None:
        """How the next invoice is paid; None: no way is known."""
        return await self._reader.payment_method(customer_id)
