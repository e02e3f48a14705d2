"""The self-audit finds nothing when nothing is wrong, and says what is when something is."""

import psycopg
import pytest

from billing_app.accounts.errors import NotPermitted
from billing_app.accounts.roles import Role
from billing_app.errors import InvalidInput, NotFound, Unavailable
from billing_app.self_audit.checks import ALL, Around
from billing_app.self_audit.report import Check, Report, State, exit_code
from billing_app.self_audit.service import SelfAudit
from tests.shop import Shop
from tests.staff import staff


def by_name(report: Report) -> dict[str, Check]:
    return {check.name: check for check in report.checks}


@pytest.mark.row("A12")
async def test_zero_is_the_normal_answer_and_is_kept(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer)
    report = await shop.services.self_audit.run("cli")
    assert set(by_name(report)) == set(ALL)
    checks = by_name(report)
    for name in ("balances", "revenue", "events", "webhook_secret", "api_keys", "mails", "roles"):
        assert (checks[name].state, checks[name].figure) == (State.OK, "0"), checks[name]
    for name in ("stripe_account", "schema", "clock", "queue"):
        assert checks[name].state is State.OK, checks[name]
    assert "1 accounts, 1 lots, 1 entries" in checks["balances"].words
    assert "paid credits" in checks["revenue"].words, "what was bought is owed, though no worker has summed it yet"
    kept = await shop.services.self_audit.reports(staff(Role.VIEWER))
    assert kept == [report]
    assert await shop.services.self_audit.report(staff(Role.VIEWER), report.id or 0) == report


async def test_what_does_not_hold_is_said_in_figures(shop: Shop, owner_url: str) -> None:
    customer = await shop.a_customer(credits=10)
    await shop.deliver(b'{"id": "evt_not_ours"}', secret="whsec_of_somebody_else")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("UPDATE credit_lots SET remaining = 7 WHERE customer_id = %s", [customer])
        connection.execute("DROP TRIGGER audit_log_append_only ON audit_log")
        connection.execute("ALTER TABLE payments DISABLE ROW LEVEL SECURITY")
        connection.execute("UPDATE alembic_version SET version_num = '0019'")
    report = await shop.services.self_audit.run("job")
    checks = by_name(report)
    assert report.state is State.BAD
    assert exit_code(report.checks) == 1
    assert checks["balances"].state is State.BAD
    assert "lot 1 has 7 left instead of 10" in checks["balances"].words
    assert checks["webhook_secret"].state is State.WARN
    assert checks["webhook_secret"].figure == "1"
    assert (checks["roles"].state, checks["roles"].figure) == (State.BAD, "2")
    assert "payments shows every customer all rows; audit_log may be changed" in checks["roles"].words
    assert (checks["schema"].state, checks["schema"].figure) == (State.BAD, "0019")


async def test_a_check_that_cannot_look_is_a_warning_and_stops_no_other(shop: Shop) -> None:
    async def away(_around: Around) -> Check:
        raise Unavailable("Stripe does not answer.")

    async def broken(_around: Around) -> Check:
        raise ZeroDivisionError

    around = shop.services.self_audit._around
    looks = {"away": ("Away", away), "broken": ("Broken", broken), "schema": ALL["schema"]}
    report = await SelfAudit(around, looks).run("job")
    assert [check.state for check in report.checks] == [State.WARN, State.WARN, State.OK]
    assert report.checks[0].words == "This could not be looked at: Stripe does not answer."
    assert exit_code(report.checks) == 0
    assert report.lines()[0] == "WARN Away             ?  This could not be looked at: Stripe does not answer."


async def test_staff_look_and_support_asks(shop: Shop) -> None:
    audits = shop.services.self_audit
    with pytest.raises(NotPermitted):
        await audits.reports(staff(Role.CUSTOMER))
    with pytest.raises(NotPermitted):
        await audits.report(staff(Role.CUSTOMER), 1)
    with pytest.raises(NotPermitted):
        await audits.ask(staff(Role.VIEWER))
    with pytest.raises(InvalidInput):
        await audits.reports(staff(Role.VIEWER), limit=0)
    with pytest.raises(NotFound):
        await audits.report(staff(Role.VIEWER), 1)
    made = await audits.ask(staff(Role.SUPPORT))
    assert made.by == "user:7"
    assert (await shop.rows("SELECT action FROM audit_log ORDER BY id DESC LIMIT 1")) == [{"action": "self_audit.made"}]


async def test_the_list_before_going_live_says_what_is_missing_and_what_to_do(shop: Shop) -> None:
    await shop.services.accounts.ensure_demo()
    checks = by_name(await shop.services.going_live.look())
    missing = {name: check.words for name, check in checks.items() if check.state is State.BAD}
    assert {"https", "cookies", "proxy_hops", "mail", "demo"} <= set(missing)
    assert "TRUSTED_PROXY_HOPS" in missing["proxy_hops"]
    assert checks["mode"].state is State.WARN
    assert checks["administrator"].state is State.BAD
    assert checks["backups"].state is State.WARN
    assert checks["reached"].state is State.OK, checks["reached"]
    assert checks["roles"].state is checks["stripe_account"].state is State.OK


@pytest.mark.row("C8")
async def test_the_page_of_health_shows_how_it_does_now(shop: Shop) -> None:
    await shop.buy(await shop.a_customer())
    found = await shop.services.health.vitals(staff(Role.VIEWER))
    figures = {one.name: one for one in found.figures}
    assert figures["Jobs waiting"].value == "0"
    assert int(figures["Webhooks, last day"].value) > 0
    assert figures["Webhooks, last day"].state is State.OK
    assert figures["Database"].words.startswith("PostgreSQL 18")
    assert any(table.name == "webhook_events" for table in found.tables)
    assert found.given_up == ()
    with pytest.raises(NotPermitted):
        await shop.services.health.vitals(staff(Role.CUSTOMER))
