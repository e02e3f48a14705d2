"""Subscriptions begin, renew, fail and recover: through the SDK, on a test clock."""

import pytest
import stripe

from tests.sandbox.billing import (
    DAY,
    HOUR,
    START,
    a_clock,
    a_customer,
    a_plan,
    a_subscription,
    advance,
    at,
    invoices_of,
    period_of,
    types_of,
    use_card,
)  # fmt: skip


def test_a_subscription_is_paid_at_once_and_tells_it_in_order(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    made = a_subscription(
        client, customer, a_plan(client), expand=["latest_invoice.payments"], metadata={"plan": "pro"}
    )
    assert made.status == "active"
    invoice = made.latest_invoice
    assert isinstance(invoice, stripe.Invoice)
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 2900, "subscription_create")
    assert invoice.parent is not None
    assert invoice.parent.subscription_details is not None
    assert invoice.parent.subscription_details.subscription == made.id
    assert invoice.parent.subscription_details.metadata is not None
    assert invoice.parent.subscription_details.metadata.to_dict() == {"plan": "pro"}
    assert invoice.payments is not None
    assert invoice.payments.data[0].status == "paid"
    assert types_of(client, "customer.subscription", "invoice", "payment_intent", "charge") == [
        "invoice.created", "customer.subscription.created", "invoice.finalized", "payment_intent.created",
        "charge.succeeded", "payment_intent.succeeded", "invoice_payment.paid", "invoice.paid",
        "invoice.payment_succeeded", "customer.subscription.updated", "charge.updated",
    ]  # fmt: skip


