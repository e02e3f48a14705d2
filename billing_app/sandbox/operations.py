"""Every API call the sandbox answers: method, path, the SDK's parameter type, and the function that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from stripe import params as sdk
from stripe.params import billing_portal as sdk_portal
from stripe.params import checkout as sdk_checkout
from stripe.params import test_helpers as sdk_test

from billing_app.sandbox.billing import ending, items, preview, starting, updating
from billing_app.sandbox.resources import (
    account,
    charge,
    checkout_session,
    coupon,
    customer,
    customer_balance,
    dispute,
    event,
    invoice_item,
    invoices,
    payment_intent,
    payment_method,
    portal_configuration,
    portal_session,
    price,
    product,
    promotion_code,
    refund,
    setup_intent,
    subscription,
    subscription_item,
    subscription_schedule,
    test_clock,
    webhook_endpoint,
)
from billing_app.sandbox.store import Json


@dataclass(frozen=True)
class Operation:
    """One call of the API.

    Attributes:
        path: with `{names}` of ids, which `run` takes as keyword arguments.
        params: the SDK's TypedDict for the parameters.
        run: `(work, params, **ids) -> answer`, inside a transaction.
    """

    method: str
    path: str
    params: type
    run: Callable[..., Json]


get, post, delete = (partial(Operation, method) for method in ("GET", "POST", "DELETE"))

OPERATIONS: tuple[Operation, ...] = (
    get("/v1/account", sdk.AccountRetrieveCurrentParams, account.retrieve),
    get("/v1/accounts/{account}", sdk.AccountRetrieveParams, account.retrieve_by_id),
    get("/v1/balance_transactions", sdk.BalanceTransactionListParams, charge.balance_transactions),
    get(
        "/v1/balance_transactions/{balance_transaction}",
        sdk.BalanceTransactionRetrieveParams,
        charge.retrieve_balance_transaction,
    ),
    get("/v1/charges", sdk.ChargeListParams, charge.listing),
    get("/v1/charges/{charge}", sdk.ChargeRetrieveParams, charge.retrieve),
    post("/v1/charges/{charge}", sdk.ChargeUpdateParams, charge.update),
    post("/v1/checkout/sessions", sdk_checkout.SessionCreateParams, checkout_session.create),
    get("/v1/checkout/sessions", sdk_checkout.SessionListParams, checkout_session.listing),
    get("/v1/checkout/sessions/{session}", sdk_checkout.SessionRetrieveParams, checkout_session.retrieve),
    post("/v1/checkout/sessions/{session}", sdk_checkout.SessionUpdateParams, checkout_session.update),
    post("/v1/checkout/sessions/{session}/expire", sdk_checkout.SessionExpireParams, checkout_session.expire),
    get(
        "/v1/checkout/sessions/{session}/line_items",
        sdk_checkout.SessionLineItemListParams,
        checkout_session.line_items,
    ),
    post("/v1/customers", sdk.CustomerCreateParams, customer.create),
    get("/v1/customers", sdk.CustomerListParams, customer.listing),
    get("/v1/customers/{customer}", sdk.CustomerRetrieveParams, customer.retrieve),
    post("/v1/customers/{customer}", sdk.CustomerUpdateParams, customer.update),
    delete("/v1/customers/{customer}", sdk.CustomerDeleteParams, customer.delete),
    get(
        "/v1/customers/{customer}/payment_methods",
        sdk.CustomerPaymentMethodListParams,
        payment_method.listing_of_customer,
    ),
    get(
        "/v1/customers/{customer}/payment_methods/{payment_method}",
        sdk.CustomerPaymentMethodRetrieveParams,
        payment_method.retrieve_of_customer,
    ),
    get("/v1/disputes", sdk.DisputeListParams, dispute.listing),
    get("/v1/disputes/{dispute}", sdk.DisputeRetrieveParams, dispute.retrieve),
    post("/v1/disputes/{dispute}", sdk.DisputeUpdateParams, dispute.update),
    post("/v1/disputes/{dispute}/close", sdk.DisputeCloseParams, dispute.close),
    get("/v1/events", sdk.EventListParams, event.listing),
    get("/v1/events/{event}", sdk.EventRetrieveParams, event.retrieve),
    post("/v1/payment_intents", sdk.PaymentIntentCreateParams, payment_intent.create),
    get("/v1/payment_intents", sdk.PaymentIntentListParams, payment_intent.listing),
    get("/v1/payment_intents/{payment_intent}", sdk.PaymentIntentRetrieveParams, payment_intent.retrieve),
    post("/v1/payment_intents/{payment_intent}", sdk.PaymentIntentUpdateParams, payment_intent.update),
    post("/v1/payment_intents/{payment_intent}/confirm", sdk.PaymentIntentConfirmParams, payment_intent.confirm),
    post("/v1/payment_intents/{payment_intent}/cancel", sdk.PaymentIntentCancelParams, payment_intent.cancel),
    post("/v1/payment_methods", sdk.PaymentMethodCreateParams, payment_method.create),
    get("/v1/payment_methods", sdk.PaymentMethodListParams, payment_method.listing),
    get("/v1/payment_methods/{payment_method}", sdk.PaymentMethodRetrieveParams, payment_method.retrieve),
    post("/v1/payment_methods/{payment_method}", sdk.PaymentMethodUpdateParams, payment_method.update),
    post("/v1/payment_methods/{payment_method}/attach", sdk.PaymentMethodAttachParams, payment_method.attach),
    post("/v1/payment_methods/{payment_method}/detach", sdk.PaymentMethodDetachParams, payment_method.detach),
    post("/v1/prices", sdk.PriceCreateParams, price.create),
    get("/v1/prices", sdk.PriceListParams, price.listing),
    get("/v1/prices/{price}", sdk.PriceRetrieveParams, price.retrieve),
    post("/v1/prices/{price}", sdk.PriceUpdateParams, price.update),
    post("/v1/products", sdk.ProductCreateParams, product.create),
    get("/v1/products", sdk.ProductListParams, product.listing),
    get("/v1/products/{product}", sdk.ProductRetrieveParams, product.retrieve),
    post("/v1/products/{product}", sdk.ProductUpdateParams, product.update),
    delete("/v1/products/{product}", sdk.ProductDeleteParams, product.delete),
    post("/v1/refunds", sdk.RefundCreateParams, refund.create),
    get("/v1/refunds", sdk.RefundListParams, refund.listing),
    get("/v1/refunds/{refund}", sdk.RefundRetrieveParams, refund.retrieve),
    post("/v1/refunds/{refund}", sdk.RefundUpdateParams, refund.update),
    post("/v1/webhook_endpoints", sdk.WebhookEndpointCreateParams, webhook_endpoint.create),
    get("/v1/webhook_endpoints", sdk.WebhookEndpointListParams, webhook_endpoint.listing),
    get("/v1/webhook_endpoints/{webhook_endpoint}", sdk.WebhookEndpointRetrieveParams, webhook_endpoint.retrieve),
    post("/v1/webhook_endpoints/{webhook_endpoint}", sdk.WebhookEndpointUpdateParams, webhook_endpoint.update),
    delete("/v1/webhook_endpoints/{webhook_endpoint}", sdk.WebhookEndpointDeleteParams, webhook_endpoint.delete),
    get(
        "/v1/billing_portal/configurations",
        sdk_portal.ConfigurationListParams,
        portal_configuration.listing,
    ),
    post(
        "/v1/billing_portal/configurations",
        sdk_portal.ConfigurationCreateParams,
        portal_configuration.create,
    ),
    get(
        "/v1/billing_portal/configurations/{configuration}",
        sdk_portal.ConfigurationRetrieveParams,
        portal_configuration.retrieve,
    ),
    post(
        "/v1/billing_portal/configurations/{configuration}",
        sdk_portal.ConfigurationUpdateParams,
        portal_configuration.update,
    ),
    post("/v1/billing_portal/sessions", sdk_portal.SessionCreateParams, portal_session.create),
    get("/v1/setup_intents", sdk.SetupIntentListParams, setup_intent.listing),
    post("/v1/setup_intents", sdk.SetupIntentCreateParams, setup_intent.create),
    get("/v1/setup_intents/{setup_intent}", sdk.SetupIntentRetrieveParams, setup_intent.retrieve),
    post("/v1/setup_intents/{setup_intent}", sdk.SetupIntentUpdateParams, setup_intent.update),
    post("/v1/setup_intents/{setup_intent}/confirm", sdk.SetupIntentConfirmParams, setup_intent.confirm),
    post("/v1/setup_intents/{setup_intent}/cancel", sdk.SetupIntentCancelParams, setup_intent.cancel),
    get("/v1/coupons", sdk.CouponListParams, coupon.listing),
    post("/v1/coupons", sdk.CouponCreateParams, coupon.create),
    get("/v1/coupons/{coupon}", sdk.CouponRetrieveParams, coupon.retrieve),
    post("/v1/coupons/{coupon}", sdk.CouponUpdateParams, coupon.update),
    delete("/v1/coupons/{coupon}", sdk.CouponDeleteParams, coupon.delete),
    get("/v1/promotion_codes", sdk.PromotionCodeListParams, promotion_code.listing),
    post("/v1/promotion_codes", sdk.PromotionCodeCreateParams, promotion_code.create),
    get("/v1/promotion_codes/{promotion_code}", sdk.PromotionCodeRetrieveParams, promotion_code.retrieve),
    post("/v1/promotion_codes/{promotion_code}", sdk.PromotionCodeUpdateParams, promotion_code.update),
    get(
        "/v1/customers/{customer}/balance_transactions",
        sdk.CustomerBalanceTransactionListParams,
        customer_balance.listing,
    ),
    post(
        "/v1/customers/{customer}/balance_transactions",
        sdk.CustomerBalanceTransactionCreateParams,
        customer_balance.create,
    ),
    get(
        "/v1/customers/{customer}/balance_transactions/{transaction}",
        sdk.CustomerBalanceTransactionRetrieveParams,
        customer_balance.retrieve,
    ),
    get("/v1/subscriptions", sdk.SubscriptionListParams, subscription.listing),
    post("/v1/subscriptions", sdk.SubscriptionCreateParams, starting.create),
    get("/v1/subscriptions/{subscription_id}", sdk.SubscriptionRetrieveParams, subscription.retrieve),
    post("/v1/subscriptions/{subscription_id}", sdk.SubscriptionUpdateParams, updating.update),
    delete("/v1/subscriptions/{subscription_id}", sdk.SubscriptionCancelParams, ending.cancel),
    post("/v1/subscriptions/{subscription_id}/resume", sdk.SubscriptionResumeParams, ending.resume),
    get("/v1/subscription_items", sdk.SubscriptionItemListParams, subscription_item.listing),
    post("/v1/subscription_items", sdk.SubscriptionItemCreateParams, items.create),
    get("/v1/subscription_items/{item}", sdk.SubscriptionItemRetrieveParams, subscription_item.retrieve),
    post("/v1/subscription_items/{item}", sdk.SubscriptionItemUpdateParams, items.update),
    delete("/v1/subscription_items/{item}", sdk.SubscriptionItemDeleteParams, items.delete),
    get("/v1/subscription_schedules", sdk.SubscriptionScheduleListParams, subscription_schedule.listing),
    post("/v1/subscription_schedules", sdk.SubscriptionScheduleCreateParams, subscription_schedule.create),
    get(
        "/v1/subscription_schedules/{schedule}", sdk.SubscriptionScheduleRetrieveParams, subscription_schedule.retrieve
    ),
    post("/v1/subscription_schedules/{schedule}", sdk.SubscriptionScheduleUpdateParams, subscription_schedule.update),
    post(
        "/v1/subscription_schedules/{schedule}/release",
        sdk.SubscriptionScheduleReleaseParams,
        subscription_schedule.release,
    ),
    post(
        "/v1/subscription_schedules/{schedule}/cancel",
        sdk.SubscriptionScheduleCancelParams,
        subscription_schedule.cancel,
    ),
    get("/v1/invoices", sdk.InvoiceListParams, invoices.listing),
    post("/v1/invoices", sdk.InvoiceCreateParams, invoices.create),
    post("/v1/invoices/create_preview", sdk.InvoiceCreatePreviewParams, preview.create),
    get("/v1/invoices/{invoice_id}", sdk.InvoiceRetrieveParams, invoices.retrieve),
    post("/v1/invoices/{invoice_id}", sdk.InvoiceUpdateParams, invoices.update),
    delete("/v1/invoices/{invoice_id}", sdk.InvoiceDeleteParams, invoices.delete),
    get("/v1/invoices/{invoice_id}/lines", sdk.InvoiceLineItemListParams, invoices.lines),
    post("/v1/invoices/{invoice_id}/finalize", sdk.InvoiceFinalizeInvoiceParams, invoices.finalize),
    post("/v1/invoices/{invoice_id}/pay", sdk.InvoicePayParams, invoices.pay),
    post("/v1/invoices/{invoice_id}/send", sdk.InvoiceSendInvoiceParams, invoices.send),
    post("/v1/invoices/{invoice_id}/void", sdk.InvoiceVoidInvoiceParams, invoices.void),
    post(
        "/v1/invoices/{invoice_id}/mark_uncollectible",
        sdk.InvoiceMarkUncollectibleParams,
        invoices.mark_uncollectible,
    ),
    get("/v1/invoice_payments", sdk.InvoicePaymentListParams, invoices.payments),
    get("/v1/invoice_payments/{invoice_payment}", sdk.InvoicePaymentRetrieveParams, invoices.retrieve_payment),
    get("/v1/invoiceitems", sdk.InvoiceItemListParams, invoice_item.listing),
    post("/v1/invoiceitems", sdk.InvoiceItemCreateParams, invoice_item.create),
    get("/v1/invoiceitems/{invoiceitem}", sdk.InvoiceItemRetrieveParams, invoice_item.retrieve),
    post("/v1/invoiceitems/{invoiceitem}", sdk.InvoiceItemUpdateParams, invoice_item.update),
    delete("/v1/invoiceitems/{invoiceitem}", sdk.InvoiceItemDeleteParams, invoice_item.delete),
    get("/v1/test_helpers/test_clocks", sdk_test.TestClockListParams, test_clock.listing),
    post("/v1/test_helpers/test_clocks", sdk_test.TestClockCreateParams, test_clock.create),
    get("/v1/test_helpers/test_clocks/{test_clock}", sdk_test.TestClockRetrieveParams, test_clock.retrieve),
    delete("/v1/test_helpers/test_clocks/{test_clock}", sdk_test.TestClockDeleteParams, test_clock.delete),
    post("/v1/test_helpers/test_clocks/{test_clock}/advance", sdk_test.TestClockAdvanceParams, test_clock.advance),
)
