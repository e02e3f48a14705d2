"""Puts the services together, each with what it depends on. Connects to nothing."""

from billing_app.accounts.api_keys.requests_once import RequestsOnce
from billing_app.accounts.api_keys.service import ApiKeys
from billing_app.accounts.hand_over.jwt import EdDsa, Hs256, Verifier
from billing_app.accounts.hand_over.service import HandOvers
from billing_app.accounts.host_customers import HostCustomers
from billing_app.accounts.service import AccountService
from billing_app.bootstrap.services import Services
from billing_app.catalog.service import CatalogService
from billing_app.credits import CreditService, Ledger
from billing_app.credits.lot_kinds import LotKinds
from billing_app.db.engine import Database
from billing_app.db.rate_limit import RateLimiter
from billing_app.entitlements.enquiries.service import EnquiryService
from billing_app.entitlements.hand_plans.service import HandPlans
from billing_app.entitlements.plan_credits.free_months import FreeMonths
from billing_app.entitlements.plan_credits.service import PlanCreditService
from billing_app.entitlements.quotas.administration import UsageAdministration
from billing_app.entitlements.service import EntitlementService
from billing_app.entitlements.subscriptions.lapsing import Lapses
from billing_app.entitlements.subscriptions.plan_codes import PlansInForce
from billing_app.errors import InvalidInput
from billing_app.journal.funnel import Funnel
from billing_app.moving_in.service import MovingIn
from billing_app.notifications.alerts import AlertService
from billing_app.notifications.service import NotificationService
from billing_app.payments.alert_cards import MirroredCards
from billing_app.payments.applying import Applier
from billing_app.payments.checkout import CheckoutService
from billing_app.payments.delivery_log.service import DeliveryLog
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.inbox import Inbox
from billing_app.payments.leaving.service import Leaving
from billing_app.payments.mirroring.kept_cards import PaymentMethodReads
from billing_app.payments.mirroring.links import InvoiceLinks
from billing_app.payments.mirroring.reading import InvoiceReads
from billing_app.payments.opening import Opener
from billing_app.payments.pushing.desk import CatalogueDesk
from billing_app.payments.pushing.service import PushService
from billing_app.payments.pushing.webhook_secret import WebhookSecret
from billing_app.payments.reconcile import Reconciler
from billing_app.payments.reconciling.service import Comparison
from billing_app.payments.refunds.quoting import Quotes
from billing_app.payments.refunds.reading import MoneyBackReads
from billing_app.payments.refunds.service import Refunds
from billing_app.payments.returns import AllowedAddresses, ReturnLinks
from billing_app.payments.stripe_customers import StripeCustomers
from billing_app.payments.subscribing.service import SubscriptionService
from billing_app.payments.subscribing.trial_rules import TrialKeys
from billing_app.payments.subscribing.trials import Trials
from billing_app.payments.time_travel import TimeTravel
from billing_app.payments.transactions import Transactions
from billing_app.persons.service import Persons
from billing_app.playground.chat import ChatService
from billing_app.playground.costs import EngineCosts
from billing_app.playground.drafts import DraftService
from billing_app.playground.interviews import InterviewService
from billing_app.playground.knowledge import Knowledge
from billing_app.playground.library import LibraryService
from billing_app.playground.practice import PracticeService
from billing_app.playground.question_sets import QuestionSetService
from billing_app.reports.costs import CostReports
from billing_app.reports.database import DatabaseReports
from billing_app.reports.expected import ExpectedReports
from billing_app.reports.feature_use import FeatureUse
from billing_app.reports.funnel import FunnelReports
from billing_app.reports.lot_items import LotItems
from billing_app.reports.overview import OverviewReports
from billing_app.reports.recurring import RecurringReports
from billing_app.reports.rolling import RevenueRollup
from billing_app.reports.service import Reports
from billing_app.reports.tying import RevenueTies
from billing_app.self_audit.checks import Around
from billing_app.self_audit.going_live import GoingLive
from billing_app.self_audit.health import Health
from billing_app.self_audit.service import SelfAudit
from billing_app.settings import Mode, Settings
from billing_app.support.desk import Below
from billing_app.support.service import Support
from billing_app.usage import CostCorrections, CostLog, CostReads, ModelPrices, PriceBook, Rollup

