"""What a subscription's invoice says: lines of a period, prorations of a change, and what was debited for them."""

from datetime import UTC, datetime

from billing_app.sandbox import currencies
from billing_app.sandbox.billing import proration
from billing_app.sandbox.resources import discount, invoice, invoice_item, invoice_line, subscription
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work


def period_lines(
    work: Work, record: Record, *, trial: bool = False, whole: tuple[int, int] | None = None
) -> list[Json]:
    """A line for each item's current period.

    Args:
        trial: nothing is charged for it.
        whole: the full period of which the current one is a part, when it is charged in part.
    """
    lines: list[Json] = []
    start, end = subscription.period_of(record.body)
    for item in subscription.items_of(record.body):
        price, quantity = item["price"], item["quantity"]
        name = _name(work, price)
        amount = 0 if trial else invoice_line.subtotal(price, quantity)
        if whole is not None:
            amount = proration.share(amount, whole[0], whole[1], start)
        lines.append(
            invoice_line.new_line(
                amount_minor=amount,
                currency=price["currency"],
                description=f"Trial period for {name}" if trial else f"{quantity} \u00d7 {name} ({_rate(price)})",
                period=(start, end),
                parent=invoice_line.of_subscription(record.id, item["id"]),
                price=price,
                quantity=quantity,
                subscription=record.id,
                metadata=record.body["metadata"],
            )
        )
    return lines


def bill(
    work: Work,
    record: Record,
    lines: list[Json],
    reason: str,
    *,
    period: tuple[int, int] | None = None,
    auto_advance: bool = True,
    proration_date: int | None = None,
    preview: bool = False,
) -> Record:
    """A draft invoice of the lines and of what waits for this subscription; it becomes the latest invoice."""
    body = record.body
    owner = work.get("customer", body["customer"])
    waiting = invoice_item.pending(work, owner.id, body["currency"], record.id)
    made = invoice.new_invoice(
        work,
        owner,
        currency=body["currency"],
        lines=[*(invoice_item.line_of(item) for item in waiting), *lines],
        reason=reason,
        subscription=record,
        discounts=discounts_now(work, body),
        taxing=body["automatic_tax"]["enabled"],
        period=period,
        auto_advance=auto_advance,
        params={"collection_method": body["collection_method"], "days_until_due": body["days_until_due"]},
        proration_date=proration_date,
        preview=preview,
    )
    remember_debits(record, made)
    if not preview:
        invoice_item.taken(work, waiting, made.id)
        owner.body["currency"] = owner.body["currency"] or body["currency"]
        work.save(owner)
    return made


def discounts_now(work: Work, body: Json) -> list[str]:
    """Discounts of the subscription that count for an invoice made now."""
    return [
        one for one in body["discounts"] if (end := work.get("discount", one).body["end"]) is None or end > work.now
    ]


def remember_debits(record: Record, made: Record) -> None:
    """Keep what each item was debited with and for when: later credits give back from that."""
    debits = record.private.setdefault("debits", {})
    for line in made.private["lines"]:
        parent = line["parent"]
        details = parent and parent["subscription_item_details"]
        if details and line["amount"] >= 0 and details["subscription"] == record.id:
            debits[details["subscription_item"]] = {
                "amount": invoice_line.net(line),
                "start": line["period"]["start"],
                "end": line["period"]["end"],
                "invoice": made.id,
                "line": line["id"],
            }


def credit(work: Work, record: Record, item: Json, at: int) -> None:
    """Give back what was debited for an item's time after `at`."""
    debit = record.private.get("debits", {}).pop(item["id"], None)
    if debit is None:
        return
    amount = proration.share(debit["amount"], debit["start"], debit["end"], at)
    if amount == 0:
        return
    text = f"Unused time on {_named(work, item)} after {_day(at)}"
    credited = {"invoice": debit["invoice"], "invoice_line_items": [debit["line"]]}
    _proration(work, record, item, -amount, text, at=at, end=debit["end"], credited=credited)


def debit_rest(work: Work, record: Record, item: Json, at: int) -> None:
    """Charge an item for the rest of the current period."""
    start, end = subscription.period_of(record.body)
    amount = proration.share(invoice_line.subtotal(item["price"], item["quantity"]), start, end, at)
    if amount == 0:
        return
    made = _proration(
        work, record, item, amount, f"Remaining time on {_named(work, item)} after {_day(at)}", at=at, end=end
    )
    record.private.setdefault("debits", {})[item["id"]] = {
        "amount": amount - _taken_off(work, record, amount), "start": at, "end": end, "invoice": "", "line": made.id,
    }  # fmt: skip


def _taken_off(work: Work, record: Record, amount_minor: int) -> int:
    """What the subscription's discounts take off a debit; known exactly when it is invoiced."""
    left = amount_minor
    for discount_id in discounts_now(work, record.body):
        behind = work.get("coupon", work.get("discount", discount_id).body["source"]["coupon"])
        left -= discount.amounts_off(behind.body, [left])[0]
    return amount_minor - left


def _proration(
    work: Work, record: Record, item: Json, amount: int, text: str, *, at: int, end: int, credited: Json | None = None
) -> Record:
    if credited is not None and not credited["invoice"]:
        credited = None
    return invoice_item.new_invoice_item(
        work,
        record.body["customer"],
        amount_minor=amount,
        currency=record.body["currency"],
        description=text,
        period=(at, end),
        price=item["price"],
        quantity=item["quantity"],
        subscription=record.id,
        item=item["id"],
        credited=credited,
        proration=True,
        discountable=amount > 0,
        metadata=record.body["metadata"],
    )


def _named(work: Work, item: Json) -> str:
    name = _name(work, item["price"])
    return name if item["quantity"] == 1 else f"{item['quantity']} \u00d7 {name}"


def _name(work: Work, price: Json) -> str:
    return work.get("product", price["product"]).body["name"]


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d %b %Y").lstrip("0")


def _rate(price: Json) -> str:
    recurring = price["recurring"]
    count, interval = recurring["interval_count"], recurring["interval"]
    every = interval if count == 1 else f"{count} {interval}s"
    each = currencies.written(int(price["unit_amount"] or 0), price["currency"])
    return f"at {each} / {every}"
