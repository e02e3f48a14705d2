"""Promotion codes: coupons that customers type in (https://docs.stripe.com/api/promotion_codes)."""

import re

from billing_app.sandbox.errors import invalid, missing
from billing_app.sandbox.ids import new_id, random_text
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import coupon, fields
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_CREATE = {
    "active", "code", "customer", "expand", "expires_at", "max_redemptions", "metadata", "promotion", "restrictions",
}  # fmt: skip
_RESTRICTIONS = {"first_time_transaction", "minimum_amount", "minimum_amount_currency"}
_CODE = re.compile(r"^[A-Za-z0-9_-]{1,500}$")


def create(work: Work, params: Json) -> Json:
    """POST /v1/promotion_codes for a coupon; one code can be active once."""
    refuse_others(params, _CREATE)
    refuse_others(params.get("restrictions", {}), _RESTRICTIONS, "restrictions")
    if "coupon" not in params["promotion"]:
        raise missing("promotion[coupon]")
    behind = work.get("coupon", params["promotion"]["coupon"], param="promotion[coupon]")
    if "customer" in params:
        work.get("customer", params["customer"], param="customer")
    code = params.get("code") or random_text(8).upper()
    if not _CODE.match(code):
        raise invalid("A code consists of letters, digits, - and _.", param="code")
    if find(work, code) is not None:
        message = "An active promotion code with `code: " + code + "` already exists."
        raise invalid(message, param="code", code="resource_already_exists")
    restrictions = params.get("restrictions", {})
    body: Json = {
        "id": new_id("promotion_code"),
        "object": "promotion_code",
        "active": params.get("active", True),
        "code": code,
        "created": work.now,
        "customer": params.get("customer"),
        "expires_at": params.get("expires_at"),
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "promotion": {"coupon": behind.id, "type": "coupon"},
        "restrictions": {
            "first_time_transaction": restrictions.get("first_time_transaction", False),
            "minimum_amount": restrictions.get("minimum_amount"),
            "minimum_amount_currency": restrictions.get("minimum_amount_currency"),
        },
        "times_redeemed": 0,
    }
    work.add(body)
    work.emit("promotion_code.created", body)
    return body


def retrieve(work: Work, params: Json, promotion_code: str) -> Json:
    """GET /v1/promotion_codes/{id}."""
    return work.get("promotion_code", promotion_code).body


def update(work: Work, params: Json, promotion_code: str) -> Json:
    """POST /v1/promotion_codes/{id}: active and metadata."""
    refuse_others(params, {"active", "expand", "metadata"})
    record = work.get("promotion_code", promotion_code)
    previous = fields.update(record.body, params, ("active",))
    if previous:
        work.save(record)
        work.emit("promotion_code.updated", record.body, previous)
    return record.body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/promotion_codes; filters: active, code, coupon, created, customer."""
    refuse_others(
        params,
        {"active", "code", "coupon", "created", "customer", "ending_before", "expand", "limit", "starting_after"},
    )
    where = {name: params[name] for name in ("active", "code", "customer") if name in params}
    if "coupon" in params:
        where["promotion.coupon"] = params["coupon"]
    return page(work, "promotion_code", params, "/v1/promotion_codes", where)


def find(work: Work, code: str) -> Record | None:
    """The active code a customer typed, in any case."""
    for record in work.store.find("promotion_code", {"active": True}, limit=1000):
        if record.body["code"].lower() == code.lower():
            return record
    return None


def why_not(work: Work, record: Record, customer: str | None, amount_minor: int, currency: str) -> str | None:
    """Why a code cannot be used now by this customer for this amount; None when it can."""
    body, rules = record.body, record.body["restrictions"]
    if not body["active"]:
        return "is no longer active"
    if (over := coupon.over(body, body["expires_at"], work.now)) is not None:
        return over
    if body["customer"] is not None and body["customer"] != customer:
        return "is for another customer"
    least = rules["minimum_amount"]
    if least is not None and (rules["minimum_amount_currency"] != currency or amount_minor < least):
        return "needs a larger order"
    if rules["first_time_transaction"] and customer and work.store.find("charge", {"customer": customer}, limit=1):
        return "is for first orders only"
    return coupon.why_not(work, work.get("coupon", body["promotion"]["coupon"]))
