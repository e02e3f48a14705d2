"""Plan changes to the cent: upgrades, pending updates, downgrades by schedule, previews, coupons."""

from typing import Any

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
)

MONTH = 31 * DAY  # 15 January to 15 February


def switch(made: stripe.Subscription, price: str, **how: Any) -> Any:
    """The parameters that change the one price of a subscription."""
    return {"items": [{"id": made["items"].data[0].id, "price": price}], **how}


@pytest.fixture
def world(client: stripe.StripeClient) -> dict[str, str]:
    """A clock, a customer on it, and two plans: 31.00 and 62.00 USD a month."""
    clock = a_clock(client)
    return {
        "clock": clock,
        "customer": a_customer(client, clock),
        "basic": a_plan(client, 3100, name="Basic"),
        "pro": a_plan(client, 6200, name="Pro"),
    }


def test_an_upgrade_is_charged_for_the_rest_of_the_period(client: stripe.StripeClient, world: dict[str, str]) -> None:
    made = a_subscription(client, world["customer"], world["basic"])
    advance(client, world["clock"], START + 10 * DAY)
    how = {"proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete"}
    details: Any = {**switch(made, world["pro"]), "proration_behavior": "always_invoice"}
    seen = client.v1.invoices.create_preview({"subscription": made.id, "subscription_details": details})
    changed = client.v1.subscriptions.update(made.id, switch(made, world["pro"], **how))
    assert changed["items"].data[0].price.id == world["pro"]
    assert changed.pending_update is None
    assert period_of(changed) == period_of(made)
    invoice = invoices_of(client, made.id)[-1]
    assert [(line.amount, line.description) for line in invoice.lines.data] == [
        (-2100, "Unused time on Basic after 25 Jan 2026"),
        (4200, "Remaining time on Pro after 25 Jan 2026"),
    ]
    assert (invoice.total, invoice.status, invoice.billing_reason) == (2100, "paid", "subscription_update")
    assert (seen.total, seen.amount_due, len(seen.lines.data)) == (2100, 2100, 2)
    assert seen.parent is not None
    assert seen.parent.subscription_details is not None
    assert seen.parent.subscription_details.subscription_proration_date == START + 10 * DAY
    advance(client, world["clock"], period_of(made)[1] + HOUR)
    assert invoices_of(client, made.id)[-1].total == 6200


def test_a_preview_leaves_nothing_behind(client: stripe.StripeClient, world: dict[str, str]) -> None:
    made = a_subscription(client, world["customer"], world["basic"])
    before = (types_of(client), client.v1.subscriptions.retrieve(made.id).to_dict())
    for details in (
        switch(made, world["pro"], proration_behavior="always_invoice"),
        switch(made, world["pro"]),
        {"cancel_now": True},
        {},
    ):
        client.v1.invoices.create_preview({"subscription": made.id, "subscription_details": details})  # pyright: ignore
    new: Any = {"customer": world["customer"], "subscription_details": {"items": [{"price": world["pro"]}]}}
    assert client.v1.invoices.create_preview(new).total == 6200
    assert before == (types_of(client), client.v1.subscriptions.retrieve(made.id).to_dict())
    assert client.v1.invoice_items.list().data == []
    assert len(client.v1.invoices.list().data) == 1


def test_two_upgrades_in_one_period_credit_what_was_debited(client: stripe.StripeClient, world: dict[str, str]) -> None:
    made = a_subscription(client, world["customer"], world["basic"])
    top = a_plan(client, 9300, name="Top")
    for day, price, total in ((10, world["pro"], 2100), (20, top, 1100), (20, world["basic"], -2200)):
        advance(client, world["clock"], START + day * DAY)
        client.v1.subscriptions.update(made.id, switch(made, price, proration_behavior="always_invoice"))
        assert invoices_of(client, made.id)[-1].total == total
    assert client.v1.customers.retrieve(world["customer"]).balance == -2200
    advance(client, world["clock"], period_of(made)[1] + HOUR)
    renewal = invoices_of(client, made.id)[-1]
    assert (renewal.total, renewal.starting_balance, renewal.amount_due, renewal.ending_balance) == (
        3100,
        -2200,
        900,
        0,
    )


