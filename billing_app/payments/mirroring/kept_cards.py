"""What a customer keeps to pay with, as pages and the API show it: from our mirror, under row-level security."""

from dataclasses import dataclass
from datetime import datetime

from billing_app.db.engine import Database
from billing_app.payments.mirroring import store

MAX_LISTED = 20


@dataclass(frozen=True, slots=True)
class PaymentMethodView:
    """Something a customer pays with. Only cards have brand, last digits and expiry; `last4` is all of the number."""

    type: str
    brand: str | None
    last4: str | None
    exp_month: int | None
    exp_year: int | None
    is_default: bool

    def expired(self, at: datetime) -> bool:
        """Whether it is over: a card is good to the end of its month."""
        if self.exp_year is None or self.exp_month is None:
            return False
        return (self.exp_year, self.exp_month) < (at.year, at.month)


class PaymentMethodReads:
    """What a customer could be charged with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, customer_id: int) -> list[PaymentMethodView]:
        """The default first, then the newest; at most twenty."""
        async with self._database.as_customer(customer_id) as session:
            rows = await store.payment_methods(session, customer_id, MAX_LISTED)
        return [
            PaymentMethodView(row.type, row.brand, row.last4, row.exp_month, row.exp_year, row.is_default)
            for row in rows
        ]
