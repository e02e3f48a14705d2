"""Looking as a customer: exactly what the customer sees, and nothing can be changed, by no page and no endpoint."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from billing_app import clock
from billing_app.accounts.cookie import session_cookie
from billing_app.accounts.errors import NotPermitted
from billing_app.accounts.roles import Principal, Role
from billing_app.credits import Consume
from billing_app.db.engine import Database
from billing_app.db.looking import OnlyLooking, look_only, only_looking
from billing_app.errors import InvalidInput, NotFound
from tests.security.actors import URL, Everybody, everybody
from tests.security.calling import call, endpoints, fire, handlers
from tests.security.decisions import CUSTOMERS, ENDPOINTS, HANDLERS, Actor
from tests.support.conftest import HelpDesk

# They make somebody another person, or take news of Stripe: nothing of them is done for the customer looked at.
NOBODY_IN_PARTICULAR = ("/api/auth/", "/api/v1/webhooks/", "/api/hand-over", "/api/csp", "/api/support/look")


@pytest.fixture
async def people(database: Database) -> AsyncIterator[Everybody]:
    async with everybody(database) as made:
        yield made
    look_only(False)


async def _principal(people: Everybody, actor: Actor) -> Principal:
    who = await people.services.accounts.who(people.tokens[actor])
    assert who is not None
    return who


async def _look(people: Everybody, actor: Actor = Actor.SUPPORT) -> None:
    by = await _principal(people, actor)
    await people.services.support.look_as(by, people.customer_id, reason="They asked for help")
    look_only(False)


async def _books(people: Everybody) -> dict[str, str]:
    look_only(False)
    return await people.fingerprint()


async def test_no_handler_of_a_customers_page_writes_anything(people: Everybody) -> None:
    await _look(people)
    before = await _books(people)
    fired = [name for name in sorted(set(handlers()) & set(HANDLERS)) if Actor.CUSTOMER in HANDLERS[name].who]
    assert len(fired) > 50
    for name in fired:
        await fire(people, name, Actor.SUPPORT)
    assert _changed(before, await _books(people)) == []


async def test_no_endpoint_writes_anything(people: Everybody) -> None:
    await _look(people)
    before = await _books(people)
    for name in sorted(set(endpoints(people.app)) & set(ENDPOINTS)):
        if not name.partition(" ")[2].startswith(NOBODY_IN_PARTICULAR):
            answer = await call(people, name, Actor.SUPPORT)
            assert not (ENDPOINTS[name].writes and ENDPOINTS[name].who == CUSTOMERS and answer.status == 200), name
    assert _changed(before, await _books(people)) == []


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Tables that hold something else."""
    return [table for table in after if after[table] != before.get(table)]


async def test_the_pages_are_those_of_the_customer_and_staff_pages_stay_those_of_staff(people: Everybody) -> None:
    assert not (await fire(people, "DashboardState.load", Actor.SUPPORT)).shows_the_mark
    await _look(people)
    for name in ("Shell.load", "DashboardState.load"):
        assert (await fire(people, name, Actor.SUPPORT)).shows_the_mark, name
    assert (await call(people, "GET /api/v1/exports/activity.csv", Actor.SUPPORT)).shows_the_mark
    assert not (await fire(people, "CustomersState.load", Actor.SUPPORT)).refused
    sessions = await people.services.accounts.sessions(await _principal(people, Actor.SUPPORT))
    assert sessions == [], "where the staff member is signed in is no page of the customer"
    # A key of a host, or anybody else, sees nothing of it.
    assert (await fire(people, "CustomersState.load", Actor.CUSTOMER)).refused


async def test_who_looks_is_told_in_the_audit_log_at_both_ends(desk: HelpDesk) -> None:
    ada, accounts = await desk.a_customer(), desk.services.accounts
    with pytest.raises(NotPermitted):
        await desk.support.look_as(desk.viewer, ada, reason="Curious")
    with pytest.raises(InvalidInput, match="Say why"):
        await desk.support.look_as(desk.helper, ada, reason="  ")
    with pytest.raises(NotFound):
        await desk.support.look_as(desk.helper, 4711, reason="Nobody")
    look = await desk.support.look_as(desk.helper, ada, reason="They asked")
    assert look.until - clock.wall() <= timedelta(minutes=30)
    seen = await accounts.who(desk.tokens[Role.SUPPORT])
    assert seen is not None
    assert (seen.customer_id, seen.role, seen.behind) == (ada, Role.CUSTOMER, desk.helper)
    with pytest.raises(NotPermitted):
        seen.require(Role.VIEWER)
    assert await accounts.end_look(seen) == ada
    again = await accounts.who(desk.tokens[Role.SUPPORT])
    assert again is not None
    assert (again.customer_id, again.role, only_looking()) == (None, Role.SUPPORT, False)
    (begun,), (ended,) = await desk.audited("customer.look_begun"), await desk.audited("customer.look_ended")
    assert (begun["object"], begun["reason"]) == (f"customer:{ada}", "They asked")
    assert (ended["actor_id"], ended["after"]["because"]) == (str(desk.helper.user_id), "ended")


