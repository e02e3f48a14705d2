"""The State of `/admin/models`. Reading needs a viewer, writing an administrator; the service asks again."""

from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.accounts.roles import Role
from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.ui.format import number
from billing_app.ui.pages.admin.models.form import read_price
from billing_app.ui.pages.admin.models.rows import PriceRow, WaitingRow, price_rows, waiting_rows
from billing_app.ui.session import staff_of


class ModelsState(rx.State):
    """The prices; and the form, when it is open: of a new price, or of one in the place of a wrong one."""

    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    prices: rx.Field[list[PriceRow]] = rx.field(default_factory=list)
    others: rx.Field[list[PriceRow]] = rx.field(default_factory=list)
    waiting: rx.Field[list[WaitingRow]] = rx.field(default_factory=list)
    form_open: rx.Field[bool] = rx.field(False)
    form_error: rx.Field[str] = rx.field("")
    wrong_id: rx.Field[int] = rx.field(0)
    filled: rx.Field[dict[str, str]] = rx.field(default_factory=dict)

    @rx.event
    async def load(self) -> None:
        """Show all prices."""
        self.reset()
        await self._refresh()
        self.loaded = True

    @rx.event
    async def begin_new(self, model: str, since: str) -> None:
        """Open an empty form; of a model that has no price, with its name and the day of its first call."""
        await self._open(0, {"model": model, "valid_from": since, "currency": "USD"})

    @rx.event
    async def begin_correction(self, number_of_price: int) -> None:
        """Open the form with a price that was wrong."""
        version = None
        try:
            listed = await current().price_list.read(await staff_of(self, Role.ADMIN))
            version = next((one for one in listed.versions if one.price.id == number_of_price), None)
        except DomainError as error:
            self.error = error.detail
        if version is None:
            return
        price = version.price
        given = {
            name: f"{getattr(price, name).normalize():f}" if getattr(price, name) is not None else ""
            for name in ("input", "output", "cached_input", "cache_write", "reasoning")
        }
        begins = price.valid_from.date().isoformat()
        await self._open(price.id, {"model": price.model, "currency": price.currency, "valid_from": begins, **given})

    @rx.event
    async def close_form(self) -> None:
        """Nothing is written."""
        self.form_open, self.form_error = False, ""

    @rx.event
    async def write(self, form: dict[str, Any]) -> None:
        """Write the price in the form."""
        self.form_error = self.error = self.done = ""
        try:
            me = await staff_of(self, Role.ADMIN)
            new, reason = read_price(form, now=clock.now()), str(form.get("reason", ""))
            if self.wrong_id:
                await current().price_list.correct(me, self.wrong_id, new, reason=reason)
                self.done = f"The price of {new.model} is corrected. Calls logged before keep their cost."
            else:
                await current().price_list.set_price(me, new, reason=reason)
                self.done = f"{new.model} has a price."
        except DomainError as error:
            self.form_error = error.detail
            return
        self.form_open = False
        await self._refresh()

    @rx.event
    async def settle(self, model: str) -> None:
        """Give the model's calls of unknown cost the price it has for their time."""
        self.error = self.done = ""
        try:
            settled = await current().price_list.settle(await staff_of(self, Role.ADMIN), model)
        except DomainError as error:
            self.error = error.detail
            return
        self.done = (
            f"{number(settled)} calls of {model} have a cost now. The sums follow within a minute."
            if settled
            else f"No call of {model} lies in the time of a price."
        )
        await self._refresh()

    async def _open(self, wrong_id: int, filled: dict[str, str]) -> None:
        self.error = self.form_error = self.done = ""
        try:
            await staff_of(self, Role.ADMIN)
        except DomainError as error:
            self.error = error.detail
            return
        self.wrong_id, self.filled, self.form_open = wrong_id, filled, True

    async def _refresh(self) -> None:
        try:
            listed = await current().price_list.read(await staff_of(self))
        except DomainError as error:
            self.error = error.detail
            return
        self.prices, self.others = price_rows(listed.versions, clock.now())
        self.waiting = waiting_rows(listed.unpriced, listed.versions)
