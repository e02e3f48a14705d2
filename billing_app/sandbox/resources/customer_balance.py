"""The credit balance of a customer: negative is credit (https://docs.stripe.com/billing/customer/balance)."""

from billing_app.sandbox import currencies
from billing_app.sandbox.errors import invalid
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work


def book(
    work: Work, customer: Record, amount_minor: int, currency: str, *, kind: str, invoice: str | None = None
) -> Record:
    """Change the balance by `amount_minor` and keep why; the customer's event tells it."""
    before = customer.body["balance"]
    customer.body["balance"] = before + amount_minor
    customer.body["currency"] = customer.body["currency"] or currency
    work.save(customer)
    body: Json = {
        "id": new_id("customer_balance_transaction"),
        "object": "customer_balance_transaction",
        "amount": amount_minor,
        "checkout_session": None,
        "created": work.now,
        "credit_note": None,
        "currency": currency,
        "customer": customer.id,
        "description": None,
        "ending_balance": customer.body["balance"],
        "invoice": invoice,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }
    record = work.add(body)
    work.emit("customer.updated", customer.body, {"balance": before})
    return record


def create(work: Work, params: Json, customer: str) -> Json:
    """POST /v1/customers/{id}/balance_transactions: an adjustment by hand."""
    refuse_others(params, {"amount", "currency", "description", "expand", "metadata"})
    owner = work.get("customer", customer)
    currency = currencies.checked(params["currency"])
    if not 1 <= abs(params["amount"]) <= currencies.MAX_AMOUNT_MINOR:
        raise invalid("Invalid amount", param="amount", code="parameter_invalid_integer")
    if owner.body["currency"] not in (None, currency):
        raise invalid(f"The customer's balance is in {owner.body['currency']}.", param="currency")
    record = book(work, owner, params["amount"], currency, kind="adjustment")
    record.body["description"] = params.get("description")
    record.body["metadata"] = fields.merged_metadata({}, params.get("metadata"))
    work.save(record)
    return record.body


def listing(work: Work, params: Json, customer: str) -> Json:
    """GET /v1/customers/{id}/balance_transactions."""
    work.get("customer", customer)
    url = f"/v1/customers/{customer}/balance_transactions"
    return page(work, "customer_balance_transaction", params, url, {"customer": customer})


def retrieve(work: Work, params: Json, customer: str, transaction: str) -> Json:
    """GET /v1/customers/{id}/balance_transactions/{transaction}."""
    record = work.get("customer_balance_transaction", transaction)
    if record.body["customer"] != customer:
        work.get("customer_balance_transaction", f"{transaction} of {customer}")
    return record.body