def test_an_upgrade_that_cannot_be_paid_waits_and_is_dropped(
    client: stripe.StripeClient, world: dict[str, str]
) -> None:
    made = a_subscription(client, world["customer"], world["basic"])
    use_card(client, world["customer"], "pm_card_chargeCustomerFail")
    how = {"proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete"}
    advance(client, world["clock"], START + 10 * DAY)
    waiting = client.v1.subscriptions.update(made.id, switch(made, world["pro"], **how))
    assert waiting["items"].data[0].price.id == world["basic"]
    assert (waiting.status, waiting.pending_update is not None) == ("active", True)
    assert waiting.pending_update is not None
    assert waiting.pending_update.expires_at == START + 10 * DAY + 23 * HOUR
    assert waiting.pending_update.subscription_items is not None
    assert waiting.pending_update.subscription_items[0].price.id == world["pro"]
    advance(client, world["clock"], START + 11 * DAY)
    dropped = client.v1.subscriptions.retrieve(made.id)
    assert (dropped.pending_update, dropped.status) == (None, "active")
    assert invoices_of(client, made.id)[-1].status == "void"
    assert "customer.subscription.pending_update_expired" in types_of(client)


def test_an_upgrade_that_waits_is_applied_when_its_invoice_is_paid(
    client: stripe.StripeClient, world: dict[str, str]
) -> None:
    made = a_subscription(client, world["customer"], world["basic"])
    use_card(client, world["customer"], "pm_card_chargeCustomerFail")
    how = {"proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete"}
    waiting = client.v1.subscriptions.update(made.id, switch(made, world["pro"], **how))
    client.v1.invoices.pay(str(waiting.latest_invoice), {"payment_method": "pm_card_visa"})
    applied = client.v1.subscriptions.retrieve(made.id)
    assert (applied["items"].data[0].price.id, applied.pending_update) == (world["pro"], None)
    assert "customer.subscription.pending_update_applied" in types_of(client)


def test_a_failed_upgrade_with_error_if_incomplete_changes_nothing(
    client: stripe.StripeClient, world: dict[str, str]
) -> None:
    made = a_subscription(client, world["customer"], world["basic"])
    use_card(client, world["customer"], "pm_card_chargeCustomerFail")
    how = {"proration_behavior": "always_invoice", "payment_behavior": "error_if_incomplete"}
    with pytest.raises(stripe.CardError):
        client.v1.subscriptions.update(made.id, switch(made, world["pro"], **how))
    assert len(invoices_of(client, made.id)) == 1
    assert client.v1.subscriptions.retrieve(made.id).to_dict() == made.to_dict()


def test_a_yearly_plan_begins_a_new_period_now(client: stripe.StripeClient, world: dict[str, str]) -> None:
    made = a_subscription(client, world["customer"], world["basic"])
    yearly = a_plan(client, 31000, "year", name="Basic yearly")
    advance(client, world["clock"], START + 10 * DAY)
    changed = client.v1.subscriptions.update(made.id, switch(made, yearly))
    assert period_of(changed) == (START + 10 * DAY, at(2027, 1, 25))
    assert changed.billing_cycle_anchor == START + 10 * DAY
    assert invoices_of(client, made.id)[-1].total == 31000 - 2100


def test_prorations_wait_for_the_next_invoice_unless_told(client: stripe.StripeClient, world: dict[str, str]) -> None:
    made = a_subscription(client, world["customer"], world["basic"])
    advance(client, world["clock"], START + 10 * DAY)
    client.v1.subscriptions.update(made.id, switch(made, world["pro"]))
    assert [item.amount for item in client.v1.invoice_items.list({"pending": True}).data] == [4200, -2100]
    upcoming = client.v1.invoices.create_preview({"subscription": made.id})
    assert upcoming.total == 6200 + 2100
    advance(client, world["clock"], period_of(made)[1] + HOUR)
    assert invoices_of(client, made.id)[-1].total == 8300


def test_a_schedule_downgrades_at_the_end_of_the_period(client: stripe.StripeClient, world: dict[str, str]) -> None:
    made = a_subscription(client, world["customer"], world["pro"])
    end = period_of(made)[1]
    plan = client.v1.subscription_schedules.create({"from_subscription": made.id})
    phases: Any = [
        {"items": [{"price": world["pro"], "quantity": 1}], "start_date": START, "end_date": end},
        {"items": [{"price": world["basic"], "quantity": 1}]},
    ]
    client.v1.subscription_schedules.update(plan.id, {"end_behavior": "release", "phases": phases})
    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        client.v1.subscriptions.update(made.id, switch(made, world["basic"]))
    assert client.v1.invoices.create_preview({"subscription": made.id}).total == 3100
    advance(client, world["clock"], end + HOUR)
    lower = client.v1.subscriptions.retrieve(made.id)
    assert (lower["items"].data[0].price.id, lower.schedule) == (world["basic"], plan.id)
    renewal = invoices_of(client, made.id)[-1]
    assert (renewal.total, len(renewal.lines.data)) == (3100, 1)
    advance(client, world["clock"], at(2026, 3, 15) + HOUR)
    released = client.v1.subscription_schedules.retrieve(plan.id)
    assert (released.status, released.released_subscription) == ("released", made.id)
    assert client.v1.subscriptions.retrieve(made.id).schedule is None


