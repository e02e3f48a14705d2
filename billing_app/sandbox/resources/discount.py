"""Discounts: a coupon given to a subscription or an invoice, and what it takes off each line."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from billing_app.sandbox.billing.periods import plus
from billing_app.sandbox.billing.proration import spread
from billing_app.sandbox.errors import invalid
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.resources import coupon, promotion_code
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

MAX_DISCOUNTS = 20


def check(work: Work, given: list[Json] | str, customer: str | None, amount_minor: int, currency: str) -> None:
    """Refuse discounts that cannot be given now.

    Raises:
        ApiError: no such coupon or code, expired, used up, or not for this order.
    """
    for at, one in enumerate(given if isinstance(given, list) else []):
        behind, code = behind_it(work, one, f"discounts[{at}]")
        if code is not None and (reason := promotion_code.why_not(work, code, customer, amount_minor, currency)):
            raise invalid(f"This promotion code {reason}.", param=f"discounts[{at}][promotion_code]")
        if reason := coupon.why_not(work, behind):
            raise invalid(f"Coupon {behind.id} {reason}.", param=f"discounts[{at}][coupon]", code="coupon_expired")
        if behind.body["amount_off"] is not None and behind.body["currency"] != currency:
            raise invalid(f"Coupon {behind.id} is in another currency.", param=f"discounts[{at}][coupon]")


def behind_it(work: Work, one: Json, path: str) -> tuple[Record, Record | None]:
    """Coupon, and promotion code if that was given, of an element of `discounts`."""
    if "coupon" in one:
        return work.get("coupon", one["coupon"], param=f"{path}[coupon]"), None
    if "promotion_code" in one:
        code = work.get("promotion_code", one["promotion_code"], param=f"{path}[promotion_code]")
        return work.get("coupon", code.body["promotion"]["coupon"]), code
    if "discount" in one:
        given = work.get("discount", one["discount"], param=f"{path}[discount]")
        return work.get("coupon", given.body["source"]["coupon"]), None
    raise invalid(f"{path} needs a coupon or a promotion_code.", param=path)


def give(work: Work, given: list[Json] | str, customer: str | None, **to: str | None) -> list[str]:
    """Redeem coupons and codes; the ids of the discounts made.

    Args:
        to: `subscription`, `invoice` or `checkout_session` the discount belongs to.
    """
    elements = given if isinstance(given, list) else []
    if len(elements) > MAX_DISCOUNTS:
        raise invalid(f"At most {MAX_DISCOUNTS} discounts can be given.", param="discounts")
    made: list[str] = []
    for at, one in enumerate(elements):
        if "discount" in one:
            made.append(work.get("discount", one["discount"], param=f"discounts[{at}][discount]").id)
            continue
        behind, code = behind_it(work, one, f"discounts[{at}]")
        for redeemed in (behind, code):
            if redeemed is not None:
                redeemed.body["times_redeemed"] += 1
                work.save(redeemed)
        months = behind.body["duration_in_months"]
        body: Json = {
            "id": new_id("discount"),
            "object": "discount",
            "checkout_session": to.get("checkout_session"),
            "customer": customer,
            "end": plus(work.now, "month", months) if months else None,
            "invoice": to.get("invoice"),
            "invoice_item": None,
            "promotion_code": code.id if code else None,
            "source": {"coupon": behind.id, "type": "coupon"},
            "start": work.now,
            "subscription": to.get("subscription"),
            "subscription_item": None,
        }
        work.add(body)
        work.emit("customer.discount.created", body)
        made.append(body["id"])
    return made


def still_given(work: Work, discounts: Iterable[str]) -> list[str]:
    """Those of a subscription's discounts that go on: not those for one invoice, nor those that have ended."""
    going_on: list[str] = []
    for discount_id in discounts:
        body = work.get("discount", discount_id).body
        duration = work.get("coupon", body["source"]["coupon"]).body["duration"]
        if duration == "forever" or (duration == "repeating" and (body["end"] or 0) > work.now):
            going_on.append(discount_id)
    return going_on


def apply(work: Work, lines: list[Json], discounts: list[str]) -> None:
    """Set `discount_amounts` of each line, one discount after the other on what the one before has left."""
    for line in lines:
        line["discount_amounts"] = []
    for discount_id in discounts:
        behind = work.get("coupon", work.get("discount", discount_id).body["source"]["coupon"])
        take_off(behind, lines, discount_id)


def take_off(behind: Record, lines: list[Json], discount_id: str) -> None:
    """Take one coupon off the lines it applies to; credits and what is marked so are left alone."""
    products = behind.private["products"]
    lefts = [
        line["amount"] - sum(taken["amount"] for taken in line["discount_amounts"])
        if line["discountable"] and line["amount"] > 0 and (not products or _product(line) in products)
        else 0
        for line in lines
    ]
    for line, amount in zip(lines, amounts_off(behind.body, lefts), strict=True):
        if amount:
            line["discount_amounts"].append({"amount": amount, "discount": discount_id})


def amounts_off(body: Json, lefts: list[int]) -> list[int]:
    """What a coupon takes off each of several amounts in minor units."""
    if body["percent_off"] is not None:
        percent = Decimal(str(body["percent_off"]))
        return [int((left * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)) for left in lefts]
    return spread(min(body["amount_off"], sum(lefts)), lefts)


def _product(line: Json) -> str | None:
    pricing = line["pricing"]
    return pricing["price_details"]["product"] if pricing else None
