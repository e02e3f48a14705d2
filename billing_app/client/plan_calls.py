"""Requests about plans, invoices and costs, as values."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from billing_app.client import plan_results
from billing_app.client.calls import API, Call, given, of_customer
from billing_app.client.reading import read

T = TypeVar("T")


def subscription(customer: str) -> Call[plan_results.Subscription]:
    """customers/{id}/subscription."""
    return Call("GET", of_customer(customer, "/subscription"), _as(plan_results.Subscription))


def preview(customer: str, plan: str, period: str) -> Call[plan_results.PlanPreview]:
    """subscription/preview. Changes nothing, so it may be sent again."""
    body = {"plan": plan, "period": period}
    return Call("POST", of_customer(customer, "/subscription/preview"), _as(plan_results.PlanPreview), body)


def switch(customer: str, token: str, key: str) -> Call[plan_results.PlanChange]:
    """subscription/switch."""
    path = of_customer(customer, "/subscription/switch")
    return Call("POST", path, _as(plan_results.PlanChange), {"token": token}, key=key)


def cancel(
    customer: str, when: str | None, reason: str | None, comment: str | None, key: str
) -> Call[plan_results.PlanEnding]:
    """subscription/cancel."""
    body = given(when=when, reason=reason, comment=comment)
    return Call("POST", of_customer(customer, "/subscription/cancel"), _as(plan_results.PlanEnding), body, key=key)


def resume(customer: str, key: str) -> Call[plan_results.PlanEnding]:
    """subscription/resume."""
    return Call("POST", of_customer(customer, "/subscription/resume"), _as(plan_results.PlanEnding), key=key)


def undo(customer: str, key: str) -> Call[plan_results.PlanEnding]:
    """subscription/undo."""
    return Call("POST", of_customer(customer, "/subscription/undo"), _as(plan_results.PlanEnding), key=key)


def invoices(customer: str, after: str | None, limit: int | None) -> Call[plan_results.InvoicePage]:
    """customers/{id}/invoices."""
    path = of_customer(customer, "/invoices")
    return Call("GET", path, _as(plan_results.InvoicePage), params=given(after=after, limit=limit))


def log_llm(request_id: str, model: str, wish: Mapping[str, Any]) -> Call[plan_results.LoggedCost]:
    """usage/llm. Logged once for each request_id, so it may be sent again."""
    body = given(request_id=request_id, model=model, **wish)
    return Call("POST", f"{API}/usage/llm", _as(plan_results.LoggedCost), body)


def _as(kind: type[T]) -> Callable[[Any], T]:
    return lambda told: read(kind, told)
