"""Phases of a subscription schedule: what the subscription is, from when until when."""

from billing_app.sandbox.billing import periods
from billing_app.sandbox.billing.starting import check_alike
from billing_app.sandbox.errors import invalid, missing
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields
from billing_app.sandbox.resources.subscription_item import quantity, recurring_price
from billing_app.sandbox.store import Json
from billing_app.sandbox.work import Work

MAX_PHASES = 10
_PHASE = {
    "billing_cycle_anchor", "default_payment_method", "description", "discounts", "duration", "end_date", "items",
    "metadata", "proration_behavior", "start_date", "trial", "trial_end",
}  # fmt: skip


def of_items(items: list[Json], start: int, end: int, currency: str, given: Json | None = None) -> Json:
    """A phase; `given` are its other parameters."""
    params = given or {}
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "billing_cycle_anchor": params.get("billing_cycle_anchor"),
        "billing_thresholds": None,
        "collection_method": None,
        "currency": currency,
        "default_payment_method": params.get("default_payment_method"),
        "default_tax_rates": [],
        "description": params.get("description") or None,
        "discounts": [
            {"coupon": one.get("coupon"), "discount": None, "promotion_code": one.get("promotion_code")}
            for one in params.get("discounts") or []
        ],
        "end_date": end,
        "invoice_settings": None,
        "items": [
            {
                "billing_thresholds": None,
                "discounts": [],
                "metadata": {},
                "plan": item["price"],
                "price": item["price"],
                "quantity": item["quantity"],
                "tax_rates": [],
            }
            for item in items
        ],
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "on_behalf_of": None,
        "proration_behavior": params.get("proration_behavior", "create_prorations"),
        "start_date": start,
        "transfer_data": None,
        "trial_end": params.get("trial_end"),
    }


def read(work: Work, given: list[Json], start: int, current: Json | None = None) -> list[Json]:
    """Phases from parameters, one after the other from `start`.

    Args:
        current: the phase that runs; the first one given stands for it.

    Raises:
        ApiError: gaps, ends before starts, prices that cannot be together.
    """
    if not 1 <= len(given) <= MAX_PHASES:
        raise invalid(f"A schedule has between 1 and {MAX_PHASES} phases.", param="phases")
    phases: list[Json] = []
    held = {item["price"] for item in current["items"]} if current else set[str]()
    for at, one in enumerate(given):
        path = f"phases[{at}]"
        refuse_others(one, _PHASE, path)
        if not one["items"]:
            raise missing(f"{path}[items]")
        prices = [recurring_price(work, item, f"{path}[items][{n}]", held) for n, item in enumerate(one["items"])]
        check_alike(prices)
        begins = _start(one, start, path, first=at == 0)
        ends = _end(work, one, begins, prices[0]["recurring"], path)
        items = [
            {"price": price["id"], "quantity": quantity(item, f"{path}[items][{n}]")}
            for n, (price, item) in enumerate(zip(prices, one["items"], strict=True))
        ]
        trial = {"trial_end": ends} if one.get("trial") else {}
        phases.append(of_items(items, begins, ends, prices[0]["currency"], {**one, **trial}))
        start = ends
    if current is not None and phases[0]["start_date"] != current["start_date"]:
        message = "The first phase must be the current one: its start_date cannot be changed."
        raise invalid(message, param="phases[0][start_date]")
    return phases


def _start(one: Json, start: int, path: str, *, first: bool) -> int:
    given = one.get("start_date", start)
    if given == "now":
        given = start
    if not first and given != start:
        raise invalid("A phase must start when the one before ends.", param=f"{path}[start_date]")
    return given


def _end(work: Work, one: Json, begins: int, recurring: Json, path: str) -> int:
    if "end_date" in one and "duration" in one:
        raise invalid("You may only specify one of these parameters: duration, end_date.", param=f"{path}[end_date]")
    if "end_date" in one:
        ends = work.now if one["end_date"] == "now" else one["end_date"]
    else:
        duration = one.get("duration", {})
        interval = duration.get("interval", recurring["interval"])
        count = duration.get("interval_count", 1 if duration else recurring["interval_count"])
        if not 1 <= count <= 120:
            raise invalid("interval_count must be between 1 and 120.", param=f"{path}[duration][interval_count]")
        ends = periods.plus(begins, interval, count)
    if ends <= begins or ends < work.now:
        raise invalid("A phase must end after it starts, and not in the past.", param=f"{path}[end_date]")
    return ends
