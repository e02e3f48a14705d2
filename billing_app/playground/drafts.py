"""Drafts: what a customer had typed when a page sent them away to buy (WL5). Kept on the server, per page."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.errors import InvalidInput
from billing_app.playground.models import Draft
from billing_app.playground.texts import storable

MAX_TEXT = 20_000
MAX_PAGES = 100
_PAGE = re.compile(r"[a-z0-9][a-z0-9/_-]{0,99}")


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft. Restore it only into an empty field, and run nothing that is paid for without a click."""

    page: str
    text: str
    updated_at: datetime


class DraftService:
    """Get, save and clear a customer's drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, customer_id: int, page: str) -> DraftView | None:
        """The draft of a page, if there is one."""
        _check_page(page)
        async with self._database.as_customer(customer_id) as session:
            row = await session.scalar(
                select(Draft).where(col(Draft.customer_id) == customer_id, col(Draft.page) == page)
            )
        return DraftView(row.page, row.text, row.updated_at) if row else None

    async def save(self, customer_id: int, page: str, text: str) -> None:
        """Keep a page's text; empty text clears it.

        Args:
            page: a name such as `playground/interview`.

        Raises:
            InvalidInput: more than 20,000 characters, a NUL, or no page's name; or drafts of a hundred pages exist.
        """
        _check_page(page)
        if not isinstance(text, str) or len(text) > MAX_TEXT:
            raise InvalidInput(f"A draft has {MAX_TEXT:,} characters at most.", field="text")
        if not storable(text):
            raise InvalidInput("A draft must be text, without NUL characters.", field="text")
        if not text:
            await self.clear(customer_id, page)
            return
        async with self._database.transaction() as session:
            pages = await session.scalar(
                select(func.count()).where(col(Draft.customer_id) == customer_id, col(Draft.page) != page)
            )
            if pages is not None and pages >= MAX_PAGES:
                raise InvalidInput(f"Drafts of {MAX_PAGES} pages are kept; clear one first.", field="page")
            values = {"text": text, "updated_at": clock.wall()}
            await session.execute(
                insert(Draft)
                .values(customer_id=customer_id, page=page, **values)
                .on_conflict_do_update(index_elements=["customer_id", "page"], set_=values)
            )

    async def clear(self, customer_id: int, page: str) -> None:
        """Forget a page's draft; nothing happens when there is none."""
        _check_page(page)
        async with self._database.transaction() as session:
            await session.execute(delete(Draft).where(col(Draft.customer_id) == customer_id, col(Draft.page) == page))


def _check_page(page: str) -> None:
    if not isinstance(page, str) or not _PAGE.fullmatch(page):
        raise InvalidInput('A page\'s name is lower-case letters, digits, "/", "-" and "_", 100 at most.', field="page")
