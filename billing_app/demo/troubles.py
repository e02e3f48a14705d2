"""What does not go as planned in the demo life, and what staff does about it: money back, disputes, letters."""

from collections.abc import Awaitable, Callable

from billing_app.accounts.roles import Principal
from billing_app.accounts.use_case import Visit
from billing_app.bootstrap import Services
from billing_app.demo import store
from billing_app.demo.bank import Bank
from billing_app.demo.doings import Life
from billing_app.demo.people import Trouble
from billing_app.demo.shelf import Shelf
from billing_app.demo.store import FirstPayment
from billing_app.entitlements.enquiries.message import Typed
from billing_app.entitlements.hand_plans.terms import OWN_CODE, HandPlan
from billing_app.errors import DomainError
from billing_app.support.adjusting import Category

_LETTERS = (
    "We are twelve people and would like one invoice for all of us. Is that possible?",
    "Could you tell us where our data is kept, and whether there is a contract for its processing?",
    "We would like to try it with a course of forty students this autumn. What would that cost?",
    "Do you offer a discount for charities?",
)
_AGREED_MINOR = 4_900
_AGREED_CREDITS = 120
_COMPANIES = ("Northwind Ltd", "Lumen Studio", "Harbour School", "Fjord Analytics", "Studio Kestrel", "Meadow Clinic")

Step = Callable[[Life], Awaitable[None]]


class Troubles:
    """One for each telling; `admin` is in whose name staff acts."""

    def __init__(self, services: Services, bank: Bank, shelf: Shelf, admin: Principal) -> None:
        self._services = services
        self._bank = bank
        self._shelf = shelf
        self._admin = admin
        self._steps: dict[Trouble, dict[int, Step]] = {
            Trouble.REFUND_PART: {6: self._refund_part},
            Trouble.REFUND_ALL: {4: self._refund_all},
            Trouble.DISPUTE_LOST: {9: self._dispute, 21: self._lose},
            Trouble.DISPUTE_WON: {7: self._dispute, 24: self._win},
            Trouble.CARD_FAILS_ONCE: {24: self._card_fails_once},
            Trouble.CARD_DEAD: {54: self._card_is_dead},
            Trouble.ENQUIRY: {0: self._write},
            Trouble.BY_HAND: {0: self._write, 3: self._agree},
            Trouble.ADJUSTMENT: {12: self._make_up},
        }

    async def meet(self, life: Life, day: int) -> None:
        """Whatever is due for somebody on a day; what cannot happen (nothing was paid yet) does not."""
        trouble = life.person.trouble
        step = self._steps.get(trouble, {}).get(day - life.person.joins) if trouble else None
        if step is not None:
            await step(life)

    async def _payment(self, life: Life) -> FirstPayment | None:
        async with self._services.database.transaction() as session:
            return await store.first_payment(session, life.customer_id)

    async def _refund_part(self, life: Life) -> None:
        await self._refund(life, 40, "Half of it did not work, so we gave back a part.")

    async def _refund_all(self, life: Life) -> None:
        await self._refund(life, 100, "Bought by mistake, asked within the week.")

    async def _refund(self, life: Life, percent: int, reason: str) -> None:
        paid = await self._payment(life)
        amount = paid.left_minor * percent // 100 if paid else 0
        if paid is None or amount <= 0:
            return
        key = f"{life.person.external_id}-refund"
        try:
            await self._services.refunds.make(self._admin, paid.id, amount, reason=reason, key=key)
        except DomainError:  # disputed meanwhile, or given back by a telling that was cut off
            return

    async def _dispute(self, life: Life) -> None:
        paid = await self._payment(life)
        if paid is not None and paid.charge is not None:
            await self._bank.dispute(paid.charge)

    async def _lose(self, life: Life) -> None:
        await self._decide(life, won=False)

    async def _win(self, life: Life) -> None:
        await self._decide(life, won=True)

    async def _decide(self, life: Life, *, won: bool) -> None:
        async with self._services.database.transaction() as session:
            dispute = await store.open_dispute(session, life.customer_id)
        if dispute is not None:
            await self._bank.decide(dispute, won=won)

    async def _card_fails_once(self, life: Life) -> None:
        await self._fail(life, 1)

    async def _card_is_dead(self, life: Life) -> None:
        """Renewal and every further attempt fail; then Stripe ends the subscription."""
        await self._fail(life, 8)

    async def _fail(self, life: Life, times: int) -> None:
        if not life.plan:
            return
        async with self._services.database.transaction() as session:
            owner = await store.stripe_customer(session, life.customer_id)
        if owner is not None:
            await self._bank.fail_next(owner, times)

    async def _write(self, life: Life) -> None:
        number = life.person.number
        plan = self._shelf.by_contact.code if self._shelf.by_contact and number % 2 else ""
        typed = Typed(
            name=life.person.name,
            email=life.person.email,
            message=_LETTERS[number % len(_LETTERS)],
            company=_COMPANIES[number % len(_COMPANIES)],
            plan=plan,
        )
        # Each from a place of its own: a place may only write so much in an hour.
        visit = Visit(f"10.{number % 200}.{number // 200}.1", "A browser")
        try:
            await self._services.enquiries.send(typed, visit=visit, customer_id=life.customer_id)
        except DomainError:
            return

    async def _agree(self, life: Life) -> None:
        """What came of a letter: a plan by hand, as agreed, at a price of its own or for nothing."""
        base = self._shelf.by_contact or (self._shelf.plans[-1] if self._shelf.plans else None)
        paid = life.person.number % 4 != 0
        wish = HandPlan(
            plan=base.code if base else None,
            name=None if base else "Team, as agreed",
            price_minor=_AGREED_MINOR if paid else None,
            currency=self._shelf.catalog.currency if paid else None,
            period="month" if paid else None,
            credits_per_month=_AGREED_CREDITS if self._shelf.catalog.rates else None,
        )
        try:
            await self._services.support.give_plan(
                self._admin, life.customer_id, wish, reason="Agreed by mail, invoiced outside."
            )
        except DomainError:
            current = await self._services.subscriptions.current(life.customer_id)
            if current.plan != (wish.plan or OWN_CODE):  # else it was given by a telling that was cut off
                return
        await self._note(life, "Renews by mail each spring; ask for Kim.")
        life.plan = life.holds = wish.plan or OWN_CODE

    async def _make_up(self, life: Life) -> None:
        """An apology in credits, with a note for whoever looks next."""
        if not self._shelf.catalog.rates:
            return
        most = max(rate.credits for rate in self._shelf.catalog.rates)
        try:
            await self._services.support.adjust(
                self._admin,
                life.customer_id,
                2 * most,
                reason="Two sessions broke off in the middle.",
                category=Category.COMPENSATION,
                key=f"{life.person.external_id}-apology",
            )
        except DomainError:
            return
        await self._note(life, "Wrote twice about broken sessions; friendly.")

    async def _note(self, life: Life, words: str) -> None:
        """Leave a note for whoever looks next, once."""
        async with self._services.database.transaction() as session:
            known = await store.has_note(session, life.customer_id, words)
        if not known:
            await self._services.support.note(self._admin, life.customer_id, words)
