"""What the playground's engines would cost: the catalogue's cost of goods, a vendor's row in the cost log for each use.

The engines that come with the product run here and cost nothing; a host product's would not. So that margins can be
looked at from the first minute, each use is logged as if its suppliers had charged what the catalogue says.
"""

import logging
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.exc import SQLAlchemyError

from billing_app.catalog.service import CatalogService
from billing_app.credits.lot_kinds import entry_by_reference
from billing_app.db.engine import Database
from billing_app.errors import DomainError, IdempotencyMismatch
from billing_app.usage import CostLog, VendorCost

SOURCE = "playground"
_PLACES = Decimal("0.000001")

logger = logging.getLogger(__name__)


class EngineCosts:
    """Notes the cost of uses that have happened. What goes wrong here never spoils the use itself."""

    def __init__(self, database: Database, catalog: CatalogService, log: CostLog) -> None:
        self._database = database
        self._catalog = catalog
        self._log = log

    async def used(self, customer_id: int, feature: str, reference: str, *, share: Fraction | int = 1) -> None:
        """A feature was used; the same reference again is noted once.

        Args:
            reference: the use, as the ledger has it; its entry, if there is one, ties the cost to what paid for it.
            share: how much of one use as the catalogue prices it: ten seconds of a minute are 1/6.
        """
        try:
            await self._note(customer_id, feature, reference, Fraction(share))
        except (DomainError, SQLAlchemyError):
            logger.exception("the cost of %s for customer %s was not noted", feature, customer_id)

    async def _note(self, customer_id: int, feature: str, reference: str, share: Fraction) -> None:
        catalog = await self._catalog.current()
        priced = [cost for cost in catalog.costs if cost.feature == feature and cost.amount.amount > 0]
        if not priced:
            return
        async with self._database.transaction() as session:
            entry_id = await entry_by_reference(session, customer_id, feature, reference)
            rows = [
                VendorCost(
                    source=SOURCE,
                    request_id=f"{customer_id}:{feature}:{reference}:{number}",
                    customer_id=customer_id,
                    feature=feature,
                    entry_id=entry_id,
                    service=cost.name,
                    units=_of(Decimal(1), share).quantize(_PLACES),
                    cost=_of(cost.amount.amount, share),
                    currency=cost.amount.currency,
                )
                for number, cost in enumerate(priced, 1)
            ]
            answers = await self._log.write(session, rows)
        for answer in answers:
            # Noted before by other terms of the catalogue: what was noted then stands.
            if answer.state == "refused" and answer.code != IdempotencyMismatch.code:
                logger.warning("the cost %s was not noted: %s", answer.request_id, answer.error)


def _of(whole: Decimal, share: Fraction) -> Decimal:
    return (whole * share.numerator / share.denominator).quantize(Decimal("1e-12"))
