"""The webhook log on an ordinary day: what came for one customer in one minute stands together, under its day."""

from datetime import UTC, datetime, timedelta

from billing_app.payments.delivery_log.views import LoggedEvent
from billing_app.ui.pages.admin.webhooks.rows import event_rows

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def an_event(ago: timedelta, customer: int | None = 7, state: str = "done", **known: object) -> LoggedEvent:
    """An event that came so long ago."""
    at = NOW - ago
    told: dict[str, object] = {"error": None, "effects": (), "attempts": 1, "took_ms": 12, **known}
    return LoggedEvent(
        id=f"evt_{at:%d%H%M%S}",
        type="invoice.paid",
        object_id="in_1",
        customer_id=customer,
        state=state,
        received_at=at,
        created_at=at,
        deliveries=1,
        api_version=None,
        livemode=False,
        done_at=at,
        **told,  # pyright: ignore[reportArgumentType]
    )


def test_the_events_of_one_purchase_stand_together_under_their_day() -> None:
    seconds, minutes, days = (timedelta(seconds=10), timedelta(minutes=5), timedelta(days=1))
    rows = event_rows(
        [
            an_event(seconds),
            an_event(seconds * 2),
            an_event(seconds * 3, customer=8),
            an_event(seconds * 4, customer=None),
            an_event(seconds * 5, customer=None),
            an_event(minutes, customer=None),
            an_event(days),
            an_event(days * 3),
        ],
        NOW,
    )
    assert [row.heading for row in rows] == ["Today", "", "", "", "", "", "Yesterday", "18 Nov 2026"]
    # What is nobody's is not one purchase, and a minute is the longest that one lasts.
    assert [row.follows for row in rows] == [False, True, False, False, False, False, False, False]


def test_a_page_of_the_log_goes_on_where_the_last_one_ended() -> None:
    first = event_rows([an_event(timedelta(seconds=10))], NOW)
    (row,) = event_rows([an_event(timedelta(seconds=20))], NOW, first[-1])
    assert (row.heading, row.follows) == ("", True)


def test_only_what_is_out_of_the_ordinary_is_loud() -> None:
    done, told, granted, failed = event_rows(
        [
            an_event(timedelta(1)),
            an_event(timedelta(2), effects=("told by evt_1",)),
            an_event(timedelta(3), effects=("25 credits granted", "told by evt_1")),
            an_event(timedelta(4), state="failed", error="Stripe was away.", attempts=3),
        ],
        NOW,
    )
    assert [(row.calm, row.quiet) for row in (done, told, granted)] == [(True, True), (True, True), (True, False)]
    assert (failed.calm, failed.bad, failed.says, failed.attempts) == (False, True, "Stripe was away.", "3 attempts")
