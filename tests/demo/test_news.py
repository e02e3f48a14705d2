"""What is read together is applied once for each object, and what was not applied is closed by what was."""

from datetime import UTC, datetime

from billing_app.demo.news import newest_of_each
from billing_app.payments.gateway import API_VERSION
from billing_app.payments.stripe_objects import Event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _event(number: int, kind: str, about: str) -> Event:
    return Event(
        id=f"evt_{number}",
        type=kind,
        object_id=about,
        customer="cus_1",
        api_version=API_VERSION,
        livemode=False,
        created=NOON,
        data={},
    )


def test_of_several_events_about_one_invoice_the_last_is_applied() -> None:
    finalized, paid = _event(1, "invoice.finalized", "in_1"), _event(2, "invoice.paid", "in_1")
    assert newest_of_each([finalized, paid]) == ([paid], {"evt_1": "evt_2"})


def test_another_object_or_another_rule_is_applied_by_itself() -> None:
    events = [
        _event(1, "invoice.paid", "in_1"),
        _event(2, "invoice.paid", "in_2"),
        _event(3, "invoice.payment_failed", "in_1"),
        _event(4, "customer.subscription.updated", "sub_1"),
    ]
    assert newest_of_each(events) == (events, {})


def test_what_has_no_rule_is_left_to_the_applier() -> None:
    events = [_event(1, "charge.unheard_of", "ch_1"), _event(2, "charge.unheard_of", "ch_1")]
    assert newest_of_each(events) == (events, {})
