"""Who may call what: one line for each HTTP endpoint and each event handler of a page. A new one without a line fails.

`reads` and `writes` say what the call does: a page of another origin, and somebody who only looks on as a customer,
are refused whatever writes. What everyone may call answers everyone, and shows nobody what belongs to another.
"""

from dataclasses import dataclass
from enum import StrEnum


class Actor(StrEnum):
    """Who calls. The first group comes with a cookie, the second with an API key."""

    STRANGER = "stranger"
    CUSTOMER = "customer"
    OTHER = "other customer"
    HANDED_OVER = "handed over"
    VIEWER = "viewer"
    SUPPORT = "support"
    ADMIN = "admin"
    SIGNED_OUT = "signed out"
    FOREIGN_PAGE = "page of another origin"
    LOOKING = "support looking as the customer"

    SERVER_KEY = "server key"
    READ_KEY = "read-only key"
    ADMIN_KEY = "admin key"
    REVOKED_KEY = "revoked key"


Who = frozenset[Actor]

KEYS: Who = frozenset({Actor.SERVER_KEY, Actor.READ_KEY, Actor.ADMIN_KEY, Actor.REVOKED_KEY})
BROWSERS: Who = frozenset(Actor) - KEYS
EVERYONE: Who = frozenset(Actor)

CUSTOMERS: Who = frozenset({Actor.CUSTOMER, Actor.OTHER, Actor.HANDED_OVER, Actor.FOREIGN_PAGE, Actor.LOOKING})
ADMINS: Who = frozenset({Actor.ADMIN})
SUPPORTERS: Who = ADMINS | {Actor.SUPPORT, Actor.LOOKING}
VIEWERS: Who = SUPPORTERS | {Actor.VIEWER}
SIGNED_IN: Who = CUSTOMERS | VIEWERS

READ_KEYS: Who = frozenset({Actor.SERVER_KEY, Actor.READ_KEY, Actor.ADMIN_KEY})
SERVER_KEYS: Who = frozenset({Actor.SERVER_KEY})
ADMIN_KEYS: Who = frozenset({Actor.ADMIN_KEY})
STAFF_AND_KEYS: Who = VIEWERS | ADMIN_KEYS


@dataclass(frozen=True, slots=True)
class Decision:
    """Who may, and whether it changes anything."""

    who: Who
    writes: bool
    waits: bool = False
    ends_look: bool = False

    def lets(self, actor: Actor) -> bool:
        """Whether this actor's call is carried out, or refused."""
        if actor is Actor.FOREIGN_PAGE and self.writes and self.who != EVERYONE:
            return False
        if actor is Actor.LOOKING and self.writes and not self.ends_look and Actor.STRANGER not in self.who:
            return actor in self.who and Actor.CUSTOMER not in self.who
        return actor in self.who


def reads(who: Who) -> Decision:
    """Shows something."""
    return Decision(who, writes=False)


def writes(who: Who) -> Decision:
    """Changes something."""
    return Decision(who, writes=True)


def later(who: Who) -> Decision:
    """Does nothing for a while, or until its tab shows something to act on; who may not, is refused then."""
    return Decision(who, writes=True, waits=True)


