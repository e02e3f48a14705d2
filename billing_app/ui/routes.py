"""Every page: its address, title and what it loads. One list, which the app registers and the tests walk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.ui.admin.frame import StaffState
from billing_app.ui.admin.period import PeriodState
from billing_app.ui.brand import brand
from billing_app.ui.pages import (
    account,
    chat,
    contact,
    dashboard,
    entry,
    generator,
    interview,
    invoices,
    keys,
    library,
    mail_templates,
    mailbox,
    not_found,
    payment,
    plan,
    playground,
    practice,
    pricing,
)
from billing_app.ui.pages.admin import (
    audit,
    customer,
    customers,
    enquiries,
    features,
    funnel,
    health,
    margins,
    models,
    money,
    overview,
    people,
    reconcile,
    self_audit,
    webhooks,
)
from billing_app.ui.pages.admin import catalogue as admin_catalogue
from billing_app.ui.pages.admin import plans as admin_plans
from billing_app.ui.pages.admin.margins import customer as customer_margin
from billing_app.ui.session import Shell


@dataclass(frozen=True)
class Route:
    """A page. `signed_in`: strangers are sent to sign in."""

    path: str
    page: Callable[[], rx.Component]
    title: str
    description: str = ""
    load: Sequence[Any] = ()
    signed_in: bool = False


_READ = entry.EntryState.read_address


def _staff(path: str, page: Callable[[], rx.Component], title: str, *load: Any, period: bool = False) -> Route:
    """A staff page: nobody else is let in, by its frame, by each of its handlers, and by the services behind them.

    `period`: its figures are of the days chosen in the address.
    """
    read = (PeriodState.read,) if period else ()
    return Route(path, page, title, load=(StaffState.enter, *read, *load), signed_in=True)


ROUTES: tuple[Route, ...] = (
    Route(
        "/pricing",
        pricing.pricing,
        "Pricing",
        f"{brand().headline}. {brand().introduction}".strip(),
        (pricing.PricingState.load,),
    ),
    Route(
        "/contact",
        contact.contact,
        "Contact",
        f"Write to {brand().name} about a plan for your company.",
        (contact.ContactState.load,),
    ),
    Route("/contact/sent", contact.contact_sent, "Message sent", load=(contact.ContactState.sent,)),
    Route("/login", entry.login, "Sign in", load=(_READ,)),
    Route("/signup", entry.signup, "Make an account", load=(_READ,)),
    Route("/verify", entry.verify, "Confirm your e-mail", load=(_READ,)),
    Route("/forgot", entry.forgot, "Set a new password", load=(_READ,)),
    Route("/reset", entry.reset, "Choose a new password", load=(_READ,)),
    Route("/account", account.account, "Account", load=(_READ, account.AccountState.load), signed_in=True),
    Route(
        "/dashboard",
        dashboard.dashboard,
        "Billing",
        load=(dashboard.DashboardState.load, dashboard.DashboardState.keep_fresh),
        signed_in=True,
    ),
    Route("/invoices", invoices.invoices, "Invoices", load=(invoices.InvoicesState.load,), signed_in=True),
    Route(
        "/plan/switch",
        plan.switch,
        "Switch plan",
        load=(plan.SwitchState.load, plan.SwitchState.watch),
        signed_in=True,
    ),
    Route("/plan/cancel", plan.cancel, "Cancel plan", load=(plan.CancelState.load,), signed_in=True),
    _staff("/admin", overview.overview, "Overview", overview.OverviewState.load, period=True),
    _staff("/admin/margins", margins.margins, "Margins", margins.MarginsState.load, period=True),
    _staff(
        "/admin/margins/customer",
        customer_margin.customer_margin,
        "Margin of a customer",
        customer_margin.CustomerMarginState.load,
        period=True,
    ),
    _staff("/admin/money", money.money, "Money", money.MoneyState.load, period=True),
    _staff("/admin/plans", admin_plans.plans, "Plans", admin_plans.PlansState.load, period=True),
    _staff("/admin/features", features.features, "Features", features.FeaturesState.load, period=True),
    _staff("/admin/funnel", funnel.funnel, "Funnel", funnel.FunnelState.load, period=True),
    _staff("/admin/models", models.models, "Models and prices", models.ModelsState.load),
    _staff("/admin/self-audit", self_audit.self_audit, "Self-audit", self_audit.SelfAuditState.load),
    _staff("/admin/catalogue", admin_catalogue.catalogue, "Catalogue", admin_catalogue.CatalogueState.load),
    _staff("/admin/webhooks", webhooks.webhooks, "Webhooks", webhooks.WebhooksState.load),
    _staff("/admin/reconcile", reconcile.reconcile, "Reconcile", reconcile.ReconcileState.load),
    _staff("/admin/health", health.health, "Health", health.HealthState.load),
    _staff("/admin/customers", customers.customers, "Customers", customers.CustomersState.load),
    _staff(
        "/admin/customers/[customer_number]",
        customer.customer,
        "Customer",
        # A tab's state outlives the page: a dialog opened over one customer must not stand over the next.
        customer.AskState.close,
        customer.AdjustState.close,
        customer.PlanState.close,
        customer.RefundState.close,
        customer.CustomerState.load,
    ),
    _staff("/admin/enquiries", enquiries.enquiries, "Enquiries", enquiries.EnquiriesState.load),
    _staff("/admin/people", people.people, "People and roles", people.PeopleState.load),
    _staff("/admin/audit", audit.audit, "Audit log", audit.AuditState.load),
    _staff("/admin/keys", keys.keys, "API keys", keys.KeysState.load),
    Route("/payment/success", payment.success, "Your payment", load=(payment.PaymentState.watch,)),
    Route("/payment/cancel", payment.cancel, "Nothing was charged", load=(payment.PaymentState.show_cancelled,)),
    Route("/playground", playground.playground, "Playground", load=(playground.PlaygroundState.load,), signed_in=True),
    Route(
        "/playground/interview",
        interview.interview,
        "Practice interview",
        load=(interview.InterviewState.load,),
        signed_in=True,
    ),
    Route(
        "/playground/practice",
        practice.practice,
        "Practice",
        load=(practice.PracticeState.load,),
        signed_in=True,
    ),
    Route("/playground/chat", chat.chat, chat.NAME, load=(chat.ChatState.load,), signed_in=True),
    Route(
        "/playground/generator",
        generator.generator,
        "Question generator",
        load=(generator.GeneratorState.load,),
        signed_in=True,
    ),
    Route(
        "/playground/library", library.library, "Question library", load=(library.LibraryState.load,), signed_in=True
    ),
    Route(
        "/mailbox/templates",
        mail_templates.mail_templates,
        "Mail templates",
        load=(mail_templates.MailTemplatesState.load,),
    ),
    Route("/mailbox", mailbox.mailbox, "Mailbox", load=(mailbox.MailboxState.load,)),
)


def register(app: rx.App) -> None:
    """Give the app every page; `/` is the pricing page."""
    for route in ROUTES:
        paths = ("/", route.path) if route.path == "/pricing" else (route.path,)
        for path in paths:
            app.add_page(
                route.page,
                route=path,
                title=f"{route.title} · {brand().name}",
                description=route.description or f"{route.title} at {brand().name}",
                on_load=[Shell.load, *route.load],
            )
    app.add_page(not_found.not_found, route="/404", title=f"Not found · {brand().name}", on_load=[Shell.load])