def test_a_renewal_is_a_draft_for_an_hour_and_then_paid(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    made = a_subscription(client, a_customer(client, clock), a_plan(client))
    end = period_of(made)[1]
    assert end == at(2026, 2, 15)
    advance(client, clock, end)
    [_, draft] = invoices_of(client, made.id)
    assert (draft.status, draft.automatically_finalizes_at, draft.created) == ("draft", end + HOUR, end)
    assert client.v1.subscriptions.retrieve(made.id).status == "active"
    advance(client, clock, end + HOUR)
    [_, paid] = invoices_of(client, made.id)
    assert (paid.status, paid.billing_reason, paid.amount_paid) == ("paid", "subscription_cycle", 2900)
    assert (paid.period_start, paid.period_end) == (START, end)
    line = paid.lines.data[0]
    assert (line.period.start, line.period.end) == (end, at(2026, 3, 15))


def test_a_month_end_anchor_comes_back_to_its_day(client: stripe.StripeClient) -> None:
    clock = a_clock(client, at(2028, 1, 31))
    made = a_subscription(client, a_customer(client, clock), a_plan(client))
    ends = []
    for _ in range(4):
        end = period_of(client.v1.subscriptions.retrieve(made.id))[1]
        ends.append(end)
        advance(client, clock, end + 2 * HOUR)
    assert ends == [at(2028, 2, 29), at(2028, 3, 31), at(2028, 4, 30), at(2028, 5, 31)]


def test_a_trial_costs_nothing_warns_and_is_charged_at_its_end(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    made = a_subscription(client, a_customer(client, clock), a_plan(client), trial_period_days=14)
    assert (made.status, made.trial_end) == ("trialing", START + 14 * DAY)
    [first] = invoices_of(client, made.id)
    assert (first.status, first.total) == ("paid", 0)
    advance(client, clock, START + 11 * DAY + 1)
    assert types_of(client, "customer.subscription.trial_will_end") == ["customer.subscription.trial_will_end"]
    advance(client, clock, START + 14 * DAY)
    assert client.v1.subscriptions.retrieve(made.id).status == "active"
    advance(client, clock, START + 14 * DAY + HOUR)
    assert invoices_of(client, made.id)[1].amount_paid == 2900
    assert period_of(client.v1.subscriptions.retrieve(made.id))[1] == at(2026, 2, 28)


@pytest.mark.parametrize(
    ("ending", "status"), [("cancel", "canceled"), ("pause", "paused"), ("create_invoice", "past_due")]
)
def test_a_trial_without_a_card_ends_as_it_was_told(client: stripe.StripeClient, ending: str, status: str) -> None:
    clock = a_clock(client)
    customer = a_customer(client, clock, card=None)
    settings = {"end_behavior": {"missing_payment_method": ending}}
    made = a_subscription(client, customer, a_plan(client), trial_period_days=7, trial_settings=settings)
    advance(client, clock, START + 7 * DAY + 2 * HOUR)
    assert client.v1.subscriptions.retrieve(made.id).status == status
    if status == "paused":
        use_card(client, customer, "pm_card_visa")
        assert client.v1.subscriptions.resume(made.id).status == "active"


def test_a_failed_renewal_is_tried_three_more_times_and_then_ends_the_subscription(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    customer = a_customer(client, clock)
    made = a_subscription(client, customer, a_plan(client))
    use_card(client, customer, "pm_card_chargeCustomerFail")
    end = period_of(made)[1]
    advance(client, clock, end + HOUR)
    failed = invoices_of(client, made.id)[1]
    assert (failed.status, failed.attempt_count, failed.next_payment_attempt) == ("open", 1, end + HOUR + 3 * DAY)
    assert client.v1.subscriptions.retrieve(made.id).status == "past_due"
    advance(client, clock, end + HOUR + 8 * DAY)
    assert invoices_of(client, made.id)[1].attempt_count == 3
    advance(client, clock, end + HOUR + 15 * DAY)
    over = client.v1.subscriptions.retrieve(made.id)
    assert over.status == "canceled"
    assert over.cancellation_details is not None
    assert over.cancellation_details.reason == "payment_failed"
    last = invoices_of(client, made.id)[1]
    assert (last.attempt_count, last.next_payment_attempt, last.auto_advance) == (4, None, False)
    assert (
        types_of(client, "invoice.payment_failed", "customer.subscription.deleted").count("invoice.payment_failed") == 4
    )


def test_a_failed_renewal_recovers_with_another_card(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    customer = a_customer(client, clock)
    made = a_subscription(client, customer, a_plan(client))
    use_card(client, customer, "pm_card_chargeCustomerFail")
    end = period_of(made)[1]
    advance(client, clock, end + HOUR)
    use_card(client, customer, "pm_card_visa")
    invoice = invoices_of(client, made.id)[1]
    assert client.v1.invoices.pay(str(invoice.id)).status == "paid"
    assert client.v1.subscriptions.retrieve(made.id).status == "active"
    assert types_of(client, "customer.subscription.updated")[-1] == "customer.subscription.updated"


def test_a_first_payment_that_fails_leaves_it_incomplete_for_23_hours(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    customer = a_customer(client, clock, "pm_card_chargeCustomerFail")
    made = a_subscription(client, customer, a_plan(client))
    assert made.status == "incomplete"
    with pytest.raises(stripe.CardError):
        a_subscription(client, customer, a_plan(client), payment_behavior="error_if_incomplete")
    assert len(client.v1.subscriptions.list({"customer": customer}).data) == 1
    advance(client, clock, START + 23 * HOUR)
    assert client.v1.subscriptions.retrieve(made.id).status == "incomplete_expired"
    assert invoices_of(client, made.id)[0].status == "void"


def test_an_incomplete_subscription_is_completed_by_its_payment_intent(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    made = a_subscription(
        client, customer, a_plan(client), payment_behavior="default_incomplete",
        payment_settings={"save_default_payment_method": "on_subscription"},
        expand=["latest_invoice.confirmation_secret", "latest_invoice.payments"],
    )  # fmt: skip
    assert made.status == "incomplete"
    invoice = made.latest_invoice
    assert isinstance(invoice, stripe.Invoice)
    assert invoice.confirmation_secret is not None
    intent = invoice.confirmation_secret.client_secret.partition("_secret_")[0]
    client.v1.payment_intents.confirm(intent, {"payment_method": "pm_card_visa"})
    paid = client.v1.subscriptions.retrieve(made.id)
    assert paid.status == "active"
    assert str(paid.default_payment_method).startswith("pm_")


def test_a_renewal_that_needs_its_holder_waits_for_authentication(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    customer = a_customer(client, clock)
    made = a_subscription(client, customer, a_plan(client))
    use_card(client, customer, "pm_card_authenticationRequired")
    end = period_of(made)[1]
    advance(client, clock, end + HOUR)
    assert client.v1.subscriptions.retrieve(made.id).status == "past_due"
    assert "invoice.payment_action_required" in types_of(client, "invoice")
    [payment] = client.v1.invoice_payments.list({"invoice": str(invoices_of(client, made.id)[1].id)}).data
    intent = client.v1.payment_intents.retrieve(str(payment.payment.payment_intent))
    assert intent.status == "requires_action"


def test_cancel_at_period_end_and_its_undoing(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    made = a_subscription(client, a_customer(client, clock), a_plan(client))
    end = period_of(made)[1]
    ending = client.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    assert (ending.cancel_at, ending.canceled_at, ending.status) == (end, START, "active")
    again = client.v1.subscriptions.update(made.id, {"cancel_at_period_end": False})
    assert (again.cancel_at, again.canceled_at) == (None, None)
    client.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    advance(client, clock, end)
    over = client.v1.subscriptions.retrieve(made.id)
    assert (over.status, over.ended_at, len(invoices_of(client, made.id))) == ("canceled", end, 1)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscriptions.update(made.id, {"cancel_at_period_end": False})


def test_cancelled_now_gives_unused_time_back_when_told(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    customer = a_customer(client, clock)
    made = a_subscription(client, customer, a_plan(client, 3100))
    advance(client, clock, START + 10 * DAY)
    over = client.v1.subscriptions.cancel(made.id, {"prorate": True, "invoice_now": True})
    assert over.status == "canceled"
    assert invoices_of(client, made.id)[1].total == -2100
    assert client.v1.customers.retrieve(customer).balance == -2100


def test_what_cannot_be_a_subscription_is_refused(client: stripe.StripeClient) -> None:
    customer, price = a_customer(client), a_plan(client)
    one_time = client.v1.prices.create(
        {"product": client.v1.products.create({"name": "x"}).id, "currency": "usd", "unit_amount": 1}
    )
    for params in (
        {"items": []}, {"items": [{"price": one_time.id}]}, {"items": [{"price": "price_none"}]}, {"trial_end": 1},
        {"items": [{"price": price}, {"price": price}]}, {"items": [{"price": price, "quantity": -1}]},
        {"trial_period_days": 1000}, {"billing_cycle_anchor": 5}, {"default_payment_method": "pm_none"},
        {"billing_mode": {"type": "classic"}}, {"cancel_at": 5},
    ):  # fmt: skip
        with pytest.raises(stripe.InvalidRequestError):
            a_subscription(client, customer, price, **params)
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        a_subscription(client, a_customer(client, card=None), price)
    assert client.v1.subscriptions.list().data == []


def test_a_clock_goes_two_intervals_at_once_and_never_back(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    a_subscription(client, a_customer(client, clock), a_plan(client))
    for to in (START, START - 1, START + 100 * DAY):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": to})
    assert client.v1.test_helpers.test_clocks.delete(clock).deleted is True
    assert client.v1.subscriptions.list({"status": "all"}).data == []


@pytest.mark.parametrize(
    ("behavior", "status"), [("keep_as_draft", "draft"), ("void", "void"), ("mark_uncollectible", "uncollectible")]
)
def test_paused_collection_leaves_its_invoices_unpaid(client: stripe.StripeClient, behavior: str, status: str) -> None:
    clock = a_clock(client)
    made = a_subscription(client, a_customer(client, clock), a_plan(client))
    end = period_of(made)[1]
    client.v1.subscriptions.update(made.id, {"pause_collection": {"behavior": behavior, "resumes_at": end + 5 * DAY}})  # pyright: ignore
    advance(client, clock, end + 2 * HOUR)
    assert invoices_of(client, made.id)[-1].status == status
    advance(client, clock, end + 6 * DAY)
    assert client.v1.subscriptions.retrieve(made.id).pause_collection is None
    advance(client, clock, at(2026, 3, 15) + 2 * HOUR)
    assert invoices_of(client, made.id)[-1].status == "paid"


def test_an_invoice_that_is_sent_waits_to_be_paid(client: stripe.StripeClient) -> None:
    customer = a_customer(client, card=None)
    made = a_subscription(client, customer, a_plan(client), collection_method="send_invoice", days_until_due=14)
    [invoice] = invoices_of(client, made.id)
    assert (made.status, invoice.status, invoice.next_payment_attempt) == ("active", "open", None)
    assert invoice.due_date == invoice.created + 14 * DAY
    client.v1.invoices.send_invoice(str(invoice.id))
    assert client.v1.invoices.pay(str(invoice.id), {"paid_out_of_band": True}).status == "paid"
