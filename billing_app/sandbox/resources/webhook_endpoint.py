"""Webhook endpoints: where events go (https://docs.stripe.com/api/webhook_endpoints)."""

from urllib.parse import urlsplit

from billing_app.sandbox.config import API_VERSION
from billing_app.sandbox.errors import invalid
from billing_app.sandbox.ids import new_id, random_text
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields
from billing_app.sandbox.store import Json
from billing_app.sandbox.webhooks import outbox
from billing_app.sandbox.work import Work


def create(work: Work, params: Json) -> Json:
    """POST /v1/webhook_endpoints; the signing secret is told here and never again."""
    refuse_others(params, {"api_version", "description", "enabled_events", "expand", "metadata", "url"})
    if work.store.count("webhook_endpoint") >= outbox.MAX_ENDPOINTS:
        raise invalid(f"You have reached the maximum of {outbox.MAX_ENDPOINTS} test webhook endpoints.")
    if params.get("api_version", API_VERSION) != API_VERSION:
        raise invalid(f"This sandbox sends events of version {API_VERSION} only.", param="api_version")
    _check(params)
    secret = f"whsec_{random_text(32)}"
    body: Json = {
        "id": new_id("webhook_endpoint"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": None,
        "created": work.now,
        "description": fields.unset(params.get("description", "")),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "status": "enabled",
        "url": params["url"],
    }
    work.add(body, {"secret": secret})
    return {**body, "secret": secret}


def retrieve(work: Work, params: Json, webhook_endpoint: str) -> Json:
    """GET /v1/webhook_endpoints/{id}, without the secret."""
    return work.get("webhook_endpoint", webhook_endpoint).body


def update(work: Work, params: Json, webhook_endpoint: str) -> Json:
    """POST /v1/webhook_endpoints/{id}: address, events, description, metadata, disabled."""
    _check(params)
    record = work.get("webhook_endpoint", webhook_endpoint)
    fields.update(record.body, params, ("description", "enabled_events", "url"))
    if "disabled" in params:
        record.body["status"] = "disabled" if params["disabled"] else "enabled"
        if params["disabled"]:
            outbox.abandon(work.store, record.id, "the endpoint was disabled")
    work.save(record)
    return record.body


def delete(work: Work, params: Json, webhook_endpoint: str) -> Json:
    """DELETE /v1/webhook_endpoints/{id}; what waited for it is given up."""
    record = work.get("webhook_endpoint", webhook_endpoint)
    outbox.abandon(work.store, record.id, "the endpoint was deleted")
    work.store.delete(record)
    return {"id": record.id, "object": "webhook_endpoint", "deleted": True}


def listing(work: Work, params: Json) -> Json:
    """GET /v1/webhook_endpoints."""
    return page(work, "webhook_endpoint", params, "/v1/webhook_endpoints")


def _check(params: Json) -> None:
    if "url" in params:
        try:
            parts = urlsplit(params["url"])
            valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            valid = False
        if not valid:
            raise invalid("Invalid URL: a URL that starts with http:// or https:// is needed.", param="url")
    if params.get("enabled_events") == []:
        raise invalid("At least one event is needed.", param="enabled_events")
