"""Coupons: what a discount takes off, and how often (https://docs.stripe.com/api/coupons)."""

from decimal import Decimal

from billing_app.sandbox import currencies
from billing_app.sandbox.errors import invalid, missing
from billing_app.sandbox.ids import random_text
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_CREATE = {
    "amount_off", "applies_to", "currency", "duration", "duration_in_months", "expand", "id", "max_redemptions",
    "metadata", "name", "percent_off", "redeem_by",
}  # fmt: skip
_MAX_NAME = 40


def create(work: Work, params: Json) -> Json:
    """POST /v1/coupons: a share (`percent_off`) or an amount (`amount_off` with `currency`)."""
    refuse_others(params, _CREATE)
    _check(work, params)
    coupon_id = params.get("id") or random_text(8)
    if work.store.get("coupon", coupon_id) is not None:
        raise invalid("Coupon already exists.", param="id", code="resource_already_exists")
    percent = params.get("percent_off")
    body: Json = {
        "id": coupon_id,
        "object": "coupon",
        "amount_off": params.get("amount_off"),
        "created": work.now,
        "currency": currencies.checked(params["currency"]) if "currency" in params else None,
        "duration": params.get("duration", "once"),
        "duration_in_months": params.get("duration_in_months"),
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "name": params.get("name"),
        "percent_off": None if percent is None else _number(percent),
        "redeem_by": params.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
    }
    work.add(body, {"products": params.get("applies_to", {}).get("products", [])})
    work.emit("coupon.created", body)
    return body


def retrieve(work: Work, params: Json, coupon: str) -> Json:
    """GET /v1/coupons/{id}."""
    return shown(work, work.get("coupon", coupon))


def update(work: Work, params: Json, coupon: str) -> Json:
    """POST /v1/coupons/{id}: name and metadata; what it takes off never changes."""
    refuse_others(params, {"expand", "metadata", "name"})
    record = work.get("coupon", coupon)
    previous = fields.update(record.body, params, ("name",))
    if previous:
        work.save(record)
        work.emit("coupon.updated", record.body, previous)
    return shown(work, record)


def delete(work: Work, params: Json, coupon: str) -> Json:
    """DELETE /v1/coupons/{id}: nobody can redeem it any more; discounts already given stay."""
    record = work.get("coupon", coupon)
    record.private["deleted"] = True
    record.body["valid"] = False
    work.save(record)
    work.emit("coupon.deleted", record.body)
    return {"id": coupon, "object": "coupon", "deleted": True}


def listing(work: Work, params: Json) -> Json:
    """GET /v1/coupons; filter: created."""
    listed = page(work, "coupon", params, "/v1/coupons")
    return {**listed, "data": [shown(work, work.get("coupon", coupon["id"])) for coupon in listed["data"]]}


def shown(work: Work, record: Record) -> Json:
    """The coupon with whether it can be redeemed now."""
    return {**record.body, "valid": why_not(work, record) is None}


def why_not(work: Work, record: Record) -> str | None:
    """Why a coupon cannot be redeemed now; None when it can."""
    body = record.body
    if record.private.get("deleted"):
        return "has been deleted"
    return over(body, body["redeem_by"], work.now)


def over(body: Json, until: int | None, now: int) -> str | None:
    """Why a coupon or a code is over: too late, or redeemed often enough; None when it is not."""
    if until is not None and until <= now:
        return "has expired"
    if body["max_redemptions"] is not None and body["times_redeemed"] >= body["max_redemptions"]:
        return "has been used up"
    return None


def _check(work: Work, params: Json) -> None:
    if ("percent_off" in params) == ("amount_off" in params):
        raise invalid("You must provide exactly one of percent_off, amount_off.", param="percent_off")
    if "percent_off" in params and not 0 < params["percent_off"] <= 100:
        raise invalid("Invalid percent_off: must be more than 0 and at most 100.", param="percent_off")
    if "amount_off" in params:
        if params["amount_off"] < 1:
            raise invalid("Invalid positive integer", param="amount_off", code="parameter_invalid_integer")
        if "currency" not in params:
            raise missing("currency")
    repeating = params.get("duration") == "repeating"
    if repeating != ("duration_in_months" in params):
        raise invalid("duration_in_months goes with duration=repeating, and only with it.", param="duration_in_months")
    if params.get("duration_in_months", 1) < 1 or params.get("max_redemptions", 1) < 1:
        raise invalid("Invalid positive integer", param="max_redemptions", code="parameter_invalid_integer")
    if params.get("redeem_by", work.now + 1) <= work.now:
        raise invalid("redeem_by must be in the future.", param="redeem_by")
    if len(params.get("name", "")) > _MAX_NAME:
        raise invalid(f"A coupon's name can have at most {_MAX_NAME} characters.", param="name")
    for product in params.get("applies_to", {}).get("products", []):
        work.get("product", product, param="applies_to[products]")


def _number(percent: Decimal) -> int | float:
    """A JSON number; the arithmetic reads it back as a decimal."""
    return int(percent) if percent == percent.to_integral_value() else float(percent)
