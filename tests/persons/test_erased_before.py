"""Who was erased before the words of mails went too: an upgrade brings them to where a new erasing would."""

import psycopg
import pytest
from alembic import command

from billing_app.db.migrate import config, upgrade

pytestmark = [pytest.mark.row("A12"), pytest.mark.row("E7")]
BEFORE = """
    SET session_replication_role = replica;
    INSERT INTO customers (id, created_at, erased_at) VALUES (1, now(), now()), (2, now(), NULL);
    INSERT INTO enquiries (number, customer_id, name, email, message, fingerprint, created_at) VALUES
        ('ENQ-1', 1, 'Erased', 'erased@erased.invalid', 'Erased', 'a', now()),
        ('ENQ-2', 2, 'Eve', 'eve@example.com', 'Hello', 'b', now());
    INSERT INTO outbox (id, kind, reference, data, created_at) OVERRIDING SYSTEM VALUE VALUES
        (1, 'credits_adjusted', 'x', '{"reason": "words"}', now()),
        (2, 'enquiry', 'ENQ-1', '{"message": "words"}', now()),
        (3, 'enquiry', 'ENQ-2', '{"message": "Hello"}', now());
    INSERT INTO outbox_deliveries (outbox_id, recipient, state, attempts) VALUES
        (1, 'erased', 'sent', 1), (2, 'seller@example.com', 'kept', 1), (3, 'seller@example.com', 'kept', 1);
    INSERT INTO mailbox (outbox_id, recipient, subject, text, html, at) VALUES
        (2, 'seller@example.com', 'words', 'words', 'words', now()),
        (3, 'seller@example.com', 'Hello', 'Hello', 'Hello', now());
    INSERT INTO payments (customer_id, checkout_id, stripe_payment_intent, state, amount_minor, captured_minor,
        currency, created_at, updated_at) VALUES
        (1, 1, 'pi_of_erased', 'succeeded', 900, 900, 'USD', now(), now()),
        (2, 2, 'pi_of_eve', 'succeeded', 900, 900, 'USD', now(), now())"""


def test_an_upgrade_takes_the_words_and_keeps_what_was_paid(owner_url: str) -> None:
    command.downgrade(config(owner_url), "0033")
    with psycopg.connect(owner_url) as connection:
        for statement in BEFORE.split(";"):
            connection.execute(statement)  # pyright: ignore[reportArgumentType]
    upgrade(owner_url)
    with psycopg.connect(owner_url) as connection:
        told = connection.execute("SELECT data FROM outbox ORDER BY id").fetchall()
        kept = connection.execute("SELECT subject FROM mailbox").fetchall()
        paid = connection.execute("SELECT kind, key FROM facts").fetchall()
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            connection.execute("UPDATE outbox SET data = '{}'")
    assert told == [({},), ({},), ({"message": "Hello"},)]
    assert kept == [("Hello",)]
    assert paid == [("paid_before_erasure", "pi_of_erased")]
