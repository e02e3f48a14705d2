"""Everything a page, a route, a job or a command may call, by name."""

from dataclasses import dataclass

from billing_app.accounts.api_keys.requests_once import RequestsOnce
from billing_app.accounts.api_keys.service import ApiKeys
from billing_app.accounts.hand_over.service import HandOvers
from billing_app.accounts.host_customers import HostCustomers
from billing_app.accounts.service import AccountService
from billing_app.catalog.service import CatalogService
from billing_app.credits import CreditService
from billing_app.db.engine import Database
from billing_app.db.rate_limit import RateLimiter
from billing_app.entitlements.enquiries.service import EnquiryService
from billing_app.entitlements.hand_plans.service import HandPlans
from billing_app.entitlements.plan_credits.service import PlanCreditService
from billing_app.entitlements.quotas.administration import UsageAdministration
from billing_app.entitlements.service import EntitlementService
from billing_app.entitlements.subscriptions.lapsing import Lapses
from billing_app.journal.funnel import Funnel
from billing_app.moving_in.service import MovingIn
from billing_app.notifications.alerts import AlertService
from billing_app.notifications.service import NotificationService
from billing_app.payments.applying import Applier
from billing_app.payments.checkout import CheckoutService
from billing_app.payments.delivery_log.service import DeliveryLog
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.inbox import Inbox
from billing_app.payments.leaving.service import Leaving
from billing_app.payments.mirroring.kept_cards import PaymentMethodReads
from billing_app.payments.mirroring.links import InvoiceLinks
from billing_app.payments.mirroring.reading import InvoiceReads
from billing_app.payments.pushing.desk import CatalogueDesk
from billing_app.payments.pushing.service import PushService
from billing_app.payments.pushing.webhook_secret import WebhookSecret
from billing_app.payments.reconcile import Reconciler
from billing_app.payments.reconciling.service import Comparison
from billing_app.payments.refunds.reading import MoneyBackReads
from billing_app.payments.refunds.service import Refunds
from billing_app.payments.returns import AllowedAddresses
from billing_app.payments.subscribing.service import SubscriptionService
from billing_app.payments.time_travel import TimeTravel
from billing_app.payments.transactions import Transactions
from billing_app.persons.service import Persons
from billing_app.playground.chat import ChatService
from billing_app.playground.costs import EngineCosts
from billing_app.playground.drafts import DraftService
from billing_app.playground.interviews import InterviewService
from billing_app.playground.library import LibraryService
from billing_app.playground.practice import PracticeService
from billing_app.playground.question_sets import QuestionSetService
from billing_app.reports.costs import CostReports
from billing_app.reports.database import DatabaseReports
from billing_app.reports.expected import ExpectedReports
from billing_app.reports.feature_use import FeatureUse
from billing_app.reports.funnel import FunnelReports
from billing_app.reports.overview import OverviewReports
from billing_app.reports.recurring import RecurringReports
from billing_app.reports.rolling import RevenueRollup
from billing_app.reports.service import Reports
from billing_app.self_audit.going_live import GoingLive
from billing_app.self_audit.health import Health
from billing_app.self_audit.service import SelfAudit
from billing_app.settings import Settings
from billing_app.support.service import Support
from billing_app.usage import CostCorrections, CostLog, CostReads, ModelPrices, PriceBook, Rollup


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a page, a route, a job or a command may call."""

    settings: Settings
    database: Database
    funnel: Funnel
    limiter: RateLimiter
    accounts: AccountService
    api_keys: ApiKeys
    api_requests: RequestsOnce
    hand_overs: HandOvers
    host_customers: HostCustomers
    catalog: CatalogService
    credits: CreditService
    entitlements: EntitlementService
    usage_administration: UsageAdministration
    plan_credits: PlanCreditService
    hand_plans: HandPlans
    lapses: Lapses
    enquiries: EnquiryService
    model_prices: PriceBook
    price_list: ModelPrices
    costs: CostLog
    cost_corrections: CostCorrections
    cost_rollup: Rollup
    revenue_rollup: RevenueRollup
    cost_reads: CostReads
    reports: Reports
    recurring: RecurringReports
    funnel_reports: FunnelReports
    expected: ExpectedReports
    overview: OverviewReports
    cost_reports: CostReports
    feature_use: FeatureUse
    database_reports: DatabaseReports
    support: Support
    notifications: NotificationService
    alerts: AlertService
    gateway: StripeGateway
    checkout: CheckoutService
    subscriptions: SubscriptionService
    invoices: InvoiceReads
    invoice_links: InvoiceLinks
    payment_methods: PaymentMethodReads
    transactions: Transactions
    refunds: Refunds
    money_back: MoneyBackReads
    return_addresses: AllowedAddresses
    applier: Applier
    webhook_secret: WebhookSecret
    inbox: Inbox
    deliveries: DeliveryLog
    reconciler: Reconciler
    comparison: Comparison
    leaving: Leaving
    persons: Persons
    self_audit: SelfAudit
    going_live: GoingLive
    health: Health
    push: PushService
    catalogue_desk: CatalogueDesk
    moving_in: MovingIn
    time_travel: TimeTravel | None
    engine_costs: EngineCosts
    drafts: DraftService
    interviews: InterviewService
    question_sets: QuestionSetService
    library: LibraryService
    chat: ChatService
    practice: PracticeService
