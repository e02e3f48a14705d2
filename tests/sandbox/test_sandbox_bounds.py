"""What is kept has a bound: events with their deliveries, idempotency keys; and odd addresses are refused."""

import sqlite3
from pathlib import Path

import httpx
import stripe

from billing_app.sandbox.config import DEFAULT_API_KEY, SandboxConfig
from billing_app.sandbox.store import Store
from tests.sandbox.billing import a_customer, a_plan, a_subscription, invoices_of
from tests.sandbox.running import Receiver, Sandbox, eventually, running
from tests.sandbox.world import a_session, an_endpoint


def test_old_events_keys_and_deliveries_are_forgotten(tmp_path: Path, receiver: Receiver) -> None:
    with running(tmp_path, SandboxConfig(max_events=20, max_idempotency_keys=10)) as small:
        client = small.client()
        an_endpoint(client, receiver)
        for number in range(60):
            client.v1.products.create({"name": f"Product {number}"})
            if number % 10 == 9:  # what is forgotten is no longer delivered either
                assert eventually(lambda sent=number + 1: len(receiver.got) == sent)
        newest = client.v1.events.list({"limit": 100}).data
        assert 20 <= len(newest) <= 22
        assert newest[0].to_dict()["data"]["object"]["name"] == "Product 59"
        assert len(client.v1.products.list({"limit": 100}).data) == 60
    store = Store(tmp_path)
    rows = {
        table: store.sql.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("idempotency", "deliveries", "attempts")
    }
    store.close()
    assert rows["idempotency"] == 10
    assert rows["deliveries"] <= 22
    assert rows["attempts"] <= 22


def test_an_impossible_host_is_refused_not_echoed(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {DEFAULT_API_KEY}", "Host": "evil example/<script>"}
    answer = httpx.get(f"{sandbox.url}/v1/products", headers=headers, trust_env=False)
    assert answer.status_code == 400


def test_pages_that_are_not_there_say_so_kindly(sandbox: Sandbox) -> None:
    for path in ("/c/pay/cs_test_none", "/c/pay/x", "/c/authenticate/pi_none", "/receipts/ch_none", "/events/evt_none"):
        answer = httpx.get(sandbox.url + path, trust_env=False)
        assert answer.status_code == 404
        assert "SANDBOX" in answer.text


def test_the_control_room_shows_what_happened(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = a_session(client)
    page = httpx.get(sandbox.url, trust_env=False).text
    assert "product.created" in page
    token = page.split('name="token" value="')[1].split('"')[0]
    httpx.post(f"{sandbox.url}/sessions/{session.id}/expire", data={"token": token}, trust_env=False)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_a_configured_key_is_the_only_one(tmp_path: Path) -> None:
    with running(tmp_path, SandboxConfig(api_key="sk_test_ours_alone")) as closed:
        assert closed.client("sk_test_ours_alone").v1.products.list().data == []
        answer = httpx.get(
            f"{closed.url}/v1/products", headers={"Authorization": f"Bearer {DEFAULT_API_KEY}"}, trust_env=False
        )
        assert answer.status_code == 401


def test_a_file_of_an_earlier_sandbox_is_taken_over(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        session = a_session(first.client())
    with sqlite3.connect(tmp_path / "sandbox.sqlite3") as file:  # as it was before things became due by a clock
        for name in [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE name = 'objects_due'")]:
            file.execute(f"DROP INDEX {name}")
        file.execute("ALTER TABLE objects DROP COLUMN due")
        file.execute("ALTER TABLE objects DROP COLUMN clock")
    file.close()
    with running(tmp_path) as second:
        state = second.own("/sandbox/clock")
        assert state["next_due"] == f"checkout.session {session.id}"
        assert state["next_due_at"] == session.expires_at
        second.own("/sandbox/clock/advance", {"seconds": 86_400})
        assert second.client().v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_time_that_passed_while_it_was_off_is_lived_through_at_the_start(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        client = first.client()
        made = a_subscription(client, a_customer(client), a_plan(client))
    with sqlite3.connect(tmp_path / "sandbox.sqlite3") as file:
        file.execute("INSERT OR REPLACE INTO meta VALUES ('clock-offset-s', ?)", (str(65 * 86_400),))
    file.close()
    with running(tmp_path) as second:
        client = second.client()
        assert eventually(lambda: len(invoices_of(client, made.id)) == 3)
        assert eventually(lambda: all(invoice.status == "paid" for invoice in invoices_of(client, made.id)))
