"""Who is looking, and what the frame of every page shows of their account.

Every event handler is a public call: each asks `principal_of` again, and none trusts a value the browser sent.
"""

from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.constants import CompileVars
from reflex_base.event import Event

from billing_app import clock
from billing_app.accounts.client_address import AddressNotAllowed, check_allowed, client_address
from billing_app.accounts.cookie import LOOK_COOKIE, read_cookie, session_cookie
from billing_app.accounts.roles import Principal, Role
from billing_app.accounts.staff import DEMO_ADMIN_EMAIL, DEMO_CUSTOMER_EMAIL, DEMO_PASSWORD
from billing_app.bootstrap import current
from billing_app.db.looking import look_only
from billing_app.db.rate_limit import Limit, Take
from billing_app.errors import Forbidden, Unauthenticated
from billing_app.settings import Mode
from billing_app.ui.brand import brand
from billing_app.ui.format import day
from billing_app.ui.indicator import counts_credits, indicator

IS_HYDRATED = CompileVars.IS_HYDRATED


async def principal_of(state: rx.State) -> Principal | None:
    """Who is signed in on this connection, by the cookie of its handshake; None for a stranger.

    Raises:
        AddressNotAllowed: staff who look as a customer, from another address than `ADMIN_ALLOWED_ADDRESSES` lets pass.
    """
    token = read_cookie(state.router.headers.cookie, session_cookie(secure=current().settings.secure_cookies))
    found = await current().accounts.who(token) if token else None
    if found is not None and found.behind is not None:  # a look begun inside does not go on outside
        _check_address(state)
    return found


class NoCustomer(Forbidden):
    """Staff, who own no credits, at a page that shows one's own."""


async def customer_of(state: rx.State) -> int:
    """The customer whose rows this connection may see.

    Raises:
        Unauthenticated: nobody is signed in.
        NoCustomer: staff, who own no credits.
    """
    who = await principal_of(state)
    if who is None:
        raise Unauthenticated("Sign in to see this page.")
    if who.customer_id is None:
        raise NoCustomer("You are signed in as staff, who have no credits of their own. Customers see them here.")
    return who.customer_id


async def staff_of(state: rx.State, role: Role = Role.VIEWER) -> Principal:
    """The member of staff on this connection. The first line of every handler of a staff page (AD13).

    The service behind it asks `require` again: this guards the page, that guards the data.

    Raises:
        Unauthenticated: nobody is signed in.
        NotPermitted: a customer, or staff of a lower role.
        AddressNotAllowed: staff, from another address than `ADMIN_ALLOWED_ADDRESSES` lets pass.
    """
    who = await principal_of(state)
    if who is None:
        raise Unauthenticated("Sign in to see this page.")
    if who.behind is not None:  # staff pages stay what they are while another tab looks on as a customer
        who = who.behind
        look_only(False)
    who.require(role)
    if who.is_staff:
        _check_address(state)
    return who


def _check_address(state: rx.State) -> None:
    headers, settings = state.router.headers.raw_headers, current().settings
    peer, forwarded = headers.get("asgi-scope-client"), headers.get("x-forwarded-for")
    hops = settings.trusted_proxy_hops or 0
    check_allowed(client_address(peer, [forwarded] if forwarded else [], hops), settings.admin_allowed_addresses)


async def paced(customer_id: int, limit: Limit) -> None:
    """Count one attempt at what asks Stripe, as the API does: a handler can be called as often as somebody likes.

    Raises:
        RateLimited: too many.
    """
    await current().limiter.take(Take(limit, str(customer_id)))


@dataclass
class DemoSignIn:
    """A sign-in that exists in sandbox mode only."""

    email: str
    password: str


_DEMO = tuple(DemoSignIn(email, DEMO_PASSWORD) for email in (DEMO_CUSTOMER_EMAIL, DEMO_ADMIN_EMAIL))