def test_a_scheduled_downgrade_is_undone_by_release(client: stripe.StripeClient, world: dict[str, str]) -> None:
    made = a_subscription(client, world["customer"], world["pro"])
    plan = client.v1.subscription_schedules.create({"from_subscription": made.id})
    client.v1.subscription_schedules.release(plan.id)
    assert client.v1.subscriptions.retrieve(made.id).schedule is None
    assert client.v1.subscriptions.update(made.id, {"cancel_at_period_end": True}).cancel_at_period_end is True
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.subscription_schedules.release(plan.id)


def test_a_schedule_from_year_to_month_renews_monthly(client: stripe.StripeClient, world: dict[str, str]) -> None:
    yearly = a_plan(client, 31000, "year", name="Basic yearly")
    made = a_subscription(client, world["customer"], yearly)
    end = period_of(made)[1]
    plan = client.v1.subscription_schedules.create({"from_subscription": made.id})
    phases: Any = [
        {"items": [{"price": yearly}], "start_date": START, "end_date": end},
        {"items": [{"price": world["basic"]}], "duration": {"interval": "month", "interval_count": 1}},
    ]
    client.v1.subscription_schedules.update(plan.id, {"phases": phases})
    advance(client, world["clock"], end + HOUR)
    assert period_of(client.v1.subscriptions.retrieve(made.id)) == (end, at(2027, 2, 15))
    assert invoices_of(client, made.id)[-1].amount_paid == 3100


def test_a_coupon_takes_off_its_share_for_its_months(client: stripe.StripeClient, world: dict[str, str]) -> None:
    coupon = client.v1.coupons.create({"percent_off": 25, "duration": "repeating", "duration_in_months": 2})
    made = a_subscription(client, world["customer"], world["basic"], discounts=[{"coupon": coupon.id}])
    end = period_of(made)[1]
    for moment in (end, at(2026, 3, 15)):
        advance(client, world["clock"], moment + HOUR)
    assert [invoice.total for invoice in invoices_of(client, made.id)] == [2325, 2325, 3100]
    first = client.v1.invoices.retrieve(str(invoices_of(client, made.id)[0].id), {"expand": ["discounts"]})
    assert first.total_discount_amounts is not None
    assert first.total_discount_amounts[0].amount == 775
    assert client.v1.coupons.retrieve(coupon.id).times_redeemed == 1
    assert client.v1.subscriptions.retrieve(made.id).discounts == []


def test_promotion_codes_are_checked(client: stripe.StripeClient, world: dict[str, str]) -> None:
    coupon = client.v1.coupons.create({"amount_off": 500, "currency": "usd", "duration": "once"})
    promotion: Any = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "WELCOME", "max_redemptions": 1}
    code = client.v1.promotion_codes.create(promotion)
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        client.v1.promotion_codes.create(promotion)
    assert client.v1.promotion_codes.list({"code": "WELCOME"}).data[0].id == code.id
    given: Any = [{"promotion_code": code.id}]
    made = a_subscription(client, world["customer"], world["basic"], discounts=given)
    assert invoices_of(client, made.id)[0].total == 2600
    with pytest.raises(stripe.InvalidRequestError, match="used up"):
        a_subscription(client, world["customer"], world["pro"], discounts=given)
    client.v1.coupons.delete(coupon.id)
    assert client.v1.coupons.retrieve(coupon.id).valid is False
    for wrong in ({}, {"percent_off": 0}, {"percent_off": 101}, {"amount_off": 5}, {"percent_off": 5, "amount_off": 5}):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.coupons.create(wrong)  # pyright: ignore


def test_tax_is_on_every_invoice_of_a_taxed_subscription(client: stripe.StripeClient, world: dict[str, str]) -> None:
    customer = a_customer(client, world["clock"], address={"country": "DE"})
    made = a_subscription(client, customer, world["basic"], automatic_tax={"enabled": True})
    [invoice] = invoices_of(client, made.id)
    assert (invoice.subtotal, invoice.total, invoice.total_excluding_tax) == (3100, 3689, 3100)
    assert invoice.total_taxes is not None
    assert invoice.total_taxes[0].amount == 589


