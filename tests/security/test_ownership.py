"""Ids are no keys: whoever names what is another customer's is shown nothing of it, and changes nothing of it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.db.model import metadata
from billing_app.entitlements.enquiries.models import Enquiry
from billing_app.journal.outbox import post
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Payment
from billing_app.payments.returns import ReturnLinks
from billing_app.playground.models import ChatQuestion, Interview, LibraryPair, PracticeRun, QuestionSet
from tests.security.actors import MARK, SECRET, URL, Everybody, everybody
from tests.security.calling import endpoints, fire, handlers, parameters
from tests.security.decisions import ENDPOINTS, HANDLERS, SHOWS_ALL_IN_A_SANDBOX, Actor

pytestmark = pytest.mark.row("A12")
OWN = "own-of-the-customer"
PUBLIC, SESSION = "chk_ownofthecustomer", "cs_test_ownofthecustomer"


@dataclass
class World:
    """Everybody; and, by kind, every id of something that is the customer's."""

    people: Everybody
    numbers: tuple[int, ...]
    names: tuple[str, ...]


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    async with everybody(database) as people:
        numbers = await _belongings(people)
        token = ReturnLinks(SECRET).link(PUBLIC).partition("token=")[2]
        yield World(people, numbers, (OWN, PUBLIC, SESSION, token, "in_own", MARK))


async def _belongings(people: Everybody) -> tuple[int, ...]:
    """One of everything that is called by an id; its number, where it has one."""
    of, now = people.customer_id, clock.now()
    feature, money = "coach_chat", {"currency": "USD", "created_at": now}
    bill = Invoice(
        customer_id=of, stripe_invoice_id="in_own", number=MARK, status="paid", description=MARK, subtotal_minor=900,
        tax_minor=0, total_minor=900, due_minor=900, paid_minor=900, hosted_url=f"https://stripe.example/{MARK}",
        pdf_url=f"https://stripe.example/{MARK}.pdf", asked_at=now, **money,
    )  # fmt: skip
    async with people.services.database.transaction() as session:
        item = await session.scalar(text("SELECT id FROM catalog_items WHERE kind = 'pack' ORDER BY id LIMIT 1"))
        bought = Checkout(
            public_id=PUBLIC, customer_id=of, kind="pack", code="small", name=MARK, amount_minor=900, item_id=item,
            credits=5, return_to=f"/playground/{MARK}", state="paid", idempotency_key=OWN, stripe_session_id=SESSION,
            url=f"https://stripe.example/{MARK}", opened_at=now, expires_at=now, **money,
        )  # fmt: skip
        made: list[Any] = [
            bill,
            bought,
            Interview(id=OWN, customer_id=of, feature=feature, topic="x", job=MARK, state="begun", cost=1,
                      turns=[{"question": MARK, "answer": MARK}], created_at=now),
            QuestionSet(id=OWN, customer_id=of, feature=feature, title=MARK, job=MARK, created_at=now,
                        questions=[{"text": MARK, "answer": MARK}]),
            LibraryPair(id=OWN, customer_id=of, question=MARK, answer=MARK, created_at=now, updated_at=now),
            PracticeRun(id=OWN, customer_id=of, feature=feature, title=MARK, lines=[MARK], units=1, created_at=now),
            ChatQuestion(id=OWN, customer_id=of, feature=feature, question=MARK, extras=[], price={}, state="asked",
                         hold_id=1, created_at=now),
            Enquiry(number=OWN, customer_id=of, name=MARK, email="m@example.com", message=MARK, fingerprint=OWN,
                    created_at=now),
        ]  # fmt: skip
        session.add_all(made)
        await session.flush()
        payment = Payment(
            customer_id=of, checkout_id=bought.id, stripe_payment_intent=OWN, state="succeeded", amount_minor=900,
            captured_minor=900, receipt_url=f"https://stripe.example/{MARK}", updated_at=now, **money,
        )  # fmt: skip
        session.add(payment)
        await post(session, "receipt", recipient="m@example.com", reference=OWN, data={}, customer_id=of)
        entries = await session.scalars(text("SELECT id FROM credit_entries WHERE customer_id = :id"), {"id": of})
        lots = await session.scalars(text("SELECT id FROM credit_lots WHERE customer_id = :id"), {"id": of})
        found = {people.session_id, of, bill.id, bought.id, payment.id, *entries, *lots}
    return tuple(sorted(found))


