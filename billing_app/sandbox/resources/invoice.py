"""The invoice object: its lines and what they come to (https://docs.stripe.com/api/invoices/object)."""

from collections.abc import Sequence

from billing_app.sandbox.currencies import minimum_minor
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import listed
from billing_app.sandbox.resources import fields, invoice_line
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

# https://docs.stripe.com/invoicing/integration/workflow-transitions: a draft waits about an hour.
DRAFT_S = 3600


def new_invoice(
    work: Work,
    customer: Record,
    *,
    currency: str,
    lines: list[Json],
    reason: str,
    subscription: Record | None = None,
    discounts: Sequence[str] = (),
    taxing: bool = False,
    period: tuple[int, int] | None = None,
    auto_advance: bool = True,
    params: Json | None = None,
    proration_date: int | None = None,
    preview: bool = False,
) -> Record:
    """Store a draft with its lines and totals, and tell so.

    Args:
        reason: Stripe's `billing_reason`.
        taxing: Stripe Tax works out tax from the customer's country.
        params: what a caller of the API may set on it (description, footer, metadata, ...).
        preview: neither stored nor told.
    """
    given = params or {}
    body = _draft(work, customer, currency, reason, auto_advance=auto_advance, given=given)
    body["discounts"] = list(discounts)
    body["automatic_tax"]["enabled"] = taxing
    body["period_start"], body["period_end"] = period or (work.now, work.now)
    if subscription is not None:
        body["parent"] = _parent(subscription.body, proration_date)
        body["default_payment_method"] = given.get("default_payment_method")
    record = Record("invoice", body["id"], work.now, body, {"lines": []}, clock=customer.clock)
    if preview:
        body["id"] = body["id"].replace("in_", "upcoming_in_", 1)
    set_lines(work, record, customer, lines)
    if not preview:
        schedule(record)
        work.save(record)
        work.emit("invoice.created", body)
    return record


def set_lines(work: Work, record: Record, customer: Record, lines: list[Json]) -> None:
    """Replace the lines of a draft and work out everything again."""
    body = record.body
    country = _country(customer.body)
    taxing = body["automatic_tax"]["enabled"]
    for line in lines:
        line["invoice"] = record.id
    invoice_line.price_out(work, lines, body["discounts"], country, taxing=taxing)
    if taxing:
        body["automatic_tax"]["status"] = "complete" if country else "requires_location_inputs"
    record.private["lines"] = lines
    body["lines"] = listed(lines[:10], f"/v1/invoices/{record.id}/lines", has_more=len(lines) > 10)
    _total(body, lines, customer.body["balance"])


def schedule(record: Record) -> None:
    """When something happens to the invoice by itself: it is finalised, or collection is tried again."""
    body = record.body
    moment = body["automatically_finalizes_at"] if body["status"] == "draft" else None
    if body["status"] == "open":
        moment = body["next_payment_attempt"]
    record.due = moment


def _total(body: Json, lines: list[Json], balance: int) -> None:
    off: dict[str, int] = dict.fromkeys(body["discounts"], 0)
    for line in lines:
        for taken in line["discount_amounts"]:
            off[taken["discount"]] = off.get(taken["discount"], 0) + taken["amount"]
    exclusive, inclusive = (invoice_line.tax_of(lines, behavior) for behavior in ("exclusive", "inclusive"))
    subtotal = sum(line["amount"] for line in lines)
    total = subtotal - sum(off.values()) + exclusive
    due = max(0, total + balance) if total > 0 else 0
    if 0 < due < minimum_minor(body["currency"]):
        due = 0
    body.update(
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal - inclusive,
        total=total,
        total_excluding_tax=total - exclusive - inclusive,
        total_discount_amounts=[{"amount": amount, "discount": one} for one, amount in off.items()],
        total_taxes=_taxes(lines),
        starting_balance=balance,
        amount_due=due,
        amount_remaining=due,
    )


def _taxes(lines: list[Json]) -> list[Json]:
    by_rate: dict[str, Json] = {}
    for line in lines:
        for one in line["taxes"]:
            rate = one["tax_rate_details"]["tax_rate"]
            if rate in by_rate:
                by_rate[rate]["amount"] += one["amount"]
                by_rate[rate]["taxable_amount"] += one["taxable_amount"]
            else:
                by_rate[rate] = {**one, "tax_rate_details": dict(one["tax_rate_details"])}
    return list(by_rate.values())


def _country(customer: Json) -> str | None:
    return customer["address"]["country"] if customer["address"] else None


def _parent(subscription: Json, proration_date: int | None) -> Json:
    details: Json = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    if proration_date is not None:
        details["subscription_proration_date"] = proration_date
    return {"quote_details": None, "subscription_details": details, "type": "subscription_details"}


def _draft(work: Work, customer: Record, currency: str, reason: str, *, auto_advance: bool, given: Json) -> Json:
    owner = customer.body
    by_card = given.get("collection_method", "charge_automatically") == "charge_automatically"
    at = work.now + DRAFT_S if auto_advance else None
    days = given.get("days_until_due")
    return {
        "id": new_id("invoice"),
        "object": "invoice",
        "account_country": "US",
        "account_name": work.config.seller,
        "account_tax_ids": None,
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": auto_advance,
        "automatic_tax": {
            "disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None,
        },
        "automatically_finalizes_at": at,
        "billing_reason": reason,
        "collection_method": "charge_automatically" if by_card else "send_invoice",
        "created": work.now,
        "currency": currency,
        "custom_fields": None,
        "customer": customer.id,
        "customer_address": owner["address"],
        "customer_email": owner["email"],
        "customer_name": owner["name"],
        "customer_phone": owner["phone"],
        "customer_shipping": owner["shipping"],
        "customer_tax_exempt": owner["tax_exempt"],
        "customer_tax_ids": [],
        "default_payment_method": given.get("default_payment_method"),
        "default_source": None,
        "default_tax_rates": [],
        "description": given.get("description") or None,
        "discounts": [],
        "due_date": None if by_card else given.get("due_date", work.now + 86_400 * (30 if days is None else days)),
        "effective_at": None,
        "ending_balance": None,
        "footer": given.get("footer") or owner["invoice_settings"]["footer"],
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": listed([], ""),
        "livemode": False,
        "metadata": fields.merged_metadata({}, given.get("metadata")),
        "next_payment_attempt": at if by_card else None,
        "number": None,
        "on_behalf_of": None,
        "parent": None,
        "payment_settings": {
            "default_mandate": None, "payment_method_options": None, "payment_method_types": None,
        },
        "period_end": work.now,
        "period_start": work.now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None,
        },
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "test_clock": customer.clock,
        "total": 0,
        "total_discount_amounts": [],
        "total_excluding_tax": 0,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": work.now,
    }  # fmt: skip
