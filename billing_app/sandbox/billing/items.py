"""Items of a subscription added, changed and removed one by one: updates of the subscription by another address.

https://docs.stripe.com/api/subscription_items.
"""

from billing_app.sandbox.billing import updating
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import subscription, subscription_item
from billing_app.sandbox.store import Json
from billing_app.sandbox.work import Work

_ITEM = {"metadata", "price", "price_data", "quantity"}
_HOW = {"off_session", "payment_behavior", "proration_behavior", "proration_date"}


def create(work: Work, params: Json) -> Json:
    """POST /v1/subscription_items of a subscription."""
    refuse_others(params, {*_ITEM, *_HOW, "expand", "subscription"})
    record = work.get("subscription", params["subscription"], param="subscription")
    before = {item["id"] for item in subscription.items_of(record.body)}
    after = updating.update(work, {"items": [_only(params, _ITEM)], **_only(params, _HOW)}, record.id)
    added = [item for item in subscription.items_of(after) if item["id"] not in before]
    return added[0] if added else _waiting(after)[-1]


def update(work: Work, params: Json, item: str) -> Json:
    """POST /v1/subscription_items/{id}."""
    refuse_others(params, {*_ITEM, *_HOW, "expand"})
    record = subscription_item.owner(work, item)
    changes = {"items": [{"id": item, **_only(params, _ITEM)}], **_only(params, _HOW)}
    after = updating.update(work, changes, record.id)
    return next(one for one in subscription.items_of(after) if one["id"] == item)


def delete(work: Work, params: Json, item: str) -> Json:
    """DELETE /v1/subscription_items/{id}; a subscription keeps at least one."""
    refuse_others(params, {*_HOW, "expand"})
    record = subscription_item.owner(work, item)
    updating.update(work, {"items": [{"id": item, "deleted": True}], **_only(params, _HOW)}, record.id)
    return {"id": item, "object": "subscription_item", "deleted": True}


def _only(params: Json, names: set[str]) -> Json:
    return {name: value for name, value in params.items() if name in names}


def _waiting(body: Json) -> list[Json]:
    """The items as they will be when a pending update is paid."""
    return body["pending_update"]["subscription_items"]
