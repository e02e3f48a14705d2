"""Delivers what the outbox owes: by SMTP, or, in a sandbox without SMTP, into the mailbox page."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import ValidationError

from billing_app import clock
from billing_app.accounts.errors import InvalidEmail
from billing_app.accounts.roles import Principal
from billing_app.accounts.service import AccountService
from billing_app.catalog.schema import Catalog
from billing_app.db.engine import Database
from billing_app.errors import Conflict, NotFound, Unavailable
from billing_app.journal import outbox
from billing_app.journal.outbox import DeliveryState, OwedMail
from billing_app.notifications import smtp, store
from billing_app.notifications.letters import AnyLetter, PaymentFailed, ResetPassword, VerifyEmail, read_letter
from billing_app.notifications.rendering import RenderedMail, render
from billing_app.notifications.samples import samples
from billing_app.paths import safe_next

LEASE = timedelta(minutes=2)  # longer than one attempt can take
LEFT_BEHIND_AFTER = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(days=7)
PAGE_LIMIT = 100
Outcome = Literal["sent", "kept", "moot", "refused"]
logger = logging.getLogger(__name__)


class MailUnderWay(Conflict):
    """Another worker is sending this mail at this moment."""

    code = "mail_under_way"


class MailNotSent(Unavailable):
    """The mail server does not take the mail now. It is still owed; try again later."""

    code = "mail_not_sent"


@dataclass(frozen=True, slots=True)
class MailSummary:
    """A line of the mailbox."""

    id: int
    recipient: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MailView(MailSummary):
    """A mail of the mailbox. Show `html` in a sandboxed frame only."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A sample of a mail. Show `html` in a sandboxed frame only."""

    title: str
    kind: str
    subject: str
    text: str
    html: str


