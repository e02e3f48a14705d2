"""Portal sessions: a customer's way into the portal (https://docs.stripe.com/api/customer_portal/sessions)."""

import time

from billing_app.sandbox.errors import invalid, missing
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import portal_configuration, subscription
from billing_app.sandbox.store import Json
from billing_app.sandbox.work import Work

_TYPE = "billing_portal.session"
# By the wall: the address is for a person who has just asked for it.
LIFETIME_S = 3600
_CREATE = {"configuration", "customer", "expand", "flow_data", "locale", "return_url"}
# The feature of the configuration that each flow needs.
_NEEDS = {
    "payment_method_update": "payment_method_update", "subscription_cancel": "subscription_cancel",
    "subscription_update": "subscription_update", "subscription_update_confirm": "subscription_update",
    "customer_update": "customer_update",
}  # fmt: skip


def create(work: Work, params: Json) -> Json:
    """POST /v1/billing_portal/sessions; the address is good for an hour."""
    refuse_others(params, _CREATE)
    if "customer" not in params:
        raise missing("customer")
    owner = work.get("customer", params["customer"], param="customer")
    if "configuration" in params:
        configuration = work.get("billing_portal.configuration", params["configuration"], param="configuration")
        if not configuration.body["active"]:
            raise invalid("The configuration is not active.", param="configuration")
    else:
        configuration = portal_configuration.default(work)
    flow = _flow(work, params["flow_data"], owner.id, configuration.body) if "flow_data" in params else None
    session_id = new_id(_TYPE)
    body: Json = {
        "id": session_id,
        "object": _TYPE,
        "configuration": configuration.id,
        "created": work.now,
        "customer": owner.id,
        "flow": flow,
        "livemode": False,
        "locale": params.get("locale"),
        "on_behalf_of": None,
        "return_url": params.get("return_url", configuration.body["default_return_url"]),
        "url": f"{work.base_url}/p/session/test_{session_id.removeprefix('bps_')}",
    }
    work.add(body, {"expires_at": int(time.time()) + LIFETIME_S})
    work.emit("billing_portal.session.created", body)
    return body


def _flow(work: Work, given: Json, customer: str, configuration: Json) -> Json:
    kind = given["type"]
    if kind not in _NEEDS:
        refuse_others({f"flow_data[type]={kind}": True}, set())
    if not configuration["features"][_NEEDS[kind]]["enabled"]:
        message = f"This {kind} flow needs a feature that the portal configuration has not enabled."
        raise invalid(message, param="flow_data[type]")
    done = given.get("after_completion", {"type": "portal_homepage"})
    flow: Json = {
        "after_completion": {
            "hosted_confirmation": {"custom_message": None, **done.get("hosted_confirmation", {})}
            if done["type"] == "hosted_confirmation"
            else None,
            "redirect": done.get("redirect"),
            "type": done["type"],
        },
        "subscription_cancel": None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": kind,
    }
    if kind.startswith("subscription_"):
        if kind not in given:
            raise missing(f"flow_data[{kind}]")
        found = work.get("subscription", given[kind]["subscription"], param=f"flow_data[{kind}][subscription]")
        if found.body["customer"] != customer or found.body["status"] in subscription.ENDED:
            raise invalid("The subscription is not a live one of this customer.", param=f"flow_data[{kind}]")
        flow[kind] = {"retention": None, **given[kind]} if kind == "subscription_cancel" else dict(given[kind])
        if kind == "subscription_update_confirm":
            flow[kind]["discounts"] = None
            empty = {"id": None, "price": None, "quantity": None}
            flow[kind]["items"] = [{**empty, **item} for item in given[kind]["items"]]
    return flow
