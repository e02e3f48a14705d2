"""What can be wrong with a wish about plans. Nothing was changed when one of these is raised."""

from billing_app.errors import Conflict, NotFound


class AlreadySubscribed(Conflict):
    """There is a live subscription: one per customer."""

    code = "already_subscribed"
    title = "You have a plan already"


class ByContact(Conflict):
    """A plan that is agreed with people."""

    code = "by_contact"
    title = "This plan is agreed by contact"


class NoCheckoutNeeded(Conflict):
    """The free plan: everyone has it."""

    code = "no_checkout_needed"
    title = "There is nothing to pay"


class NoSubscription(NotFound):
    """Nothing is subscribed to."""

    code = "no_subscription"
    title = "No subscription"


class SamePlan(Conflict):
    """A switch to what is held, or is to come anyway."""

    code = "same_plan"
    title = "You have this plan"


class CannotSwitch(Conflict):
    """Something else must be done first; `detail` says what."""

    code = "cannot_switch"
    title = "The plan cannot be switched now"


class PreviewExpired(Conflict):
    """What was shown is not what would happen any more."""

    code = "preview_expired"
    title = "Look at the change again"


class NoStripeCustomer(Conflict):
    """The portal is for those who have bought something."""

    code = "no_stripe_customer"
    title = "There is nothing to manage yet"
