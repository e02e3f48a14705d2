"""A customer's plan as JSON: money in minor units with its currency, moments in ISO 8601 UTC."""

from datetime import datetime
from typing import Any

from billing_app.money import Money
from billing_app.payments.subscribing.views import (
    CardView,
    Changed,
    ChangePreview,
    ChargeLine,
    Ending,
    MyPlan,
    Relation,
    UpcomingCharge,
)


def plan_json(my: MyPlan) -> dict[str, Any]:
    """The plan card."""
    scheduled, past_due = my.scheduled, my.past_due
    return {
        "plan": my.plan,
        "name": my.name,
        "status": my.status,
        "access": my.access,
        "period": my.period,
        "price": _money(my.price),
        "credits_per_month": my.credits_per_month,
        "started_at": _at(my.started_at),
        "period_start": _at(my.period_start),
        "period_end": _at(my.period_end),
        "next_charge": _money(my.next_charge),
        "next_charge_at": _at(my.next_charge_at),
        "trial_ends_at": _at(my.trial_ends_at),
        "ends_at": _at(my.ends_at),
        "ended_at": _at(my.ended_at),
        "scheduled": {
            "plan": scheduled.plan,
            "name": scheduled.name,
            "period": scheduled.period,
            "price": _money(scheduled.price),
            "at": _at(scheduled.at),
        }
        if scheduled
        else None,
        "past_due": {
            "since": _at(past_due.since),
            "access_ends_at": _at(past_due.access_ends_at),
            "next_try_at": _at(past_due.next_try_at),
            "due": _money(past_due.due),
            "pay_url": past_due.pay_url,
        }
        if past_due
        else None,
        "waiting_until": _at(my.waiting_until),
        "waiting_url": my.waiting_url,
        "can": {
            "cancel": my.can_cancel,
            "resume": my.can_resume,
            "undo": my.can_undo,
            "switch": my.can_switch,
            "portal": my.has_portal,
        },
        "relations": [_relation(each) for each in my.relations],
    }


def preview_json(shown: ChangePreview) -> dict[str, Any]:
    """What a switch would do."""
    return {
        "kind": shown.kind.value,
        "now": shown.now,
        "plan": shown.plan,
        "name": shown.name,
        "period": shown.period,
        "price": _money(shown.price),
        "from": {
            "plan": shown.from_plan,
            "name": shown.from_name,
            "period": shown.from_period,
            "price": _money(shown.from_price),
        },
        "effective_at": _at(shown.effective_at),
        "due_today": _money(shown.due_today),
        "credited_today": _money(shown.credited_today),
        "tax_today": _money(shown.tax_today),
        "lines": [_line(each) for each in shown.lines],
        "next_charge": _money(shown.next_charge),
        "next_charge_at": _at(shown.next_charge_at),
        "credits": {
            "now": shown.credits_now,
            "carried": shown.credits_carried,
            "lost": shown.credits_lost,
            "next": shown.credits_next,
            "next_at": _at(shown.credits_next_at),
        },
        "trial_until": _at(shown.trial_until),
        "replaces": shown.replaces,
        "token": shown.token,
        "token_good_until": _at(shown.token_good_until),
    }


def changed_json(changed: Changed) -> dict[str, Any]:
    """What became of a switch."""
    return {
        "state": changed.state.value,
        "plan": changed.plan,
        "period": changed.period,
        "effective_at": _at(changed.effective_at),
        "url": changed.url,
        "detail": changed.detail,
    }


def ending_json(ending: Ending) -> dict[str, Any]:
    """What became of a cancellation, or of taking one back."""
    return {"ends_at": _at(ending.ends_at), "already": ending.already, "detail": ending.detail}


def upcoming_json(told: UpcomingCharge) -> dict[str, Any]:
    """The next invoice."""
    return {
        "at": _at(told.at),
        "lines": [_line(each) for each in told.lines],
        "tax": _money(told.tax),
        "total": _money(told.total),
        "due": _money(told.due),
    }


def card_json(card: CardView) -> dict[str, Any]:
    """How the next invoice is paid."""
    return {
        "type": card.type,
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "expired": card.expired,
        "expires_soon": card.expires_soon,
    }


def _relation(each: Relation) -> dict[str, Any]:
    return {
        "plan": each.plan,
        "period": each.period,
        "kind": each.kind.value,
        "at": _at(each.at),
        "trial_days": each.trial_days,
    }


def _line(line: ChargeLine) -> dict[str, Any]:
    return {"description": line.description, "amount": _money(line.amount), "proration": line.proration}


def _money(money: Money | None) -> dict[str, Any] | None:
    return None if money is None else {"minor": money.minor, "currency": money.currency}


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