def test_an_invoice_by_hand_is_drafted_filled_finalised_and_paid(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    client.v1.invoice_items.create({"customer": customer, "amount": 1500, "currency": "usd", "description": "Setup"})
    draft = client.v1.invoices.create({"customer": customer, "pending_invoice_items_behavior": "include"})
    client.v1.invoice_items.create({"customer": customer, "amount": 500, "currency": "usd", "invoice": str(draft.id)})
    final = client.v1.invoices.finalize_invoice(str(draft.id))
    assert (final.status, final.total, final.amount_due) == ("open", 2000, 2000)
    assert str(final.number).endswith("-0001")
    assert client.v1.invoices.pay(str(draft.id)).amount_paid == 2000
    for call in (client.v1.invoices.pay, client.v1.invoices.void_invoice, client.v1.invoices.finalize_invoice):
        with pytest.raises(stripe.InvalidRequestError):
            call(str(draft.id))
    other = client.v1.invoices.create({"customer": customer})
    assert client.v1.invoices.delete(str(other.id)).deleted is True
    assert len(client.v1.invoices.line_items.list(str(draft.id)).data) == 2


def test_too_little_is_carried_to_the_next_invoice(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    client.v1.invoice_items.create({"customer": customer, "amount": 30, "currency": "usd"})
    draft = client.v1.invoices.create({"customer": customer, "pending_invoice_items_behavior": "include"})
    final = client.v1.invoices.finalize_invoice(str(draft.id))
    assert (final.status, final.amount_due, final.total) == ("paid", 0, 30)
    assert client.v1.customers.retrieve(customer).balance == 30
    assert client.v1.customers.balance_transactions.list(customer).data[0].type == "invoice_too_small"


def test_items_are_added_changed_and_removed_one_by_one(client: stripe.StripeClient, world: dict[str, str]) -> None:
    made = a_subscription(client, world["customer"], world["basic"])
    advance(client, world["clock"], START + 10 * DAY)
    how: Any = {"proration_behavior": "always_invoice"}
    one_more: Any = {"subscription": made.id, "price": world["pro"], **how}
    added = client.v1.subscription_items.create(one_more)
    assert invoices_of(client, made.id)[-1].total == 4200
    two: Any = {"quantity": 2, **how}
    changed = client.v1.subscription_items.update(added.id, two)
    assert changed.quantity == 2
    assert invoices_of(client, made.id)[-1].total == 4200
    assert len(client.v1.subscription_items.list({"subscription": made.id}).data) == 2
    assert client.v1.subscription_items.delete(added.id, how).deleted is True
    assert invoices_of(client, made.id)[-1].total == -8400
    with pytest.raises(stripe.InvalidRequestError, match="at least one active item"):
        client.v1.subscription_items.delete(made["items"].data[0].id)


def test_an_invoice_item_is_changed_while_it_waits(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    item = client.v1.invoice_items.create({"customer": customer, "amount": 900, "currency": "usd"})
    assert client.v1.invoice_items.update(item.id, {"amount": 700, "description": "Set-up"}).amount == 700
    draft = client.v1.invoices.create({"customer": customer, "pending_invoice_items_behavior": "include"})
    assert draft.total == 700
    for call in (client.v1.invoice_items.delete, client.v1.invoice_items.update):
        with pytest.raises(stripe.InvalidRequestError):
            call(item.id)


def test_an_archived_price_is_kept_by_those_who_have_it_and_sold_to_nobody(
    client: stripe.StripeClient, world: dict[str, str]
) -> None:
    made = a_subscription(client, world["customer"], world["basic"])
    client.v1.prices.update(world["basic"], {"active": False})
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        a_subscription(client, world["customer"], world["basic"])
    end = period_of(made)[1]
    plan = client.v1.subscription_schedules.create({"from_subscription": made.id})
    phases: Any = [
        {"items": [{"price": world["basic"]}], "start_date": START, "end_date": end},
        {"items": [{"price": world["pro"]}]},
    ]
    client.v1.subscription_schedules.update(plan.id, {"phases": phases})
    client.v1.subscription_schedules.release(plan.id)
    advance(client, world["clock"], end + HOUR)
    assert invoices_of(client, made.id)[-1].amount_paid == 3100
