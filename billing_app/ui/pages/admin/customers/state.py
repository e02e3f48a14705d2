"""The State of `/admin/customers`. Every handler asks who it is, and the service asks again."""

from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError, InvalidInput
from billing_app.reports.list_margins import ListMargin
from billing_app.support.finding import Found, Hit
from billing_app.support.listing import CustomerLine, Only
from billing_app.ui.admin.words import cost, money, share
from billing_app.ui.format import day, number
from billing_app.ui.session import staff_of

ONLY: tuple[tuple[str, str], ...] = (
    ("", "Everybody"),
    ("paying", "Paying"),
    ("trialing", "On trial"),
    ("past_due", "Payment failed"),
    ("by_hand", "Plan by hand"),
    ("free", "Without a plan"),
    ("owing", "Owing credits"),
    ("disputed", "Disputed payment"),
)
MOST_SHOWN = 500
_NOTHING = "\N{EN DASH}"
_STATES = {
    "trialing": ("trial", "accent"),
    "past_due": ("past due", "bad"),
    "unpaid": ("unpaid", "bad"),
    "paused": ("paused", "warn"),
}


@dataclass
class HitRow:
    """Somebody who was found, and by what."""

    id: int
    href: str
    name: str
    about: str
    matched: str
    what: str


@dataclass
class ListRow:
    """One customer of the list."""

    id: int
    href: str
    name: str
    about: str
    plan: str
    state: str
    tone: str
    mrr: str
    available: str
    cost: str
    margin: str
    margin_tone: str
    margin_note: str
    no_margin: bool
    since: str


class CustomersState(rx.State):
    """What was searched, and the list below it."""

    error: rx.Field[str] = rx.field("")
    text: rx.Field[str] = rx.field("")
    searched: rx.Field[bool] = rx.field(False)
    hits: rx.Field[list[HitRow]] = rx.field(default_factory=list)
    nothing: rx.Field[str] = rx.field("")
    more_hits: rx.Field[str] = rx.field("")
    only: rx.Field[str] = rx.field("")
    csv: rx.Field[str] = rx.field("/api/v1/admin/exports/customers.csv")
    rows: rx.Field[list[ListRow]] = rx.field(default_factory=list)
    next_before: rx.Field[int] = rx.field(0)

    @rx.event
    async def load(self) -> None:
        """The newest customers; what the address asks for is looked for."""
        self.reset()
        if (code := self.router.url.query_parameters.get("error", "")) != "":
            self.error = _SAID.get(code, "That did not work; nothing was changed.")
        wanted = self.router.url.query_parameters.get("q", "")
        await self._list(None)
        if wanted and not self.error:
            await self._find(wanted)

    @rx.event
    async def find(self, form: dict[str, Any]) -> None:
        """Look for what was typed or pasted."""
        await self._find(str(form.get("text", "")))

    @rx.event
    async def clear(self) -> None:
        """Forget what was found."""
        self.text, self.hits, self.searched, self.more_hits, self.error = "", [], False, "", ""

    @rx.event
    async def choose_only(self, only: str) -> None:
        """Show customers of one kind."""
        self.only = only if only in get_args(Only) else ""
        self.csv = "/api/v1/admin/exports/customers.csv" + (f"?{urlencode({'only': self.only})}" if self.only else "")
        self.rows = []
        await self._list(None)

    @rx.event
    async def show_more(self) -> None:
        """The customers before those."""
        await self._list(self.next_before or None)

    async def _find(self, text: str) -> None:
        self.error, self.searched, self.hits = "", False, []
        try:
            me = await staff_of(self)
            found = await current().support.search(me, text)
        except InvalidInput as error:
            self.text, self.error = text[:250], error.detail
            return
        except DomainError as error:
            self.error = error.detail
            return
        self._show(found)

    def _show(self, found: Found) -> None:
        self.text, self.searched = found.text, True
        self.hits = [hit_row(hit) for hit in found.hits]
        self.nothing = f"Nobody was found by \N{LEFT DOUBLE QUOTATION MARK}{found.text}\N{RIGHT DOUBLE QUOTATION MARK}."
        self.more_hits = found.gave_up or ("There are more; type more of it." if found.more else "")

    async def _list(self, before: int | None) -> None:
        try:
            me = await staff_of(self)
            only: Any = self.only
            page = await current().support.customers(me, only=only, before=before)
        except DomainError as error:
            self.error = error.detail
            return
        self.rows = [*(self.rows if before else []), *[list_row(line) for line in page.customers]]
        self.next_before = (page.next_before or 0) if len(self.rows) < MOST_SHOWN else 0


_SAID = {
    "invalid_input": "Say why you want to see a customer's pages, on the customer's own page.",
    "not_found": "There is no such customer.",
    "not_permitted": "Your role does not allow this.",
}


def hit_row(hit: Hit) -> HitRow:
    """The line of somebody who was found."""
    return HitRow(
        id=hit.customer_id,
        href=f"/admin/customers/{hit.customer_id}",
        name=hit.name or hit.email or hit.external_id or f"Customer {hit.customer_id}",
        about=_about(hit.customer_id, hit.name, hit.email, hit.external_id),
        matched=hit.matched,
        what=f"entry {hit.entry}, {hit.what}" if hit.entry is not None else hit.what,
    )


def list_row(line: CustomerLine) -> ListRow:
    """The line of a customer of the list."""
    gross = line.margin.gross
    state, tone = _STATES.get(line.status or "", ("", ""))
    if line.by_hand:
        state, tone = "by hand", ""
    return ListRow(
        id=line.id,
        href=f"/admin/customers/{line.id}",
        name=line.name or line.email or line.external_id or f"Customer {line.id}",
        about=_about(line.id, line.name, line.email, line.external_id),
        plan=line.plan or "",
        state=state,
        tone=tone,
        mrr=money(line.mrr_minor, line.currency) if line.currency and line.mrr_minor else "\N{EN DASH}",
        available=number(line.available),
        cost=", ".join(cost(amount, currency) for currency, amount in line.margin.costs) or _NOTHING,
        margin=cost(gross, line.margin.currency or "") if gross is not None else _NOTHING,
        margin_tone="bad" if gross is not None and gross < 0 else "",
        margin_note=_margin_note(line.margin),
        no_margin=gross is None,
        since=day(line.created_at),
    )


def _margin_note(margin: ListMargin) -> str:
    """What stands behind a margin: its share of revenue, or why there is none; calls of unknown cost."""
    said = f"{share(margin.percent)} of revenue" if margin.percent is not None else margin.reason.rstrip(".")
    unknown = f"{number(margin.unknown)} calls of unknown cost are not in it" if margin.unknown else ""
    return "; ".join(part for part in (said, unknown) if part)


def _about(customer_id: int, name: str | None, email: str | None, external_id: str | None) -> str:
    """What else is known, without what stands above it already."""
    others = [one for one in (email if name else None, external_id if name or email else None) if one]
    return " \N{MIDDLE DOT} ".join([*others, f"#{customer_id}"])
