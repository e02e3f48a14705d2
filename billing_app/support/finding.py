"""Finds a customer by anything that somebody pastes (AD6), and says by what it was found."""

from dataclasses import dataclass

from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DBAPIError

from billing_app.accounts.roles import Principal
from billing_app.support import find_store
from billing_app.support.clues import Clue, clean, clues
from billing_app.support.desk import Desk, reading

MAX_HITS = 25


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer that was found. `matched`: by what, in words; `what`: what that was; `entry`: of the ledger."""

    customer_id: int
    name: str | None
    email: str | None
    external_id: str | None
    matched: str
    what: str
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to. `more`: there are others; `gave_up`: what could not be looked for in time, in words."""

    text: str
    hits: tuple[Hit, ...]
    more: bool
    gave_up: str = ""


class Finding(Desk):
    """The search."""

    async def search(self, by: Principal, text: str) -> Found:
        """Look for a pasted text: e-mail, part of a name, our id or the host's, any id of Stripe, an invoice's number,
        a request id, the reference of an entry, the source of a lot. Surest first, 25 at most; a sure find ends it.

        Raises:
            NotPermitted: no staff. InvalidInput: there is nothing to look for, or too much.
        """
        with reading(by):
            wanted = clean(text)
            rows: dict[int, tuple[Clue, str, int | None]] = {}
            gave_up = ""
            for clue in clues(wanted):
                if rows and clue.kind in ("reference", "part"):
                    break
                try:
                    async with self._database.transaction() as session:
                        found = await find_store.look(session, clue, limit=MAX_HITS + 1)
                except DBAPIError as error:
                    if not isinstance(error.orig, QueryCanceled):
                        raise
                    gave_up = f"Looking for a {find_store.STATEMENTS[clue.kind][0]} took too long."
                    continue
                for customer_id, what, entry in found:
                    rows.setdefault(customer_id, (clue, what, entry))
            ids = list(rows)[:MAX_HITS]
            async with self._database.transaction() as session:
                names = await find_store.names(session, ids)
        hits = tuple(
            Hit(one, *names[one], find_store.STATEMENTS[rows[one][0].kind][0], rows[one][1], rows[one][2])
            for one in ids
            if one in names
        )
        return Found(wanted, hits, len(rows) > MAX_HITS, gave_up)