async def test_after_thirty_minutes_it_is_over_by_itself_and_the_log_says_so(desk: HelpDesk) -> None:
    ada, accounts = await desk.a_customer(), desk.services.accounts
    await desk.support.look_as(desk.helper, ada, reason="They asked")
    await desk.rows("UPDATE customer_looks SET begun_at = begun_at - interval '31 min', "
                    "ends_at = ends_at - interval '31 min' RETURNING id")  # fmt: skip
    who = await accounts.who(desk.tokens[Role.SUPPORT])
    assert who == desk.helper
    assert [await accounts.sweep_looks(), await accounts.sweep_looks()] == [1, 0]
    (ended,) = await desk.audited("customer.look_ended")
    assert ended["actor_kind"] == "system"


async def test_who_only_looks_is_refused_by_database_ledger_and_stripe(desk: HelpDesk) -> None:
    ada = await desk.a_customer(credits=5)
    look_only(True)
    with pytest.raises(OnlyLooking, match="nothing can be changed"):
        await desk.services.drafts.save(ada, "playground/chat", "a draft")
    with pytest.raises(OnlyLooking):
        await desk.services.credits.consume(Consume(customer_id=ada, credits=1, feature="mock_interview"))
    with pytest.raises(OnlyLooking):
        await desk.services.gateway.create_customer(customer_id=ada, email=None, name=None, key="k")
    look_only(False)


async def test_a_form_begins_it_and_a_form_ends_it(people: Everybody) -> None:
    transport = httpx.ASGITransport(people.app)
    headers = {"origin": URL, "cookie": f"{session_cookie(secure=False)}={people.tokens[Actor.ADMIN]}"}
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as browser:
        begun = await browser.post("/api/support/look", data={"customer": people.customer_id, "reason": "Help"})
        assert (begun.status_code, begun.headers["location"]) == (303, "/dashboard")
        assert "HttpOnly" in begun.headers["set-cookie"]
        refused = await browser.post("/api/v1/subscription/cancel", json={})
        assert refused.status_code in (403, 404, 422)
        ended = await browser.post("/api/support/look/end", data={"x": "y"})
        assert ended.headers["location"] == f"/admin/customers/{people.customer_id}"
        wrong = await browser.post("/api/support/look", data={"customer": "no number", "reason": "Help"})
        assert wrong.headers["location"].startswith("/admin/customers?error=invalid_input")


async def test_a_look_that_moved_outside_shows_nothing_and_can_be_ended_there(people: Everybody) -> None:
    await _look(people, Actor.ADMIN)
    settings = people.services.settings
    settings.admin_allowed_addresses = ["10.0.0.0/8"]
    try:
        seen = await fire(people, "Shell.load", Actor.ADMIN)
        assert "certain addresses only" in seen.seen
        assert not seen.shows_the_mark
        assert (await call(people, "GET /api/v1/exports/activity.csv", Actor.ADMIN)).status == 403
        transport, sent = httpx.ASGITransport(people.app), people.headers(Actor.ADMIN)
        async with httpx.AsyncClient(transport=transport, base_url=URL, headers=sent) as browser:
            ended = await browser.post("/api/support/look/end", data={"x": "y"})
        assert (ended.status_code, ended.headers["location"]) == (303, f"/admin/customers/{people.customer_id}")
        assert (await _principal(people, Actor.ADMIN)).behind is None
        # Themselves again, and still outside: the pages of staff stay shut.
        assert "certain addresses only" not in (await fire(people, "Shell.load", Actor.ADMIN)).seen
        assert (await fire(people, "CustomersState.load", Actor.ADMIN)).refused
    finally:
        settings.admin_allowed_addresses = []