SECRET_LENGTH_MIN = 32


def put_together(settings: Settings, database: Database) -> Services:
    """Make every service on a database. Connects to nothing.

    Raises:
        InvalidInput: `SECRET_KEY` is missing or too short.
    """
    secret = settings.secret_key.get_secret_value()
    if len(secret) < SECRET_LENGTH_MIN:
        raise InvalidInput(f"SECRET_KEY must be set, {SECRET_LENGTH_MIN} characters or more: it signs links.")
    sandbox = settings.mode is Mode.SANDBOX
    limiter = RateLimiter(database)
    accounts = AccountService(database, secret=secret, sandbox=sandbox, limiter=limiter)
    catalog = CatalogService(database)
    ledger = Ledger(due_grants=FreeMonths(catalog))
    credit_service = CreditService(database, ledger)
    entitlements = EntitlementService(database, catalog, credit_service)
    plan_credits = PlanCreditService(database, catalog, ledger)
    gateway = StripeGateway(settings)
    addresses = AllowedAddresses(settings.public_url, settings.allowed_return_hosts)
    prices, corrections = PriceBook(database), CostCorrections(database)
    costs = CostLog(database, purchases=LotKinds(), plans=PlansInForce(catalog))
    engine_costs = EngineCosts(database, catalog, costs)
    drafts = DraftService(database)
    interviews = InterviewService(database, catalog, entitlements, credit_service, engine_costs)
    question_sets = QuestionSetService(database, catalog, entitlements, engine_costs)
    by_setting = bool(settings.stripe_webhook_secret.get_secret_value())
    webhook_secret = WebhookSecret(database, by_setting=by_setting, secret_key=secret)
    trials = Trials(TrialKeys(secret))
    applier = Applier(database, gateway, catalog, ledger=ledger, trials=trials)
    inbox = Inbox(database, gateway, applier, webhook_secret)
    quotes = Quotes(database, ledger, catalog)
    opener = Opener(database, gateway, StripeCustomers(database, gateway), settings.public_url)
    reports, recurring, cost_reads = (
        Reports(database, catalog),
        RecurringReports(database, catalog),
        CostReads(database),
    )
    usage_administration = UsageAdministration(database, catalog)
    hand_plans = HandPlans(database, catalog, ledger)
    invoices, transactions = InvoiceReads(database), Transactions(database, quotes)
    subscriptions = SubscriptionService(
        database,
        gateway,
        catalog,
        ledger=ledger,
        opener=opener,
        trials=trials,
        addresses=addresses,
        secret=secret,
    )
    below = Below(
        database=database,
        accounts=accounts,
        catalog=catalog,
        credits=credit_service,
        entitlements=entitlements,
        usage=usage_administration,
        plan_credits=plan_credits,
        subscriptions=subscriptions,
        transactions=transactions,
        invoices=invoices,
        hand_plans=hand_plans,
    )
    leaving = Leaving(database, gateway, applier, subscriptions)
    push = PushService(database, gateway, catalog, settings)
    comparison = Comparison(database, gateway, applier, inbox)
    revenue_rollup = RevenueRollup(database)
    ties = RevenueTies(database, revenue_rollup)
    around = Around(settings, database, gateway, push, comparison, webhook_secret, ties)

    overview = OverviewReports(database, catalog)
    return Services(
        settings=settings,
        database=database,
        funnel=Funnel(database),
        limiter=limiter,
        accounts=accounts,
        api_requests=RequestsOnce(database),
        api_keys=ApiKeys(database, secret=secret, live=not sandbox),
        hand_overs=HandOvers(
            database,
            secret=secret,
            sandbox=sandbox,
            addresses=addresses,
            audience=settings.hand_over_jwt_audience or settings.public_url,
            verifier=_verifier(settings),
        ),
        host_customers=HostCustomers(database),
        catalog=catalog,
        credits=credit_service,
        entitlements=entitlements,
        usage_administration=usage_administration,
        plan_credits=plan_credits,
        hand_plans=hand_plans,
        lapses=Lapses(database, catalog),
        enquiries=EnquiryService(database, catalog, limiter),
        model_prices=prices,
        price_list=ModelPrices(prices, costs, corrections),
        costs=costs,
        cost_corrections=corrections,
        cost_rollup=Rollup(database, LotKinds(), LotItems()),
        revenue_rollup=revenue_rollup,
        cost_reads=cost_reads,
        reports=reports,
        recurring=recurring,
        funnel_reports=FunnelReports(database, catalog),
        expected=ExpectedReports(catalog, reports, cost_reads),
        overview=overview,
        feature_use=FeatureUse(database),
        cost_reports=CostReports(database, cost_reads, overview, reports),
        database_reports=DatabaseReports(database, Rollup(database, LotKinds())),
        support=Support(below, limit_credits=settings.support_limit_credits),
        notifications=NotificationService(
            database,
            accounts,
            catalog=catalog.current,
            public_url=settings.public_url,
            mail_from=settings.mail_from,
            smtp_url=settings.smtp_url.get_secret_value(),
            sandbox=sandbox,
        ),
        alerts=AlertService(
            database, credit_service, catalog=catalog.current, resets=plan_credits.resets, cards=MirroredCards()
        ),
        gateway=gateway,
        checkout=CheckoutService(
            database,
            catalog=catalog,
            balances=credit_service,
            opener=opener,
            returns=ReturnLinks(secret),
        ),
        subscriptions=subscriptions,
        invoices=invoices,
        invoice_links=InvoiceLinks(database, gateway),
        payment_methods=PaymentMethodReads(database),
        transactions=transactions,
        money_back=MoneyBackReads(database),
        refunds=Refunds(database, gateway, applier, quotes, support_limit_minor=settings.support_limit_minor),
        return_addresses=addresses,
        applier=applier,
        webhook_secret=webhook_secret,
        inbox=inbox,
        deliveries=DeliveryLog(database, inbox),
        reconciler=Reconciler(database),
        comparison=comparison,
        leaving=leaving,
        persons=Persons(database, subscriptions, hand_plans, leaving),
        self_audit=SelfAudit(around),
        going_live=GoingLive(around, catalog),
        health=Health(around),
        time_travel=TimeTravel(database, settings) if sandbox and settings.stripe_api_base else None,
        push=push,
        catalogue_desk=CatalogueDesk(database, catalog, push),
        moving_in=MovingIn(database, gateway, catalog, ledger=ledger, trials=trials),
        engine_costs=engine_costs,
        drafts=drafts,
        interviews=interviews,
        question_sets=question_sets,
        library=LibraryService(database, catalog, entitlements, question_sets),
        practice=PracticeService(database, catalog, entitlements, engine_costs),
        chat=ChatService(
            database,
            catalog,
            entitlements,
            credit_service,
            knowledge=Knowledge(catalog, interviews, drafts),
            costs=engine_costs,
        ),
    )


def _verifier(settings: Settings) -> Verifier | None:
    """How JWTs of the host product are checked; None: none are taken.

    Raises:
        InvalidInput: the key in the settings is none.
    """
    try:
        if secret := settings.hand_over_jwt_secret.get_secret_value():
            return Hs256(secret)
        return EdDsa(settings.hand_over_jwt_public_key) if settings.hand_over_jwt_public_key else None
    except ValueError as error:
        raise InvalidInput(str(error)) from error
