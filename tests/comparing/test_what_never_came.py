"""Deliveries that were lost: a comparison with Stripe ends in the state of the orderly run, and says so."""

from datetime import timedelta

import pytest

from billing_app.bootstrap import build, close
from billing_app.errors import Unavailable
from billing_app.payments.reconciling.missed_events import fetch_missed
from billing_app.payments.reconciling.service import Comparison
from billing_app.payments.reconciling.views import Total
from tests.comparing.conftest import comparison
from tests.payments.test_disorder import ORDERLY, a_life, summary
from tests.shop import HOST, Shop
from tests.subscriptions.subscribers import Subscribers


def amounts(totals: tuple[Total, ...]) -> dict[str, tuple[int, int]]:
    """Both sides of each figure, over all days."""
    sums: dict[str, tuple[int, int]] = {}
    for one in totals:
        stripe, ours = sums.get(one.figure, (0, 0))
        sums[one.figure] = (stripe + one.stripe_minor, ours + one.ours_minor)
    return sums


@pytest.mark.row("A4")
@pytest.mark.parametrize("delivered", ["nothing", "every third event"])
async def test_a_thinned_life_ends_as_the_orderly_one(deaf: Shop, delivered: str) -> None:
    bought = await a_life(deaf)
    if delivered != "nothing":
        for event in (await deaf.raw_events())[::3]:
            await deaf.deliver(event)
        await deaf.work()
    found = await comparison(deaf).run("cli")
    told = await summary(deaf, bought)
    assert {**told, "facts": ORDERLY["facts"]} == ORDERLY
    assert found.run.state == "in_sync", found
    assert found.run.figures["events_missing"] > 0
    assert {one.state for one in found.findings} <= {"mended"}
    assert (delivered == "nothing") <= bool(found.findings)
    assert amounts(found.totals)["payments"] == (1800, 1800)
    assert amounts(found.totals)["refunds"] == (1400, 1400)
    fees = amounts(found.totals)["fees"]
    assert fees[0] == fees[1] > 0

    again = await comparison(deaf).run("cli")
    assert (again.run.state, again.findings) == ("in_sync", ())
    assert "events_missing" not in again.run.figures
    assert await summary(deaf, bought) == told


async def test_what_is_older_than_any_event_is_found_by_its_object(deaf: Shop) -> None:
    """Stripe forgets events after 30 days; payments, refunds and checkouts stay."""
    bought = await a_life(deaf)
    compare = comparison(deaf)
    run = await compare._begin("cli")  # pyright: ignore[reportPrivateUsage]
    run.step = "checkouts"
    await run.save(cursor=None)
    await compare._stop(run, Unavailable("as if events had been gone through"))  # pyright: ignore[reportPrivateUsage]
    found = await compare.run("cli")
    assert found.run.state == "in_sync", found
    told = await summary(deaf, bought)
    assert {**told, "facts": ORDERLY["facts"], "failures": 1} == ORDERLY
    assert "events" not in found.run.figures


async def test_a_subscription_and_its_renewal_that_nobody_told_of_are_mirrored(
    plans: Shop, subscribers: Subscribers
) -> None:
    customer = await plans.a_customer()
    made = await subscribers.subscribe(customer)
    for days in (0, 32):
        if days:
            await subscribers.pass_time(days=days, settle=False)
        found = await comparison(plans).run("cli")
        assert found.run.state == "in_sync", found
    assert await plans.rows("SELECT status FROM subscriptions") == [{"status": "active"}]
    assert len(await plans.rows("SELECT id FROM invoices WHERE status = 'paid'")) == 2
    assert len(await plans.rows("SELECT key FROM facts WHERE kind = 'invoice_paid'")) == 2
    await subscribers.at_stripe(lambda client: client.v1.subscriptions.cancel(made))
    await comparison(plans).run("cli")
    assert await plans.rows("SELECT status FROM subscriptions") == [{"status": "canceled"}]


async def test_what_is_on_its_way_is_left_to_come_by_itself(deaf: Shop) -> None:
    bought = await deaf.start(await deaf.a_customer())
    await deaf.pay(bought)
    services = deaf.services
    late = Comparison(services.database, services.gateway, services.applier, services.inbox, fresh=timedelta(hours=1))
    run = await late._begin("cli")  # pyright: ignore[reportPrivateUsage]
    await fetch_missed(run)
    assert run.figures["events"] > 0
    assert await deaf.rows("SELECT id FROM webhook_events") == []


async def test_a_run_that_stopped_is_gone_on_with_where_it_was(deaf: Shop) -> None:
    await a_life(deaf)
    down = deaf.services.settings.model_copy(update={"stripe_api_base": f"http://{HOST}:9"})
    services = await build(down)
    try:
        silent = Comparison(services.database, services.gateway, services.applier, services.inbox)
        with pytest.raises(Unavailable):
            await silent.run("job")
    finally:
        await close(services)
    (stopped,) = await deaf.rows("SELECT id, state, step, error FROM reconcile_runs")
    assert (stopped["state"], stopped["step"]) == ("stopped", "events")
    assert "does not answer" in stopped["error"]
    found = await comparison(deaf).run("cli")
    assert (found.run.id, found.run.state) == (stopped["id"], "in_sync")


async def test_a_payment_stripe_does_not_know_and_an_amount_that_differs_are_a_mismatch(deaf: Shop) -> None:
    bought = await a_life(deaf)
    await comparison(deaf).run("cli")
    await deaf.rows(
        "UPDATE payments SET captured_minor = captured_minor + 1 WHERE stripe_payment_intent = :id RETURNING id",
        id=bought[0].payment_intent,
    )
    await deaf.rows(
        "INSERT INTO payments (customer_id, checkout_id, stripe_payment_intent, state, amount_minor, captured_minor, "
        "currency, created_at, updated_at) SELECT customer_id, checkout_id, 'pi_invented', 'succeeded', 500, 500, "
        "'USD', created_at, updated_at FROM payments LIMIT 1 RETURNING id"
    )
    found = await comparison(deaf).run("cli")
    assert found.run.state == "mismatch"
    said = {one.object_id: one.said for one in found.findings if one.state == "differs"}
    assert said["pi_invented"] == "We hold a payment that Stripe does not know."
    assert bought[0].payment_intent in said
    assert amounts(found.totals)["payments"] == (1800, 2301)