async def _rows_of(people: Everybody, customer: int) -> dict[str, str]:
    """What lies under a customer's number, table by table."""
    told: dict[str, str] = {}
    async with people.services.database.transaction() as session:
        for table in metadata.sorted_tables:
            if "customer_id" in table.columns:
                told[table.name] = str(
                    await session.scalar(
                        text(
                            f"SELECT count(*) || ':' || coalesce(sum(hashtextextended(to_jsonb(t)::text, 0)), 0) "
                            f"FROM {table.name} t WHERE customer_id = :id"
                        ),
                        {"id": customer},
                    )
                )
    return told


async def test_no_handler_shows_or_changes_what_another_customers_id_names(world: World) -> None:
    people = world.people
    before, fired, wrong = await _rows_of(people, people.customer_id), 0, []
    for name, decision in sorted(HANDLERS.items()):
        wanted = parameters(handlers()[name][1])
        names_something = any(one.name.endswith("_id") or one.name == "form" for one in wanted)
        if Actor.OTHER not in decision.who or not names_something or name in SHOWS_ALL_IN_A_SANDBOX:
            continue
        for given in _each(world, [(one.name, one.annotation) for one in wanted]):
            answer = await fire(people, name, Actor.OTHER, arguments=given)
            fired += 1
            if answer.shows_the_mark and MARK not in str(given):
                wrong.append(f"{name} shows it for {given}")
    assert fired > 60
    assert not wrong, "\n".join(wrong)
    assert await _rows_of(people, people.customer_id) == before


def _each(world: World, wanted: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Arguments with one of the customer's ids in every place an id could stand."""
    made: list[dict[str, Any]] = []
    for number, name in zip(
        (*world.numbers, *(0 for _ in world.names)), (*(OWN for _ in world.numbers), *world.names), strict=True
    ):
        form = dict.fromkeys(("id", "pair", "pair_id", "set_id", "question_id", "session", "run_id", "token"), name)
        kinds = {int: number or 1, "int": number or 1, str: name, "str": name, bool: True, "bool": True}
        made.append({one: kinds.get(kind, form if one == "form" else []) for one, kind in wanted})
    return made


async def test_no_endpoint_shows_or_changes_what_another_customers_id_names(world: World) -> None:
    people = world.people
    before, wrong, asked = await _rows_of(people, people.customer_id), [], 0
    transport = httpx.ASGITransport(people.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url=URL, headers=people.headers(Actor.OTHER), timeout=10
    ) as client:
        for endpoint in endpoints(people.app):
            method, path = endpoint.split(" ", 1)
            if Actor.OTHER not in ENDPOINTS[endpoint].who or method == "WS" or path.startswith("/api/auth/"):
                continue
            ids = (*map(str, world.numbers), *world.names) if "{" in path else (OWN,)
            for one in ids:
                shown = re.sub(r"\{[a-z_]+\}", one, path.replace("{kind}", "pdf"))
                fields = {**dict.fromkeys(("id", "session", "entry", "question"), one), "token": world.names[3],
                          "checkout": PUBLIC, "session_id": SESSION, "customer": str(people.customer_id)}  # fmt: skip
                sent: dict[str, Any] = {"params": fields} if method == "GET" else {"json": fields}
                answer = await client.request(method, shown, **sent)
                asked += 1
                told = answer.text + str(answer.headers)
                if MARK.lower() in told.lower() and one != MARK:
                    wrong.append(f"{endpoint} shows it for {one}: {answer.status_code}")
    assert asked > 60
    assert not wrong, "\n".join(wrong)
    assert await _rows_of(people, people.customer_id) == before