# What guards the webhook is its signature, what guards a hand-over its token: anybody may bring one.
ENDPOINTS: dict[str, Decision] = {
    "GET /api/openapi.json": reads(EVERYONE),
    "GET /api/docs": reads(EVERYONE),
    "GET /api/problems/{code}": reads(EVERYONE),
    "GET /api/v1/health": reads(EVERYONE),
    "GET /api/v1/health/live": reads(EVERYONE),
    "GET /api/v1/health/ready": reads(EVERYONE),
    "POST /api/v1/csp-reports": writes(EVERYONE),
    "GET /api/v1/metrics": reads(READ_KEYS),
    "POST /api/v1/webhooks/stripe": writes(EVERYONE),
    # Signing in and out
    "POST /api/auth/sign-in": writes(BROWSERS),
    "POST /api/auth/sign-up": writes(BROWSERS),
    "POST /api/auth/verify": writes(BROWSERS),
    "POST /api/auth/sign-out": writes(BROWSERS),
    "POST /api/support/look": writes(SUPPORTERS),
    "POST /api/support/look/end": Decision(SIGNED_IN, writes=True, ends_look=True),
    "GET /api/v1/admin/exports/audit.csv": reads(VIEWERS),
    "GET /api/v1/admin/exports/customers.csv": reads(VIEWERS),
    # Figures of the business
    "GET /api/v1/admin/overview": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/attention": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/bookings": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/cash": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/recognised": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/liability": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/roll-forward": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/ageing": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/recurring": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/movements": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/plans": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/funnel": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/revenue-vs-cost": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/features": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/models": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/margins": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/expected-margins": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/spread": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/customer-costs": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/customer-cost": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/database": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/exports/{name}.csv": reads(STAFF_AND_KEYS),
    "GET /api/v1/admin/catalogue.toml": reads(STAFF_AND_KEYS),
    "POST /api/auth/request-reset": writes(BROWSERS),
    "POST /api/auth/reset": writes(BROWSERS),
    "POST /api/auth/change-password": writes(SIGNED_IN),
    "GET /api/auth/hand-over": writes(EVERYONE),
    # What the pages of a customer call
    "POST /api/v1/enquiries": writes(BROWSERS),
    "POST /api/v1/checkout": writes(CUSTOMERS),
    "GET /api/v1/checkout/sessions/{session_id}": reads(CUSTOMERS),
    "GET /api/v1/checkout/return": reads(EVERYONE),
    "GET /api/v1/account/data.json": writes(CUSTOMERS),
    "GET /api/v1/exports/activity.csv": reads(CUSTOMERS),
    "GET /api/v1/exports/usage.csv": reads(CUSTOMERS),
    "GET /api/v1/exports/invoices.csv": reads(CUSTOMERS),
    "GET /api/v1/invoices/{invoice_id}/{kind}": reads(CUSTOMERS),
    "POST /api/v1/subscription/checkout": writes(CUSTOMERS),
    "GET /api/v1/subscription": reads(CUSTOMERS),
    "GET /api/v1/subscription/upcoming": reads(CUSTOMERS),
    "POST /api/v1/subscription/preview": writes(CUSTOMERS),
    "POST /api/v1/subscription/switch": writes(CUSTOMERS),
    "POST /api/v1/subscription/undo": writes(CUSTOMERS),
    "POST /api/v1/subscription/cancel": writes(CUSTOMERS),
    "POST /api/v1/subscription/resume": writes(CUSTOMERS),
    "POST /api/v1/subscription/portal": writes(CUSTOMERS),
    "POST /api/v1/subscription/payment-method": writes(CUSTOMERS),
    "GET /api/v1/playground/chat/quote": reads(CUSTOMERS),
    "POST /api/v1/playground/chat": writes(CUSTOMERS),
    "GET /api/v1/playground/library.csv": reads(CUSTOMERS),
    "WS /api/v1/playground/interview": writes(CUSTOMERS),
    # What a host product's server calls
    "GET /api/v1/catalog": reads(EVERYONE),
    "GET /api/v1/plans": reads(EVERYONE),
    "GET /api/v1/plans/{code}": reads(EVERYONE),
    "GET /api/v1/packs": reads(EVERYONE),
    "GET /api/v1/unlocks": reads(EVERYONE),
    "GET /api/v1/features": reads(EVERYONE),
    "GET /api/v1/compare": reads(EVERYONE),
    "POST /api/v1/hand-overs": writes(SERVER_KEYS),
    "POST /api/v1/checkout-sessions": writes(SERVER_KEYS),
    "GET /api/v1/checkout-sessions/{checkout}": reads(READ_KEYS),
    "POST /api/v1/portal-sessions": writes(SERVER_KEYS),
    "POST /api/v1/credits/streams": writes(SERVER_KEYS),
    "WS /api/v1/credits/session": writes(SERVER_KEYS),
    "POST /api/v1/credits/quote": reads(READ_KEYS),
    "POST /api/v1/credits/consume": writes(SERVER_KEYS),
    "POST /api/v1/credits/consume/batch": writes(SERVER_KEYS),
    "POST /api/v1/credits/reverse": writes(SERVER_KEYS),
    "POST /api/v1/credits/grant": writes(ADMIN_KEYS),
    "POST /api/v1/credits/holds": writes(SERVER_KEYS),
    "GET /api/v1/credits/holds/{hold}": reads(READ_KEYS),
    "POST /api/v1/credits/holds/{hold}/extend": writes(SERVER_KEYS),
    "POST /api/v1/credits/holds/{hold}/capture": writes(SERVER_KEYS),
    "POST /api/v1/credits/holds/{hold}/release": writes(SERVER_KEYS),
    "POST /api/v1/features/check": reads(READ_KEYS),
    "POST /api/v1/features/check/batch": reads(READ_KEYS),
    "POST /api/v1/features/use": writes(SERVER_KEYS),
    "POST /api/v1/features/give-back": writes(SERVER_KEYS),
    "POST /api/v1/usage/llm": writes(SERVER_KEYS),
    "POST /api/v1/usage/batch": writes(SERVER_KEYS),
    "GET /api/v1/customers/{customer}": reads(READ_KEYS),
    "PUT /api/v1/customers/{customer}": writes(SERVER_KEYS),
    "GET /api/v1/customers/{customer}/balance": reads(READ_KEYS),
    "GET /api/v1/customers/{customer}/lots": reads(READ_KEYS),
    "GET /api/v1/customers/{customer}/ledger": reads(READ_KEYS),
    "GET /api/v1/customers/{customer}/ledger/{entry}": reads(READ_KEYS),
    "GET /api/v1/customers/{customer}/statistics": reads(READ_KEYS),
    "GET /api/v1/customers/{customer}/entitlements": reads(READ_KEYS),
    "GET /api/v1/customers/{customer}/usage": reads(READ_KEYS),
    "GET /api/v1/customers/{customer}/invoices": reads(READ_KEYS),
    "GET /api/v1/customers/{customer}/payment-methods": reads(READ_KEYS),
    "GET /api/v1/customers/{customer}/transactions": reads(READ_KEYS),
    "POST /api/v1/customers/{customer}/refund-quote": reads(READ_KEYS),
    "GET /api/v1/customers/{customer}/subscription": reads(READ_KEYS),
    "POST /api/v1/customers/{customer}/subscription/preview": writes(SERVER_KEYS),
    "POST /api/v1/customers/{customer}/subscription/switch": writes(SERVER_KEYS),
    "POST /api/v1/customers/{customer}/subscription/cancel": writes(SERVER_KEYS),
    "POST /api/v1/customers/{customer}/subscription/resume": writes(SERVER_KEYS),
    "POST /api/v1/customers/{customer}/subscription/undo": writes(SERVER_KEYS),
}

