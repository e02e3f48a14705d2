"""`doctor --live`: what must be right before money moves, by name, with what to do about it (docs/going-live.md)."""

import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.db.reach import TROUBLE
from billing_app.errors import DomainError
from billing_app.payments.gateway import API_VERSION
from billing_app.self_audit.checks import (
    Around,
    events,
    queue,
    reachable,
    roles,
    schema,
    stripe_account,
    webhook_secret,
)
from billing_app.self_audit.report import Check, Report, State

REACH_LIMIT_S = 10
BACKUP_OLD = timedelta(hours=26)
_LOCAL = ("localhost", "127.0.0.1", "::1")


class GoingLive:
    """The checklist. Looks at settings, Stripe, the database, and at ourselves from outside; changes nothing."""

    def __init__(self, around: Around, catalog: CatalogService) -> None:
        self._around = around
        self._catalog = catalog

    async def look(self) -> Report:
        """Every point of the list; one that cannot be looked at is a warning, and stops no other."""
        began, at = time.monotonic(), clock.wall()
        checks = [*self._settings()]
        looks: tuple[tuple[str, str, Callable[[], Awaitable[Check]]], ...] = (
            ("reached", "Reached from outside", self._reached),
            ("stripe_account", "Stripe key", lambda: stripe_account(self._around)),
            ("stripe_objects", "Prices, portal, endpoint", self._stripe_objects),
            ("webhook_secret", "Webhook secret", lambda: webhook_secret(self._around)),
            ("tax", "Tax", self._tax),
            ("schema", "Schema", lambda: schema(self._around)),
            ("roles", "Roles and guards", lambda: roles(self._around)),
            ("administrator", "Administrators", self._administrators),
            ("demo", "Demo sign-ins", self._demo),
            ("worker", "Worker", lambda: queue(self._around)),
            ("events", "Events not applied", lambda: events(self._around)),
            ("backups", "Backups", self._backups),
        )
        for name, title, look in looks:
            checks.append(await _looked(name, title, look))
        return Report(None, at, "cli", int((time.monotonic() - began) * 1000), tuple(checks))

    def _settings(self) -> Iterator[Check]:
        settings = self._around.settings
        url = urlsplit(settings.public_url)
        live = self._around.live
        yield _point(
            "mode",
            "Mode",
            live and self._around.gateway.livemode,
            "live" if self._around.gateway.livemode else "test" if live else "sandbox",
            (
                "Money moves with this key.",
                "No money moves with this key: set STRIPE_SECRET_KEY to the live one, on a database of its own.",
            ),
            otherwise=State.WARN,
        )
        yield _point(
            "https",
            "HTTPS",
            url.scheme == "https" and url.hostname not in _LOCAL,
            settings.public_url,
            (
                "People reach us encrypted; browsers are told to keep to it (HSTS).",
                "PUBLIC_URL must be the https:// address that people use.",
            ),
        )
        yield _point(
            "cookies",
            "Cookies",
            settings.secure_cookies,
            "__Host-session" if settings.secure_cookies else "session",
            (
                "Secure, HttpOnly, SameSite=Lax, and bound to this host.",
                "Without HTTPS the session cookie is not Secure. Set PUBLIC_URL to the https:// address.",
            ),
        )
        yield _point(
            "proxy_hops",
            "Proxies in front",
            settings.trusted_proxy_hops is not None,
            str(settings.trusted_proxy_hops if settings.trusted_proxy_hops is not None else "unset"),
            (
                "So many X-Forwarded-For entries are trusted; limits count by the address they give.",
                "Set TRUSTED_PROXY_HOPS to the number of proxies in front, 0 if none: limits count by address.",
            ),
        )
        sender = settings.mail_from
        mail = bool(settings.smtp_url.get_secret_value())
        yield _point(
            "mail",
            "Mail",
            mail and "localhost" not in sender,
            sender if mail else "no SMTP_URL",
            (
                "Mails go out. Send one to yourself: sign up with an address of yours.",
                "Set SMTP_URL and MAIL_FROM: receipts and confirmations would reach nobody.",
            ),
        )
        yield _point(
            "secret_key",
            "Secret key",
            bool(settings.database_url),
            "set",
            (
                "Keep it where you keep passwords: it signs links and encrypts the webhook's secret.",
                "SECRET_KEY lies in the data folder. Set it, with DATABASE_URL, before money moves.",
            ),
        )

    async def _reached(self) -> Check:
        """Ask ourselves by the public address, and see which headers a browser would get."""
        url = f"{self._around.settings.public_url.rstrip('/')}/api/v1/health"
        try:
            async with httpx.AsyncClient(timeout=REACH_LIMIT_S, follow_redirects=False) as client:
                answer = await client.get(url)
        except httpx.HTTPError as error:
            words = (
                f"{url} does not answer ({type(error).__name__}). Start the product, and look at DNS, TLS and proxy."
            )
            return Check("reached", "Reached from outside", State.BAD, "no", words)
        wrong = [
            f"the proxy takes the header {name} away"
            for name in ("X-Content-Type-Options", "Content-Security-Policy", "X-Request-ID")
            if name.lower() not in answer.headers
        ]
        if answer.status_code != 200:
            wrong.insert(0, f"{url} answers {answer.status_code}")
        if self._around.settings.secure_cookies and "strict-transport-security" not in answer.headers:
            wrong.append("Strict-Transport-Security is missing")
        return _point(
            "reached",
            "Reached from outside",
            not wrong,
            str(answer.status_code),
            (
                "The public address leads here, with our headers.",
                "; ".join(wrong) + ".",
            ),
        )

    async def _stripe_objects(self) -> Check:
        reachable(self._around)
        plan = await self._around.push.plan(endpoint=self._around.live)
        said = "; ".join([*plan.changes, *plan.notes][:6])
        return _point(
            "stripe_objects",
            "Prices, portal, endpoint",
            not plan.changes and not plan.notes,
            f"{len(plan.changes)}",
            (
                f"As the catalogue's version {plan.version} wants them, API {API_VERSION}.",
                f"{said}. Run 'python -m billing_app catalog push'.",
            ),
        )

    async def _tax(self) -> Check:
        tax = (await self._catalog.current()).tax
        return _point(
            "tax",
            "Tax",
            tax.automatic,
            "automatic" if tax.automatic else tax.behavior,
            (
                "Stripe Tax works it out. Check in its dashboard that you are registered where you must be.",
                "Tax is not worked out: [tax] automatic is off in the catalogue. Fine if you need none; else see docs.",
            ),
            otherwise=State.WARN,
        )

    async def _administrators(self) -> Check:
        count = await self._number(
            "SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL AND NOT demo"
        )
        return _point(
            "administrator",
            "Administrators",
            count > 0,
            f"{count}",
            (
                "Somebody can administer.",
                "Nobody can: 'python -m billing_app admin create you@example.com'.",
            ),
        )

    async def _demo(self) -> Check:
        count = await self._number("SELECT count(*) FROM users WHERE demo")
        return _point(
            "demo",
            "Demo sign-ins",
            not count,
            f"{count}",
            (
                "There are none.",
                "This database was a sandbox's. Go live with an empty one.",
            ),
        )

    async def _backups(self) -> Check:
        async with self._around.database.transaction() as session:
            last = await session.scalar(text("SELECT max(at) FROM audit_log WHERE action = 'backup.made'"))
        if last is not None and clock.wall() - last < BACKUP_OLD:
            return Check("backups", "Backups", State.OK, f"{last:%Y-%m-%d %H:%M}", "The last one that 'backup' made.")
        made = f"{last:%Y-%m-%d %H:%M}" if last is not None else "none"
        words = (
            "We know of none in the last day. If your provider makes them, with point-in-time recovery, try a restore; "
            "else run 'python -m billing_app backup' daily (docs/backups.md)."
        )
        return Check("backups", "Backups", State.WARN, made, words)

    async def _number(self, query: str) -> int:
        async with self._around.database.transaction() as session:
            return await session.scalar(text(query)) or 0


def _point(
    name: str, title: str, right: bool, figure: str, words: tuple[str, str], *, otherwise: State = State.BAD
) -> Check:
    """`words`: what is said when it is right, and when it is not."""
    return Check(name, title, State.OK if right else otherwise, figure, words[0] if right else words[1])


async def _looked(name: str, title: str, look: Callable[[], Awaitable[Check]]) -> Check:
    try:
        return await look()
    except DomainError as error:
        said = error.detail
    except TROUBLE as error:
        said = type(error).__name__
    return Check(name, title, State.WARN, "?", f"This could not be looked at: {said}")
