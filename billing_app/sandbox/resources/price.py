"""Prices: what a product costs (https://docs.stripe.com/api/prices). Amounts never change once made."""

from decimal import Decimal

from billing_app.sandbox import currencies
from billing_app.sandbox.errors import invalid, missing
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields, product
from billing_app.sandbox.store import Json
from billing_app.sandbox.work import Work

_CREATE = {
    "active", "currency", "expand", "lookup_key", "metadata", "nickname", "product", "product_data", "recurring",
    "tax_behavior", "transfer_lookup_key", "unit_amount", "unit_amount_decimal", "billing_scheme",
}  # fmt: skip
_UPDATE = {"active", "expand", "lookup_key", "metadata", "nickname", "tax_behavior", "transfer_lookup_key"}
_MAX_LOOKUP_KEYS = 10
_MAX_INTERVALS = {"day": 1095, "week": 156, "month": 36, "year": 3}


def new_price(work: Work, params: Json, product_id: str, *, active: bool = True) -> Json:
    """A price object; `active=False` for one made inline by a checkout session."""
    unit_amount, unit_amount_decimal = _amounts(params)
    recurring = params.get("recurring")
    return {
        "id": new_id("price"),
        "object": "price",
        "active": params.get("active", active),
        "billing_scheme": "per_unit",
        "created": work.now,
        "currency": currencies.checked(params["currency"]),
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "nickname": params.get("nickname"),
        "product": product_id,
        "recurring": None if recurring is None else _recurring(recurring),
        "tax_behavior": params.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time" if recurring is None else "recurring",
        "unit_amount": unit_amount,
        "unit_amount_decimal": unit_amount_decimal,
    }


def create(work: Work, params: Json) -> Json:
    """POST /v1/prices, for a product there is or one made with it."""
    refuse_others(params, _CREATE)
    if params.get("billing_scheme", "per_unit") != "per_unit":
        refuse_others({"billing_scheme": "tiered"}, set())
    if ("product" in params) == ("product_data" in params):
        raise (
            invalid("You may only specify one of these parameters: product, product_data.", param="product")
            if "product" in params
            else missing("product")
        )
    if "product" in params:
        product_id = work.get("product", params["product"], param="product").id
    else:
        refuse_others(
            params["product_data"],
            {"active", "id", "metadata", "name", "statement_descriptor", "tax_code", "unit_label"},
            "product_data",
        )
        product_id = product.create(work, params["product_data"])["id"]
    body = new_price(work, params, product_id)
    record = work.add(body)
    if params.get("lookup_key"):
        _give_lookup_key(work, params["lookup_key"], body, transfer=params.get("transfer_lookup_key", False))
        work.save(record)
    work.emit("price.created", body)
    return body


def retrieve(work: Work, params: Json, price: str) -> Json:
    """GET /v1/prices/{id}."""
    return work.get("price", price).body


def update(work: Work, params: Json, price: str) -> Json:
    """POST /v1/prices/{id}: everything but what it costs."""
    refuse_others(params, _UPDATE)
    record = work.get("price", price)
    if "tax_behavior" in params and record.body["tax_behavior"] not in ("unspecified", params["tax_behavior"]):
        raise invalid("tax_behavior cannot be changed once it is inclusive or exclusive.", param="tax_behavior")
    previous = fields.update(record.body, params, ("active", "nickname", "tax_behavior"))
    key = params.get("lookup_key")
    if key is not None and key != record.body["lookup_key"]:
        previous["lookup_key"] = record.body["lookup_key"]
        _give_lookup_key(work, key, record.body, transfer=params.get("transfer_lookup_key", False))
    if previous:
        work.save(record)
        work.emit("price.updated", record.body, previous)
    return record.body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/prices; filters: active, created, currency, lookup_keys (10 at most), product, recurring, type."""
    where = {name: params[name] for name in ("active", "currency", "product", "type") if name in params}
    if "lookup_keys" in params:
        if len(params["lookup_keys"]) > _MAX_LOOKUP_KEYS:
            raise invalid(f"At most {_MAX_LOOKUP_KEYS} lookup_keys can be given.", param="lookup_keys")
        where["lookup_key"] = params["lookup_keys"]
    for name, value in params.get("recurring", {}).items():
        where[f"recurring.{name}"] = value
    return page(work, "price", params, "/v1/prices", where)


def _amounts(params: Json) -> tuple[int | None, str]:
    """`unit_amount` (None for a fraction of a minor unit) and `unit_amount_decimal`."""
    if "unit_amount" in params and "unit_amount_decimal" in params:
        message = "You may only specify one of these parameters: unit_amount, unit_amount_decimal."
        raise invalid(message, param="unit_amount", code="parameters_exclusive")
    name = "unit_amount_decimal" if "unit_amount_decimal" in params else "unit_amount"
    if name not in params:
        raise missing("unit_amount")
    amount = Decimal(params[name])
    if amount < 0:
        message = "Invalid non-negative integer"
        raise invalid(message, param=name, code="parameter_invalid_integer")
    if amount > currencies.MAX_AMOUNT_MINOR:
        message = f"Invalid integer: must be at most {currencies.MAX_AMOUNT_MINOR}."
        raise invalid(message, param=name, code="parameter_invalid_integer")
    whole = amount == amount.to_integral_value()
    written = f"{amount.normalize():f}"
    return (int(amount) if whole else None), written


def _recurring(given: Json) -> Json:
    refuse_others(given, {"interval", "interval_count", "trial_period_days", "usage_type"}, "recurring")
    if given.get("usage_type", "licensed") != "licensed":
        refuse_others({"usage_type": "metered"}, set(), "recurring")
    count = given.get("interval_count", 1)
    most = _MAX_INTERVALS[given["interval"]]
    if not 1 <= count <= most:
        message = f"Invalid interval_count: must be between 1 and {most} for {given['interval']}."
        raise invalid(message, param="recurring[interval_count]")
    return {
        "interval": given["interval"],
        "interval_count": count,
        "meter": None,
        "trial_period_days": given.get("trial_period_days"),
        "usage_type": "licensed",
    }


def _give_lookup_key(work: Work, key: str, body: Json, *, transfer: bool) -> None:
    """Set the key; with `transfer` it leaves the price that has it, and that price says so in an event."""
    if len(key) > 200:
        raise invalid("A lookup key can have at most 200 characters.", param="lookup_key")
    for holder in work.store.find("price", {"lookup_key": key}, limit=1):
        if holder.id == body["id"]:
            continue
        if not transfer:
            raise invalid(
                f"A price (`{holder.id}`) already uses that lookup key.",
                param="lookup_key",
                code="resource_already_exists",
            )
        holder.body["lookup_key"] = None
        work.save(holder)
        work.emit("price.updated", holder.body, {"lookup_key": key})
    body["lookup_key"] = key
