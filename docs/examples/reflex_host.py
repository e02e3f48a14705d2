"""A page of a Reflex product whose billing is elsewhere: it charges each answer, and shows the wall.

Make it a module of your Reflex app, and run that with BILLING_URL and BILLING_KEY. The key stays on the server: nothing
of it is in the state.
"""

import os
from functools import cache
from typing import Any, TypedDict

import reflex as rx

from billing_app.client import AsyncBillingClient, BillingError, Refused


@cache
def billing() -> AsyncBillingClient:
    """One client per process."""
    return AsyncBillingClient(os.environ["BILLING_URL"], os.environ["BILLING_KEY"])


class Way(TypedDict):
    """An option of the wall, as the page shows it."""

    name: str
    price: str
    url: str


class CoachState(rx.State):
    """What the page shows."""

    question: str = ""
    answer: str = ""
    stopped: str = ""
    ways: list[Way] = []
    left: int = 0

    def _user(self) -> str:
        """Your own sign-in goes here; never take the id from the page."""
        return os.environ.get("DEMO_USER", "user_4711")

    @rx.event
    async def load(self) -> None:
        """What there is, before the first question."""
        self.left = (await billing().entitlements(self._user())).available

    @rx.event
    async def ask(self, form: dict[str, Any]) -> None:
        """Hold, answer, capture. Refused: the wall, with a link for each way on."""
        self.question = str(form.get("question", ""))[:500]
        self.answer, self.stopped, self.ways = "", "", []
        try:
            async with billing().hold(self._user(), "coach_chat", ttl_s=120) as hold:
                self.answer = f"What did {self.question or 'it'} change for the others?"
                done = await hold.capture()
            self.left = done.available or 0
        except Refused as refused:
            self.stopped = refused.detail
            self.ways = [
                Way(name=one.name or "", price=_price(one.price_minor, one.currency), url=one.url or "")
                for one in refused.options
                if one.url
            ]
        except BillingError:
            self.stopped = "Billing cannot be reached. Try again in a moment."

    @rx.event
    async def go(self, place: int) -> Any:
        """To the billing pages, signed in, by a link that works once."""
        if not 0 <= place < len(self.ways):
            return None
        handed = await billing().hand_over(self._user(), to=self.ways[place]["url"])
        return rx.redirect(handed.url)


def _price(minor: int | None, currency: str | None) -> str:
    """Two decimals: for currencies that have others, ask your own formatter."""
    return "" if minor is None else f"{minor // 100}.{minor % 100:02} {currency}"


def coach() -> rx.Component:
    """The page: a question, its answer, and the wall."""
    return rx.el.main(
        rx.el.h1("Coach"),
        rx.el.p(CoachState.left, " credits left"),
        rx.el.form(
            rx.el.label("Question ", rx.el.input(name="question", required=True, max_length=500)),
            rx.el.button("Ask, 1 credit", type="submit"),
            on_submit=CoachState.ask,
        ),
        rx.cond(CoachState.answer, rx.el.p(CoachState.answer)),
        rx.cond(CoachState.stopped, wall()),
    )


def wall() -> rx.Component:
    """What stopped them, and each way on."""
    return rx.el.section(
        rx.el.p(CoachState.stopped, role="status"),
        rx.el.ul(
            rx.foreach(
                CoachState.ways,
                lambda way, place: rx.el.li(
                    rx.el.button(way["name"], " ", way["price"], on_click=CoachState.go(place)),
                ),
            )
        ),
        aria_label="Ways on",
    )


app = rx.App()
app.add_page(coach, route="/", title="Coach", on_load=CoachState.load)
