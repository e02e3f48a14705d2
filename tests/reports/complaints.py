"""What customers of a random business ask back: refunds that work or fail, disputes that are won, lost, overturned."""

import random
from datetime import datetime
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.credits import Operation, Revoke
from billing_app.db.engine import Database
from billing_app.payments.refund_objects import DisputeTold
from billing_app.payments.refunds.models import Dispute, Refund
from billing_app.payments.refunds.moves import as_rows, from_rows, moved
from tests.reports.ledger_life import rows


def _told(name: str, amount_minor: int, status: str) -> DisputeTold:
    return DisputeTold(name, None, None, amount_minor, "USD", status, "general", 0, None, None, clock.now())


class Complaints:
    """Of payments that were made; each is settled as the product would settle it."""

    database: Database
    chance: random.Random
    now: datetime
    number: int

    async def does(self, session: AsyncSession, operation: Operation) -> Any:
        raise NotImplementedError

    async def some_row(self, query: str, customer_id: int) -> dict[str, Any] | None:
        found = await rows(self.database, query, id=customer_id)
        return self.chance.choice(found) if found else None

    async def settles(self, session: AsyncSession, payment_id: int) -> None:
        """What its refunds and disputes, as they stand now, leave of a payment's credits, or of its unlock."""
        found = await session.execute(
            text(
                "SELECT p.customer_id, p.captured_minor AS captured, coalesce(i.stripe_invoice_id, "
                "p.stripe_payment_intent) AS source, "
                "(SELECT coalesce(sum(amount_minor), 0) FROM refunds r WHERE r.payment_id = p.id "
                "AND status IN ('pending', 'succeeded')) AS refunded, "
                "(SELECT coalesce(sum(amount_minor), 0) FROM disputes d WHERE d.payment_id = p.id "
                "AND outcome = 'lost') AS disputed "
                "FROM payments p LEFT JOIN invoices i ON i.id = p.invoice_id WHERE p.id = :id"
            ),
            {"id": payment_id},
        )
        one = found.one()
        given = min(int(one.refunded + one.disputed), one.captured)
        await session.execute(
            text("UPDATE payments SET refunded_minor = :refunded, disputed_minor = :disputed WHERE id = :id"),
            {"refunded": int(one.refunded), "disputed": int(one.disputed), "id": payment_id},
        )
        await self.does(
            session, Revoke(customer_id=one.customer_id, payment=one.source, refunded=given, captured=one.captured)
        )
        await session.execute(
            text(
                "UPDATE unlocks SET revoked_at = CASE WHEN :all THEN coalesce(revoked_at, :now) END, "
                "revoked_because = CASE WHEN :all THEN 'refunded' END WHERE payment_reference = :source"
            ),
            {"all": given == one.captured, "now": self.now, "source": one.source},
        )

    async def asks_money_back(self, session: AsyncSession, customer_id: int) -> None:
        payment = await self.some_row(
            "SELECT * FROM payments WHERE customer_id = :id AND refunded_minor = 0 AND disputed_minor = 0 ORDER BY id",
            customer_id,
        )
        if payment is None:
            return
        status = self.chance.choice(["succeeded", "pending", "failed"])
        whole = payment["captured_minor"]
        for part in [whole] if self.chance.random() < 0.5 else [whole // 3, whole // 5]:
            session.add(
                Refund(
                    customer_id=customer_id,
                    payment_id=payment["id"],
                    stripe_refund_id=f"re_{self.number}_{part}",
                    amount_minor=part,
                    currency="USD",
                    status=status,
                    by="stripe",
                    created_at=self.now,
                    acted_at=self.now if status != "failed" else None,
                )
            )
        await session.flush()
        await self.settles(session, payment["id"])

    async def does_not_get_it(self, session: AsyncSession, customer_id: int) -> None:
        """A refund that was made fails, or is canceled, after all."""
        refund = await self.some_row(
            "SELECT * FROM refunds WHERE customer_id = :id AND status IN ('pending', 'succeeded') ORDER BY id",
            customer_id,
        )
        if refund is not None:
            await session.execute(
                text("UPDATE refunds SET status = :status, undone_at = :now WHERE id = :id"),
                {"status": self.chance.choice(["failed", "canceled"]), "now": self.now, "id": refund["id"]},
            )
            await self.settles(session, refund["payment_id"])

    async def disputes(self, session: AsyncSession, customer_id: int) -> None:
        payment = await self.some_row(
            "SELECT * FROM payments p WHERE customer_id = :id "
            "AND NOT EXISTS (SELECT FROM disputes d WHERE d.payment_id = p.id) ORDER BY id",
            customer_id,
        )
        if payment is None:
            return
        status = self.chance.choice(["needs_response", "under_review", "lost", "warning_closed", "prevented"])
        told = _told(f"dp_{self.number}", payment["captured_minor"], status)
        outcome = told.outcome
        session.add(
            Dispute(
                customer_id=customer_id,
                payment_id=payment["id"],
                stripe_dispute_id=f"dp_{self.number}",
                amount_minor=payment["captured_minor"],
                currency="USD",
                outcome=outcome,
                opened_at=self.now,
                fee_minor=0 if told.inquiry else 1500,
                fee_currency=self.chance.choice(["USD", "EUR"]),
                status=status,
                closed_at=self.now if outcome else None,
                moves=as_rows(moved((), told, opened_at=self.now, heard_at=self.now)),
            )
        )
        await session.flush()
        await self.settles(session, payment["id"])

    async def bank_decides(self, session: AsyncSession, customer_id: int) -> None:
        """An open dispute is won, lost or prevented; one that was decided is overturned, and may be again."""
        dispute = await self.some_row(
            "SELECT * FROM disputes WHERE customer_id = :id AND (outcome IS NULL OR outcome <> 'closed') ORDER BY id",
            customer_id,
        )
        if dispute is None:
            return
        other = {"won": "lost", "lost": "won"}
        status = other.get(dispute["outcome"]) or self.chance.choice(["won", "lost", "prevented"])
        told = _told(dispute["stripe_dispute_id"], dispute["amount_minor"], status)
        moves = moved(from_rows(dispute["moves"]), told, opened_at=dispute["opened_at"], heard_at=self.now)
        await session.execute(
            update(Dispute)
            .where(col(Dispute.id) == dispute["id"])
            .values(
                status=status,
                outcome=told.outcome,
                closed_at=dispute["closed_at"] or self.now,
                moves=as_rows(moves),
            )
        )
        await self.settles(session, dispute["payment_id"])
