"""The use cases of a customer's plan. Each authorises by the customer's id: there is no way to name another's plan."""

from billing_app.payments.progress import Started
from billing_app.payments.subscribing.views import (
    CancelReason,
    CardView,
    Changed,
    ChangePreview,
    Ending,
    MyPlan,
    TrialOffer,
    UpcomingCharge,
)


class SubscriptionService:
    """Takes, changes and ends plans at Stripe; our own rows follow by the mirror."""

    async def current(self, customer_id: int) -> MyPlan:
        """The plan card, and how each plan on sale stands to it. Asks nobody but our database."""
        raise NotImplementedError

    async def upcoming(self, customer_id: int) -> UpcomingCharge | None:
        """The next invoice as Stripe would write it now, with tax and prorations; None: nothing is to be charged.

        Raises:
            Unavailable: Stripe does not answer; `MyPlan.next_charge` is what we know without it.
        """
        raise NotImplementedError

    async def trial(self, customer_id: int, plan: str, period: str) -> TrialOffer:
        """Whether this plan would begin with a trial for this customer.

        Raises:
            NotForSale: there is no such plan.
        """
        raise NotImplementedError

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
    ) -> Started:
        """Open Stripe's payment page for a plan, or give back the one that is open (WL10).

        Args:
            return_to: the path of ours the customer wants to go on with afterwards.
            success_to, cancel_to: full addresses of a host product's own pages, of `ALLOWED_RETURN_HOSTS` (row D3).
            trial_days: lowers the catalogue's; for calls with a server key only.

        Raises:
            InvalidInput: an address that is not allowed, or more trial days than the catalogue gives.
            NotForSale: unknown or retired.
            ByContact, NoCheckoutNeeded: a plan agreed by contact, and the free plan.
            AlreadySubscribed: there is a live subscription: switch instead.
            UnderWay: the same is being opened by another request, or a payment is being confirmed.
            Unavailable: Stripe does not answer; trying again goes on with the same page.
        """
        raise NotImplementedError

    async def preview(self, customer_id: int, plan: str, period: str) -> ChangePreview:
        """What a switch would cost and give, as Stripe would bill it this moment. Changes nothing.

        Raises:
            NoSubscription: there is nothing to switch.
            NotForSale: unknown or retired. SamePlan: it is held, or scheduled, already. CannotSwitch: something must be
                done first; says what. Unavailable: Stripe does not answer.
        """
        raise NotImplementedError

    async def switch(self, customer_id: int, token: str) -> Changed:
        """Do what was previewed: an upgrade now, a downgrade at the period's end.

        Raises:
            PreviewExpired: the token is too old, or things have changed since: look again. Nothing was changed.
            Conflict: another change of the same plan is under way. Unavailable: Stripe does not answer.
        """
        raise NotImplementedError

    async def undo_change(self, customer_id: int) -> Ending:
        """Take a scheduled change back. None scheduled: says so (`already`)."""
        raise NotImplementedError

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
        raise NotImplementedError

    async def resume(self, customer_id: int) -> Ending:
        """Take a cancellation at the period's end back. Not cancelled: says so (`already`).

        Raises:
            NoSubscription: there is none, or it is over: start anew.
        """
        raise NotImplementedError

    async def portal(self, customer_id: int, return_to: str | None = None) -> str:
        """The address of Stripe's portal for this customer, good for a short time.

        Args:
            return_to: a path of ours, or a full address of `ALLOWED_RETURN_HOSTS`; None: the dashboard.

        Raises:
            NoStripeCustomer: they never bought anything. InvalidInput: a foreign address.
        """
        raise NotImplementedError

    async def update_payment_method_url(self, customer_id: int, return_to: str | None = None) -> str:
        """The address of Stripe's page to change the card, and nothing else. Errors as `portal`."""
        raise NotImplementedError

    async def payment_method(self, customer_id: int) -> CardView | None:
        """How the next invoice is paid; None: no way is known."""
        raise NotImplementedError
