"""Hands a mail to an SMTP server, and tells what is worth another try from what is not."""

import asyncio
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal
from urllib.parse import unquote, urlsplit

import aiosmtplib

from billing_app import clock
from billing_app.accounts.email_address import parse_email
from billing_app.journal.outbox import OwedMail
from billing_app.notifications.rendering import RenderedMail, one_header_line

STEP_LIMIT_S = 20
WHOLE_LIMIT_S = 60
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Refused(Exception):
    """The server will never take this mail: no such mailbox, or it refuses the content."""


class NotNow(Exception):
    """The server could not be reached, did not let us in, or asks to come back later."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in. `starttls`: required, or, to this same machine only, used if offered."""

    host: str
    port: int
    username: str | None
    password: str | None
    security: Literal["tls", "starttls", "starttls_if_offered"]

    @classmethod
    def from_url(cls, url: str) -> "SmtpServer":
        """Read `smtp://user:password@host:587` (STARTTLS) or `smtps://...:465`. Special characters %-encoded.

        Raises:
            ValueError: it is neither; says what to write.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError("SMTP_URL must be smtp://user:password@host:587 or smtps://user:password@host:465.")
        plain: Literal["starttls", "starttls_if_offered"] = (
            "starttls_if_offered" if parts.hostname in _LOOPBACK else "starttls"
        )
        return cls(
            host=parts.hostname,
            port=port or (465 if parts.scheme == "smtps" else 587),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            security="tls" if parts.scheme == "smtps" else plain,
        )


def compose(mail: OwedMail, rendered: RenderedMail, mail_from: str) -> EmailMessage:
    """The message. Its id is the same in every attempt, so that a mail handed in twice can be told to be one.

    Raises:
        InvalidEmail, ValueError: recipient or sender is no address; no header can be smuggled in through either.
    """
    name, sender = parseaddr(mail_from)
    local, _, domain = sender.rpartition("@")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_header_line(name), username=local, domain=domain)
    message["To"] = Address(addr_spec=parse_email(mail.recipient).address)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(clock.wall())
    message["Message-ID"] = f"<{mail.kind}.{mail.outbox_id}.{int(mail.created_at.timestamp())}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    return message


async def hand_in(server: SmtpServer, message: EmailMessage) -> None:
    """Give the message to the server, within a minute.

    Raises:
        Refused: for good.
        NotNow: for now; trying again is right.
    """
    try:
        async with asyncio.timeout(WHOLE_LIMIT_S):
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.security == "tls",
                start_tls={"tls": False, "starttls": True, "starttls_if_offered": None}[server.security],
                timeout=STEP_LIMIT_S,
                local_hostname=str(message["From"]).rpartition("@")[2].rstrip(">") or "localhost",
            )
    except aiosmtplib.SMTPRecipientsRefused as error:
        said = "; ".join(f"{each.code} {each.message}" for each in error.recipients)
        raise (Refused if all(each.code >= 500 for each in error.recipients) else NotNow)(said) from error
    except aiosmtplib.SMTPDataError as error:
        raise (Refused if error.code >= 500 else NotNow)(f"{error.code} {error.message}") from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        # Also 5xx to our name, password or sender: the operator can mend that, and the mail is still owed.
        raise NotNow(f"{type(error).__name__}: {error}") from error