class Shell(rx.State):
    """The top bar and the strip below it. `barred`: why nothing is shown to staff whose look has moved outside."""

    loaded: rx.Field[bool] = rx.field(False)
    signed_in: rx.Field[bool] = rx.field(False)
    sandbox: rx.Field[bool] = rx.field(False)
    email: rx.Field[str] = rx.field("")
    initial: rx.Field[str] = rx.field("")
    is_customer: rx.Field[bool] = rx.field(False)
    is_admin: rx.Field[bool] = rx.field(False)
    is_staff: rx.Field[bool] = rx.field(False)
    handed_over: rx.Field[bool] = rx.field(False)
    way_back: rx.Field[str] = rx.field("")
    way_back_name: rx.Field[str] = rx.field("")
    looking_as: rx.Field[str] = rx.field("")
    looking_until: rx.Field[str] = rx.field("")
    barred: rx.Field[str] = rx.field("")
    billing_day: rx.Field[str] = rx.field("")
    billing_hour: rx.Field[str] = rx.field("")
    available: rx.Field[int] = rx.field(0)
    available_label: rx.Field[str] = rx.field("")
    available_spoken: rx.Field[str] = rx.field("")
    bar_width: rx.Field[str] = rx.field("0%")
    level: rx.Field[str] = rx.field("")
    strip_text: rx.Field[str] = rx.field("")
    strip_action: rx.Field[str] = rx.field("")
    strip_href: rx.Field[str] = rx.field("")
    strip_outward: rx.Field[bool] = rx.field(False)
    strip_dismissable: rx.Field[bool] = rx.field(False)
    demo_sign_ins: rx.Field[list[DemoSignIn]] = rx.field(default_factory=list)
    failure: rx.Field[str] = rx.field("")
    _dismissed_level: str = ""
    _owner: str = ""

    @rx.event
    async def load(self) -> None:
        """Read who is signed in and what they have."""
        self.failure = self.barred = ""
        self.sandbox = current().settings.mode is Mode.SANDBOX
        self.demo_sign_ins = list(_DEMO) if self.sandbox else []
        try:
            who = await principal_of(self)
        except AddressNotAllowed as error:
            who, self.barred = None, error.detail
        self.signed_in = who is not None
        self.email = who.email if who else ""
        self.initial = (who.name or who.email)[:1].upper() if who else ""
        self.is_customer = bool(who and who.customer_id)
        self.is_admin = bool(who and who.role is Role.ADMIN)
        self.is_staff = bool(who and who.is_staff)
        self.handed_over = bool(who and who.handed_over)
        self.looking_as = _name(who) if who and who.behind else ""
        self.looking_until = f"{who.looks_until:%H:%M} UTC" if who and who.looks_until else ""
        self.way_back = (who.return_to if who else None) or ""
        self.way_back_name = urlsplit(self.way_back).hostname or ""
        if who and who.customer_id:
            await self._show_account(who.customer_id)
        self.loaded = True

    async def _show_account(self, customer_id: int) -> None:
        """Refresh the indicator: credits, allowances, what is wrong with the plan. Its name keeps it from being a
        public call, as every method without a leading underscore is: the caller has authorised itself."""
        services = current()
        catalog = await services.catalog.current()
        balance = await services.credits.balance(customer_id)
        shown = indicator(
            balance,
            await services.entitlements.usage(customer_id),
            await services.subscriptions.current(customer_id),
            await services.plan_credits.resets(customer_id),
            noun=brand().credit,
            with_credits=counts_credits(catalog),
            sells_more=any(pack.active for pack in catalog.packs),
        )
        now = clock.now()
        self.billing_day, self.billing_hour = day(now), f"{now:%H:%M} UTC"
        self.available = balance.available
        self.available_label, self.available_spoken = shown.label, shown.spoken
        self.bar_width, self.level = f"{shown.percent}%", shown.level.value
        dismissed = shown.dismissable and self._dismissed_level == shown.level
        self.strip_text = "" if dismissed else shown.strip
        self.strip_action, self.strip_href = shown.action, shown.href
        self.strip_outward, self.strip_dismissable = shown.outward, shown.dismissable

    @rx.event
    def report_failure(self) -> None:
        """Say that the last action did not work; the log has the reason."""
        self.failure = "That did not work, and nothing was changed. Try again; if it happens twice, write to us."

    @rx.event
    def dismiss_failure(self) -> None:
        """Close that message."""
        self.failure = ""

    @rx.event
    def dismiss_strip(self) -> None:
        """Close the banner of running low until things change; the strip at zero stays."""
        self._dismissed_level = self.level
        self.strip_text = ""


def _name(who: Principal) -> str:
    """Who a customer is called while staff look on."""
    return who.name or who.email or f"customer {who.customer_id}"


async def refresh_shell(state: rx.State, customer_id: int) -> Shell:
    """Show what this customer has now in the top bar. The caller has authorised itself for this customer."""
    shell = await state.get_state(Shell)
    await shell._show_account(customer_id)
    return shell


class OneOwner(Middleware):
    """A tab's state belongs to one sign-in. With another cookie, or none, everything in it is forgotten first.

    Reflex keeps a tab's state under a token in the tab, which outlives signing out; and it sends that state before
    any page's `on_load` could look at who is asking.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Runs before every event, the first one of a page included."""
        root = state._get_root_state()
        sent = root.router.headers.cookie
        cookie = read_cookie(sent, session_cookie(secure=current().settings.secure_cookies))
        # Staff see another customer's pages under the same cookie: nothing of one view shows in the next.
        owner = sha256(f"{cookie} {read_cookie(sent, LOOK_COOKIE) or ''}".encode()).hexdigest() if cookie else ""
        shell = await root.get_state(Shell)
        if shell._owner != owner:
            hydrated = getattr(root, IS_HYDRATED)
            root.reset()
            setattr(root, IS_HYDRATED, hydrated)
            shell._owner = owner
        return None
