"""Erasing finds every mail that was written to somebody or about what they asked, whatever their address is by then."""

import pytest

from billing_app.accounts.roles import Principal, Role
from billing_app.accounts.use_case import Visit
from billing_app.entitlements.enquiries.message import Typed
from billing_app.journal.audit import CLI
from billing_app.persons.service import phrase
from billing_app.support.adjusting import Category
from tests.shop import Shop

pytestmark = pytest.mark.row("A12")
MARK = "Marker7f3a"
ADMIN = Principal(7, 1, None, Role.ADMIN, "admin@example.com", "Admin", verified=True, demo=False)
WHERE = (
    "SELECT 'outbox' AS place FROM outbox WHERE data::text ILIKE :word OR reference ILIKE :word "
    "UNION ALL SELECT 'deliveries' FROM outbox_deliveries WHERE to_jsonb(outbox_deliveries)::text ILIKE :word "
    "UNION ALL SELECT 'mailbox' FROM mailbox WHERE to_jsonb(mailbox)::text ILIKE :word "
    "UNION ALL SELECT 'enquiries' FROM enquiries WHERE to_jsonb(enquiries)::text ILIKE :word "
    "UNION ALL SELECT 'jobs' FROM procrastinate_jobs WHERE to_jsonb(procrastinate_jobs)::text ILIKE :word"
)


async def test_no_mail_keeps_words_or_addresses_of_who_was_erased(shop: Shop) -> None:
    services, here = shop.services, Visit("203.0.113.9")
    ada = await shop.a_customer(email=f"{MARK}-old@example.com")
    eve = await shop.a_customer(email="eve@example.com")
    for customer, mark in ((ada, MARK), (eve, "Evesmark")):
        await services.support.adjust(
            ADMIN, customer, 5, reason=f"Because of {mark}", category=Category.GOODWILL, key=f"k-{customer}", mail=True
        )
        asked = Typed(name=mark, email=f"{mark}-new@example.com", message=f"I am {mark}", company=mark)
        await services.enquiries.send(asked, visit=here)  # signed in nowhere; the address alone says whose it is
    await services.host_customers.put("host-1", email=f"{MARK}-new@example.com", by=CLI)
    await services.enquiries.send(
        Typed(name=MARK, email="elsewhere@example.com", message=f"Again {MARK}"), visit=here, customer_id=ada
    )
    await shop.settle()
    of_eve = await shop.rows(WHERE, word="%Evesmark%")
    found = {row["place"] for row in await shop.rows(WHERE, word=f"%{MARK}%")}
    assert found == {"outbox", "deliveries", "mailbox", "enquiries"}

    await services.support.adjust(
        ADMIN, ada, 5, reason=f"Not sent yet: {MARK}", category=Category.GOODWILL, key="late", mail=True
    )
    await services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
    await shop.settle()
    assert await shop.rows(WHERE, word=f"%{MARK}%") == []
    assert await shop.rows(WHERE, word="%Evesmark%") == of_eve
    states = await shop.rows("SELECT state FROM outbox_deliveries WHERE customer_id = :id ORDER BY outbox_id", id=ada)
    assert states[-1] == {"state": "moot"}, "what was still owed is not sent to nobody"


async def test_old_mail_at_a_shared_address_stays_until_the_last_of_them_is_erased(shop: Shop) -> None:
    services, mark = shop.services, f"{MARK}@example.com"
    ada, eve = await shop.a_customer(email=mark), await shop.a_customer(email=mark.lower())
    for customer in (ada, eve):
        await services.support.adjust(
            ADMIN, customer, 5, reason=f"For {customer}", category=Category.GOODWILL, key=f"k-{customer}", mail=True
        )
    # As mails lie from before it was noted whom they are written to.
    await shop.rows("UPDATE outbox_deliveries SET customer_id = NULL RETURNING outbox_id")
    await services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
    told = "SELECT o.data = '{}' AS gone, d.recipient FROM outbox o JOIN outbox_deliveries d ON d.outbox_id = o.id"
    assert {row["gone"] for row in await shop.rows(told)} == {False}
    assert {row["recipient"].lower() for row in await shop.rows(told)} == {mark.lower()}
    await services.persons.erase(eve, by=None, confirm=phrase(eve), reason="asked for it")
    assert {(row["gone"], row["recipient"]) for row in await shop.rows(told)} == {(True, "erased")}
