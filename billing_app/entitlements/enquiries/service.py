"""The contact form: stores what people ask, tells the seller, and confirms it to them (rows B1, B7)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts.use_case import Visit
from billing_app.catalog.schema import Catalog
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.db.rate_limit import Limit, RateLimiter, Take, network
from billing_app.entitlements.enquiries import store
from billing_app.entitlements.enquiries.message import Asked, Typed, UnknownPlan, checked
from billing_app.entitlements.enquiries.models import Enquiry
from billing_app.journal.outbox import post

# Kinds of mail: see `notifications.letters`.
TO_SELLER, TO_SENDER = "enquiry", "enquiry_received"
FROM_PLACE = Limit("enquiry:place", 10, timedelta(hours=1))
OF_ADDRESS = Limit("enquiry:address", 3, timedelta(hours=1))
# However many addresses and places take part: the seller's inbox stays usable.
OF_ALL = Limit("enquiry:all", 200, timedelta(hours=1))
PAGE_LIMIT = 100
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that pass for each other


@dataclass(frozen=True, slots=True)
class EnquiryView:
    """An enquiry, for the seller. Everything but number and time is a stranger's words: escape it."""

    id: int
    number: str
    customer_id: int | None
    plan: str
    name: str
    email: str
    company: str
    message: str
    at: datetime


class EnquiryService:
    """Takes enquiries from anybody, signed in or not."""

    def __init__(self, database: Database, catalog: CatalogService, limiter: RateLimiter) -> None:
        self._database = database
        self._catalog = catalog
        self._limiter = limiter

    async def send(self, typed: Typed, *, visit: Visit, customer_id: int | None = None) -> str:
        """Store an enquiry; owe the seller its text and the sender a confirmation without any of their words, so that
        nobody can have us mail their text to a stranger. The same again on the same day changes nothing.

        Args:
            customer_id: the sender, if signed in.

        Returns:
            Its number, such as `ENQ-7K3MX9QA`.

        Raises:
            InvalidInput: a field is wrong; its code says which.
            UnknownPlan: there is no such plan by contact.
            RateLimited: too many from this place, or to this address.
        """
        asked = checked(typed)
        await self._limiter.take(
            Take(FROM_PLACE, network(visit.ip)), Take(OF_ADDRESS, asked.email.normalised), Take(OF_ALL, "")
        )
        catalog = await self._catalog.current()
        plan_name = _contact_plan(catalog, asked.plan)
        now = clock.now()
        row = Enquiry(
            number=new_number(),
            customer_id=customer_id,
            plan_code=asked.plan,
            name=asked.name,
            email=asked.email.address,
            company=asked.company,
            message=asked.message,
            fingerprint=asked.fingerprint(now.date()),
            created_at=now,
        )
        async with self._database.transaction() as session:
            kept = await store.keep(session, row)
            if kept is None:
                known = await store.by_fingerprint(session, row.fingerprint)
                assert known is not None, "enquiries are not deleted while one is sent"
                return known.number
            await _owe_mails(session, kept, asked, plan_name, catalog.brand.support_email)
        return kept.number

    async def list(self, *, before: int | None = None, limit: int = 50) -> list[EnquiryView]:
        """Enquiries, newest first, for the seller's staff; `before` is the last id of the page above, 100 at most."""
        async with self._database.transaction() as session:
            rows = await store.newest(session, before=before, limit=max(1, min(limit, PAGE_LIMIT)))
        return [
            EnquiryView(
                row.id,
                row.number,
                row.customer_id,
                row.plan_code,
                row.name,
                row.email,
                row.company,
                row.message,
                row.created_at,
            )
            for row in rows
        ]


def new_number() -> str:
    """What an enquiry is called in mails. Drawn, not counted: it tells nobody how many there are."""
    return "ENQ-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))


def _contact_plan(catalog: Catalog, code: str) -> str:
    """The name of a plan by contact; empty for none.

    Raises:
        UnknownPlan: it is none.
    """
    if not code:
        return ""
    plan = catalog.plan(code)
    if plan is None or not plan.active or not plan.contact_only:
        raise UnknownPlan
    return plan.name


async def _owe_mails(session: AsyncSession, kept: Enquiry, asked: Asked, plan: str, seller: str) -> None:
    await post(
        session,
        TO_SELLER,
        recipient=seller,
        reference=kept.number,
        data={
            "number": kept.number,
            "name": asked.name,
            "email": asked.email.address,
            "company": asked.company,
            "plan": plan,
            "message": asked.message,
        },
    )
    await post(
        session,
        TO_SENDER,
        recipient=asked.email.address,
        customer_id=kept.customer_id,
        reference=kept.number,
        data={"number": kept.number, "plan": plan},
    )
