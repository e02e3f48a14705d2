"""Every endpoint and every event handler, called as everybody: each lets in whom decisions.py says, and nobody else."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from billing_app.api.app import create_app
from billing_app.db.engine import Database
from tests.security.actors import Everybody, everybody
from tests.security.calling import Answer, call, endpoints, fire, handlers
from tests.security.decisions import (
    BROWSERS,
    ENDPOINTS,
    EVERYONE,
    HANDLERS,
    KEYS,
    SHOWS_ALL_IN_A_SANDBOX,
    Actor,
    Decision,
)

pytestmark = pytest.mark.row("A12")

# Whoever may not see what is the customer's, whatever they may call.
STRANGERS = (Actor.STRANGER, Actor.OTHER, Actor.HANDED_OVER, Actor.SIGNED_OUT, Actor.REVOKED_KEY)
# After these the caller is a stranger.
LAST = {"POST /api/support/look/end": 1, "POST /api/auth/sign-out": 2, "AccountState.end_session": 2}


@pytest.fixture
async def people(database: Database) -> AsyncIterator[Everybody]:
    async with everybody(database) as made:
        yield made


def test_every_endpoint_has_a_decision() -> None:
    missing = set(endpoints(create_app())) ^ set(ENDPOINTS)
    assert not missing, f"say in decisions.py who may call these, or take away what is gone: {sorted(missing)}"


def test_every_handler_has_a_decision() -> None:
    missing = set(handlers()) ^ set(HANDLERS)
    assert not missing, f"say in decisions.py who may fire these, or take away what is gone: {sorted(missing)}"


async def test_endpoints_let_in_whom_they_should_and_nobody_else(people: Everybody) -> None:
    wrong = await _walked(people, ENDPOINTS, sorted(EVERYONE), call)
    assert not wrong, "\n".join(wrong)


async def test_handlers_let_in_whom_they_should_and_nobody_else(people: Everybody) -> None:
    # No page of another origin gets a live line; an ended session is a stranger's to every handler by one function.
    actors = sorted(BROWSERS - {Actor.FOREIGN_PAGE, Actor.SIGNED_OUT})
    wrong = await _walked(people, HANDLERS, actors, fire, enough_of_each=True)
    assert not wrong, "\n".join(wrong)


async def test_the_mark_that_strangers_must_not_see_is_seen_by_its_owner(people: Everybody) -> None:
    for handler in ("Shell.load", "DashboardState.load", "ChatState.load", "InterviewState.load"):
        assert (await fire(people, handler, Actor.CUSTOMER, to_the_end=True)).shows_the_mark
    ledger = await call(people, "GET /api/v1/exports/activity.csv", Actor.CUSTOMER)
    assert ledger.shows_the_mark


async def test_neither_a_key_nor_an_ended_session_opens_a_page(people: Everybody) -> None:
    for actor in KEYS | {Actor.SIGNED_OUT}:
        for handler in ("DashboardState.load", "KeysState.load", "AccountState.load"):
            assert (await fire(people, handler, actor)).refused


Call = Callable[[Everybody, str, Actor], Awaitable[Answer]]


async def _walked(
    people: Everybody,
    decisions: dict[str, Decision],
    actors: Sequence[Actor],
    carried_out: Call,
    *,
    enough_of_each: bool = False,
) -> list[str]:
    """Everything as everybody: first what must be refused, which must change nothing; then what must be let in.

    `enough_of_each`: let in are a stranger, a customer, the lowest role of staff and who looks on, where they may.
    """
    wrong: list[str] = []
    before = await people.fingerprint()
    for let_in in (False, True):
        for name in sorted(decisions, key=lambda one: (LAST.get(one, 0), one)):
            for actor in actors:
                if let_in and enough_of_each and actor not in _enough(decisions[name]):
                    continue
                if decisions[name].lets(actor) is let_in:
                    wrong += _judged(name, actor, decisions[name], await carried_out(people, name, actor))
        if not let_in:
            after = await people.fingerprint()
            wrong += [f"refused, and yet changed: {table}" for table in after if after[table] != before.get(table)]
    return wrong


def _enough(decision: Decision) -> set[Actor]:
    lowest = next((role for role in (Actor.VIEWER, Actor.SUPPORT, Actor.ADMIN) if role in decision.who), Actor.ADMIN)
    return {Actor.STRANGER, Actor.OTHER, Actor.LOOKING, lowest}


def _judged(name: str, actor: Actor, decision: Decision, answer: Answer) -> list[str]:
    wrong: list[str] = []
    # Who looks on may have nothing there to change, and is told so first; that nothing changed is seen in the tables.
    either = actor is Actor.LOOKING and decision.writes and Actor.CUSTOMER in decision.who
    if answer.refused is decision.lets(actor) and not either and not (decision.waits and not answer.refused):
        wrong.append(f"{name}: {actor} was {'refused' if answer.refused else 'let in'} {answer.status or ''}")
    if actor in STRANGERS and name not in SHOWS_ALL_IN_A_SANDBOX and answer.shows_the_mark:
        wrong.append(f"{name}: {actor} sees what is the customer's")
    if answer.status >= 500 and answer.status != 503:
        wrong.append(f"{name}: {actor} is answered {answer.status}: {answer.seen[:200]}")
    return wrong