# A key opens no page: with one, or with none, one is a stranger there. A foreign page cannot open our live line at all
# (its handshake is refused by origin), so it does not stand here.
ONLY_THIS_TAB = reads(EVERYONE)
"""Changes what its own tab shows, by what that tab knows already; asks nothing of the database."""

HANDLERS: dict[str, Decision] = {
    "Shell.load": reads(EVERYONE),
    "Shell.report_failure": ONLY_THIS_TAB,
    "Shell.dismiss_failure": ONLY_THIS_TAB,
    "Shell.dismiss_strip": ONLY_THIS_TAB,
    "EntryState.read_address": ONLY_THIS_TAB,
    "PricingState.load": reads(EVERYONE),
    "ContactState.load": reads(EVERYONE),
    "ContactState.keep": ONLY_THIS_TAB,
    "ContactState.sent": ONLY_THIS_TAB,
    # One's own
    "AccountState.load": reads(SIGNED_IN),
    "AccountState.end_session": writes(SIGNED_IN),
    "DashboardState.load": reads(CUSTOMERS),
    "DashboardState.keep_fresh": later(CUSTOMERS),
    "ActivityState.choose_feature": reads(CUSTOMERS),
    "ActivityState.choose_day": reads(CUSTOMERS),
    "ActivityState.show_all": reads(CUSTOMERS),
    "ActivityState.show_more": reads(CUSTOMERS),
    "WhyState.explain": reads(CUSTOMERS),
    "WhyState.close_why": ONLY_THIS_TAB,
    "UseState.choose_days": reads(CUSTOMERS),
    "UseState.toggle_table": ONLY_THIS_TAB,
    "PlanState.ask_upcoming": reads(CUSTOMERS),
    "PlanState.resume": writes(CUSTOMERS),
    "PlanState.undo": writes(CUSTOMERS),
    "PlanState.portal": writes(CUSTOMERS),
    "PlanState.update_card": writes(CUSTOMERS),
    "InvoicesState.load": reads(CUSTOMERS),
    "InvoicesState.show_more": reads(CUSTOMERS),
    "InvoicesState.details": writes(CUSTOMERS),
    "SwitchState.load": reads(CUSTOMERS),
    "SwitchState.confirm": later(CUSTOMERS),
    "SwitchState.watch": later(CUSTOMERS),
    "CancelState.load": reads(CUSTOMERS),
    "CancelState.choose_when": ONLY_THIS_TAB,
    "CancelState.choose_reason": ONLY_THIS_TAB,
    "CancelState.confirm": writes(CUSTOMERS),
    "CancelState.resume": writes(CUSTOMERS),
    "PaymentState.watch": reads(CUSTOMERS),
    "PaymentState.show_cancelled": reads(CUSTOMERS),
    "WayOn.taken": writes(CUSTOMERS),
    # The playground
    "PlaygroundState.load": reads(CUSTOMERS),
    "InterviewState.load": reads(CUSTOMERS),
    "InterviewState.choose": ONLY_THIS_TAB,
    "InterviewState.keep_draft": writes(CUSTOMERS),
    "InterviewState.start": reads(CUSTOMERS),
    "InterviewState.ended": reads(CUSTOMERS),
    "InterviewState.refused": reads(CUSTOMERS),
    "InterviewState.lost": reads(CUSTOMERS),
    "InterviewState.again": reads(CUSTOMERS),
    "ChatState.load": reads(CUSTOMERS),
    "ChatState.toggle": reads(CUSTOMERS),
    "ChatState.take_smaller": reads(CUSTOMERS),
    "ChatState.keep_draft": writes(CUSTOMERS),
    "ChatState.send": writes(CUSTOMERS),
    "ChatState.ask_again": writes(CUSTOMERS),
    "ChatState.answered": writes(CUSTOMERS),
    "ChatState.lost": reads(CUSTOMERS),
    "ChatState.refused": reads(CUSTOMERS),
    "ChatState.explain": reads(CUSTOMERS),
    "ChatState.close_why": ONLY_THIS_TAB,
    "PracticeState.load": reads(CUSTOMERS),
    "PracticeState.keep_draft": writes(CUSTOMERS),
    "PracticeState.make": writes(CUSTOMERS),
    "PracticeState.stop": reads(CUSTOMERS),
    "PracticeState.start": writes(CUSTOMERS),
    "GeneratorState.load": reads(CUSTOMERS),
    "GeneratorState.keep_draft": writes(CUSTOMERS),
    "GeneratorState.make": writes(CUSTOMERS),
    "GeneratorState.save": writes(CUSTOMERS),
    "GeneratorState.save_all": writes(CUSTOMERS),
    "LibraryState.load": reads(CUSTOMERS),
    "LibraryState.turn_to": reads(CUSTOMERS),
    "LibraryState.begin_new": reads(CUSTOMERS),
    "LibraryState.begin_edit": reads(CUSTOMERS),
    "LibraryState.save": writes(CUSTOMERS),
    "LibraryState.close_form": ONLY_THIS_TAB,
    "LibraryState.ask_to_delete": reads(CUSTOMERS),
    "LibraryState.delete": writes(CUSTOMERS),
    "LibraryState.keep": ONLY_THIS_TAB,
    # The sandbox's: mails and time. In live mode they answer nobody, which tests of their own prove.
    "TravelState.advance_a_day": writes(CUSTOMERS),
    "TravelState.advance_a_month": writes(CUSTOMERS),
    "TravelState.close": ONLY_THIS_TAB,
    "MailboxState.load": reads(EVERYONE),
    "MailboxState.open_mail": reads(EVERYONE),
    "MailTemplatesState.load": reads(EVERYONE),
    "MailTemplatesState.open_template": reads(EVERYONE),
    "MailTemplatesState.toggle_text": ONLY_THIS_TAB,
    "MailTemplatesState.toggle_narrow": ONLY_THIS_TAB,
    # Staff
    "StaffState.enter": reads(VIEWERS),
    "OverviewState.load": reads(VIEWERS),
    "PeriodState.read": reads(VIEWERS),
    "PeriodState.choose": reads(VIEWERS),
    "PeriodState.choose_currency": reads(VIEWERS),
    "PeriodState.choose_days": reads(VIEWERS),
    "PeriodState.choose_interval": reads(VIEWERS),
    "PeriodState.toggle_compare": reads(VIEWERS),
    "MarginsState.load": reads(VIEWERS),
    "CustomerMarginState.load": reads(VIEWERS),
    "CustomerMarginState.show_more": reads(VIEWERS),
    "MoneyState.load": reads(VIEWERS),
    "PlansState.load": reads(VIEWERS),
    "FeaturesState.load": reads(VIEWERS),
    "FunnelState.load": reads(VIEWERS),
    "ModelsState.load": reads(VIEWERS),
    "ModelsState.begin_new": reads(ADMINS),
    "ModelsState.begin_correction": reads(ADMINS),
    "ModelsState.close_form": ONLY_THIS_TAB,
    "ModelsState.write": writes(ADMINS),
    "ModelsState.settle": writes(ADMINS),
    "CatalogueState.load": reads(VIEWERS),
    "CatalogueState.open_version": reads(VIEWERS),
    "CatalogueState.close_version": ONLY_THIS_TAB,
    "CatalogueState.take_file": reads(ADMINS),
    "CatalogueState.show": reads(ADMINS),
    "CatalogueState.retire": reads(ADMINS),
    "CatalogueState.apply": writes(ADMINS),
    "CatalogueState.put_away": ONLY_THIS_TAB,
    "CatalogueState.ask_stripe": reads(VIEWERS),
    "WebhooksState.load": reads(VIEWERS),
    "WebhooksState.choose_only": reads(VIEWERS),
    "WebhooksState.find": reads(VIEWERS),
    "WebhooksState.show_more": reads(VIEWERS),
    "WebhooksState.open_event": reads(VIEWERS),
    "WebhooksState.close_event": ONLY_THIS_TAB,
    "WebhooksState.replay": writes(SUPPORTERS),
    "WebhooksState.rehearse": reads(SUPPORTERS),
    "WebhooksState.replay_undone": writes(SUPPORTERS),
    "ReconcileState.load": reads(VIEWERS),
    "ReconcileState.open_run": reads(VIEWERS),
    "ReconcileState.show_days": reads(VIEWERS),
    "ReconcileState.compare": writes(SUPPORTERS),
    "ReconcileState.watch": reads(VIEWERS),
    "SelfAuditState.load": reads(VIEWERS),
    "SelfAuditState.open_report": reads(VIEWERS),
    "SelfAuditState.look": writes(SUPPORTERS),
    "HealthState.load": reads(VIEWERS),
    "CustomersState.load": reads(VIEWERS),
    "CustomersState.find": reads(VIEWERS),
    "CustomersState.clear": ONLY_THIS_TAB,
    "CustomersState.choose_only": reads(VIEWERS),
    "CustomersState.show_more": reads(VIEWERS),
    "CustomerState.load": reads(VIEWERS),
    "CustomerState.show_older": reads(VIEWERS),
    "CustomerState.explain": reads(VIEWERS),
    "CustomerState.add_note": writes(SUPPORTERS),
    "CustomerState.dismiss": ONLY_THIS_TAB,
    "AdjustState.begin": reads(SUPPORTERS),
    "AdjustState.close": ONLY_THIS_TAB,
    "AdjustState.change": ONLY_THIS_TAB,
    "AdjustState.preview": reads(SUPPORTERS),
    "AdjustState.make": writes(SUPPORTERS),
    "RefundState.begin": reads(SUPPORTERS),
    "RefundState.close": ONLY_THIS_TAB,
    "RefundState.change": ONLY_THIS_TAB,
    "RefundState.preview": reads(SUPPORTERS),
    "RefundState.make": writes(SUPPORTERS),
    "PlanState.begin": reads(ADMINS),
    "PlanState.close": ONLY_THIS_TAB,
    "PlanState.change": ONLY_THIS_TAB,
    "PlanState.preview": reads(ADMINS),
    "PlanState.make": writes(ADMINS),
    "AskState.ask": reads(ADMINS),
    "AskState.close": ONLY_THIS_TAB,
    "AskState.go": writes(ADMINS),
    "EnquiriesState.load": reads(VIEWERS),
    "EnquiriesState.choose": reads(VIEWERS),
    "EnquiriesState.show_more": reads(VIEWERS),
    "EnquiriesState.set_done": writes(SUPPORTERS),
    "PeopleState.load": reads(ADMINS),
    "PeopleState.give": writes(ADMINS),
    "AuditState.load": reads(VIEWERS),
    "AuditState.apply": reads(VIEWERS),
    "AuditState.show_more": reads(VIEWERS),
    "KeysState.load": reads(ADMINS),
    "KeysState.make": writes(ADMINS),
    "KeysState.ask_replace": reads(ADMINS),
    "KeysState.ask_revoke": reads(ADMINS),
    "KeysState.cancel": ONLY_THIS_TAB,
    "KeysState.replace_key": writes(ADMINS),
    "KeysState.revoke_key": writes(ADMINS),
    "KeysState.put_away": ONLY_THIS_TAB,
}

SHOWS_ALL_IN_A_SANDBOX = {"MailboxState.load", "MailboxState.open_mail"}
"""The mailbox of a sandbox shows everybody's mails, so that a founder can try the product with no mail server."""