class NotificationService:
    """Renders and delivers mails, and shows the sandbox's mailbox."""

    def __init__(
        self,
        database: Database,
        accounts: AccountService,
        *,
        catalog: Callable[[], Awaitable[Catalog]],
        public_url: str,
        mail_from: str,
        smtp_url: str,
        sandbox: bool,
    ) -> None:
        """
        Raises:
            ValueError: `smtp_url` is not one, or it is missing outside the sandbox.
        """
        self._database = database
        self._accounts = accounts
        self._catalog = catalog
        self._public_url = public_url.rstrip("/")
        self._mail_from = mail_from
        self._server = smtp.SmtpServer.from_url(smtp_url) if smtp_url else None
        self._sandbox = sandbox
        if self._server is None and not sandbox:
            raise ValueError("SMTP_URL must be set, or no e-mail would reach anyone.")

    async def deliver(self, outbox_id: int) -> Outcome:
        """Send one owed mail, unless that is done. The job calls it again, with growing pauses, as long as it raises.

        Between the server's taking a mail and our noting it lies a gap: after a crash just there the mail goes out
        once more, under the same Message-ID.

        Returns:
            What became of it: `sent`; `kept` in the mailbox; `moot`, its cause is gone; `refused` for good.

        Raises:
            MailNotSent: not now; the mail is still owed.
            MailUnderWay: another worker is at it.
            NotFound: no such mail.
        """
        async with self._database.transaction() as session:
            mail = await outbox.claim(session, outbox_id, LEASE)
            known = mail or await outbox.owed(session, outbox_id)
        if known is None:
            raise NotFound(f"The outbox has no mail {outbox_id}.")
        if mail is None:
            return _finished(known)
        try:
            return await self._attempt(mail)
        except smtp.NotNow as error:
            await self._settle(mail, "queued", str(error))
            raise MailNotSent(f"Mail {outbox_id} could not be sent: {error}") from error
        except (smtp.Refused, ValidationError, InvalidEmail) as error:
            logger.warning("Mail %s (%s) will not be sent: %s", outbox_id, mail.kind, type(error).__name__)
            await self._settle(mail, "refused", f"{type(error).__name__}: {error}")
            return "refused"
        except BaseException:
            await self._settle(mail, "queued", "The attempt broke off; the log says why.")
            raise

    async def sweep(self) -> int:
        """Queue owed mails whose job was lost or gave up, and give up those a week old; how many were queued."""
        now = clock.wall()
        async with self._database.transaction() as session:
            await outbox.give_up(session, now - GIVE_UP_AFTER, PAGE_LIMIT)
            return await outbox.queue_left_behind(session, now - LEFT_BEHIND_AFTER, PAGE_LIMIT)

    async def _attempt(self, mail: OwedMail) -> Outcome:
        letter = read_letter(mail.kind, mail.data)
        try:
            link = await self._link(letter)
        except NotFound:
            await self._settle(mail, "moot")
            return "moot"
        rendered = render(letter, (await self._catalog()).brand, public_url=self._public_url, link=link)
        if self._server is None:
            await self._keep(mail, rendered)
            return "kept"
        await smtp.hand_in(self._server, smtp.compose(mail, rendered, self._mail_from))
        await self._settle(mail, "sent")
        return "sent"

    async def _link(self, letter: AnyLetter) -> str | None:
        """The address of the letter's button. Links that open something are signed here, at the last moment.

        Raises:
            NotFound: what it would open is gone: already confirmed, replaced, closed.
        """
        match letter:
            case VerifyEmail():
                path = await self._accounts.verification_link(letter.model_dump(exclude={"kind"}))
            case ResetPassword():
                path = await self._accounts.reset_link(letter.user_id)
            case PaymentFailed():
                path = safe_next(letter.retry_path, "/pricing")
            case _:
                return None
        if path is None:
            raise NotFound("The reason for this mail is gone.")
        return self._public_url + path

    async def _keep(self, mail: OwedMail, rendered: RenderedMail) -> None:
        async with self._database.transaction() as session:
            await store.keep(session, mail, rendered)
            await outbox.settle(session, mail, "kept")

    async def _settle(self, mail: OwedMail, state: DeliveryState, error: str | None = None) -> None:
        async with self._database.transaction() as session:
            await outbox.settle(session, mail, state, error)

    async def mailbox(self, *, limit: int = 50, before: int | None = None) -> list[MailSummary]:
        """The mails a sandbox kept, newest first; `before` is the last id of the page above.

        Whoever reaches a sandbox may read them: the mailbox stands in for everybody's inbox, links included.

        Raises:
            NotFound: in live mode, which has no mailbox.
        """
        self._only_in_sandbox()
        async with self._database.transaction() as session:
            rows = await store.kept(session, max(1, min(limit, PAGE_LIMIT)), before)
        return [MailSummary(row.id, row.recipient, row.subject, row.at) for row in rows if row.id is not None]

    async def mail(self, mail_id: int) -> MailView:
        """One mail of the mailbox.

        Raises:
            NotFound: there is none with this id, or this is live mode.
        """
        self._only_in_sandbox()
        async with self._database.transaction() as session:
            row = await store.kept_mail(session, mail_id)
        if row is None or row.id is None:
            raise NotFound("There is no such mail. The mailbox keeps the last 500.")
        return MailView(row.id, row.recipient, row.subject, row.at, row.text, row.html)

    async def templates(self, who: Principal | None) -> list[TemplateView]:
        """Every mail there is, with samples in the words of the catalogue in force. In live mode for staff only.

        Raises:
            NotFound: live mode, and `who` is not staff.
        """
        if not self._sandbox and (who is None or not who.is_staff):
            raise NotFound("There is no such page.")
        catalog = await self._catalog()
        views: list[TemplateView] = []
        for title, letter in samples(catalog, clock.now()):
            mail = render(letter, catalog.brand, public_url=self._public_url, link=self._public_url + "/sample")
            views.append(TemplateView(title, letter.kind, mail.subject, mail.text, mail.html))
        return views

    def _only_in_sandbox(self) -> None:
        if not self._sandbox:
            raise NotFound("Only a sandbox has a mailbox.")


def _finished(mail: OwedMail) -> Outcome:
    match mail.state:
        case "sent" | "kept" | "moot" | "refused" as outcome:
            return outcome
        case _:
            raise MailUnderWay("Another worker is sending this mail.")
