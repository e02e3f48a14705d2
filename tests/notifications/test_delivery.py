"""Delivery: once, over real SMTP, again when it failed, never to the wrong place; or into the sandbox's mailbox."""

import asyncio
import smtplib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from billing_app.accounts.roles import Principal, Role
from billing_app.accounts.service import AccountService
from billing_app.accounts.use_case import SignedIn
from billing_app.db.engine import Database
from billing_app.errors import NotFound
from billing_app.journal.outbox import claim, post
from billing_app.notifications import store
from billing_app.notifications.letters import AnyLetter, VerifyEmail, send_later
from billing_app.notifications.service import LEASE, MailNotSent, MailUnderWay
from billing_app.notifications.smtp import NotNow, SmtpServer, hand_in
from tests.accounts.people import BROWSER, HERE, PASSWORD
from tests.notifications.conftest import Services
from tests.notifications.smtp_server import Inbox
from tests.notifications.test_rendering import FAILED, RECEIPT


async def _owe(
    database: Database, letter: AnyLetter = RECEIPT, recipient: str = "anna@example.com", reference: str = "cs_1"
) -> int:
    async with database.transaction() as session:
        outbox_id = await send_later(session, letter, recipient=recipient, reference=reference)
    assert outbox_id is not None
    return outbox_id


async def _state(database: Database, outbox_id: int) -> tuple[str, int, str | None]:
    async with database.transaction() as session:
        row = await session.execute(
            text("SELECT state, attempts, last_error FROM outbox_deliveries WHERE outbox_id = :id"), {"id": outbox_id}
        )
        state, attempts, error = row.one()
        return state, attempts, error


def _at(inbox: Inbox) -> str:
    return f"smtp://user%40mate:pass%2Fword@127.0.0.1:{inbox.port}"


async def test_a_mail_goes_out_by_smtp_whole_and_signed_in(
    database: Database, notifications: Services, inbox: Inbox
) -> None:
    outbox_id = await _owe(database)
    assert await notifications(_at(inbox), sandbox=False).deliver(outbox_id) == "sent"
    assert inbox.sign_ins == [("user@mate", "pass/word")]
    assert inbox.recipients == ["anna@example.com"]
    (mail,) = inbox.messages()
    assert mail["To"] == "anna@example.com"
    assert mail["From"] == "Mate Söhne <billing@mate.example>"
    assert mail["Subject"] == "Your receipt from Interview Mate: $9.52"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "25 sessions are yours" in plain.get_content()
    assert "Mate &amp; Söhne GmbH" in html.get_content()
    assert all(len(line) <= 998 for line in inbox.raw[0].split(b"\r\n"))
    assert await _state(database, outbox_id) == ("sent", 1, None)


async def test_a_mail_is_sent_once_however_often_the_job_runs(
    database: Database, notifications: Services, inbox: Inbox
) -> None:
    outbox_id, service = await _owe(database), notifications(_at(inbox))
    answers = await asyncio.gather(*(service.deliver(outbox_id) for _ in range(5)), return_exceptions=True)
    assert all(answer == "sent" or isinstance(answer, MailUnderWay) for answer in answers)
    assert await service.deliver(outbox_id) == "sent"
    assert len(inbox.raw) == 1


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("CONNECT", "421 busy"),
        ("AUTH", "535 wrong password"),
        ("MAIL", "550 sender not allowed"),
        ("RCPT", "450 greylisted"),
        ("DATA_END", "451 try later"),
        ("EHLO", "500 what"),
    ],
)
async def test_what_may_pass_is_tried_again_under_the_same_message_id(
    database: Database, notifications: Services, inbox: Inbox, word: str, answer: str
) -> None:
    outbox_id, service = await _owe(database), notifications(_at(inbox))
    inbox.answers[word] = answer
    if word == "EHLO":
        inbox.answers["HELO"] = answer
    with pytest.raises(MailNotSent):
        await service.deliver(outbox_id)
    state, attempts, error = await _state(database, outbox_id)
    assert (state, attempts) == ("queued", 1)
    assert error is not None
    assert "pass/word" not in error
    inbox.answers.clear()
    assert await service.deliver(outbox_id) == "sent"
    assert await _state(database, outbox_id) == ("sent", 2, None)


async def test_a_server_that_is_gone_or_hangs_up_is_tried_again(
    database: Database, notifications: Services, inbox: Inbox
) -> None:
    outbox_id = await _owe(database)
    with pytest.raises(MailNotSent):
        await notifications("smtp://127.0.0.1:1").deliver(outbox_id)
    with pytest.raises(MailNotSent):  # no TLS where TLS is asked for
        await notifications(f"smtps://127.0.0.1:{inbox.port}").deliver(outbox_id)
    assert (await _state(database, outbox_id))[:2] == ("queued", 2)


@pytest.mark.parametrize(("word", "answer"), [("RCPT", "550 no such mailbox"), ("DATA_END", "554 looks like spam")])
async def test_what_is_refused_for_good_is_not_tried_again(
    database: Database, notifications: Services, inbox: Inbox, word: str, answer: str
) -> None:
    outbox_id, service = await _owe(database), notifications(_at(inbox))
    inbox.answers[word] = answer
    assert await service.deliver(outbox_id) == "refused"
    inbox.answers.clear()
    assert await service.deliver(outbox_id) == "refused"
    assert inbox.raw == []
    state, _, error = await _state(database, outbox_id)
    assert state == "refused"
    assert error is not None
    assert answer[:3] in error


async def test_a_second_attempt_is_recognisable_as_the_same_mail(
    database: Database, notifications: Services, inbox: Inbox
) -> None:
    """The server took the mail, but we died before noting it."""
    outbox_id, service = await _owe(database), notifications(_at(inbox))
    await service.deliver(outbox_id)
    async with database.transaction() as session:
        await session.execute(text("UPDATE outbox_deliveries SET state = 'queued', sent_at = NULL"))
    await service.deliver(outbox_id)
    first, second = inbox.messages()
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@mate.example>")
    other = await _owe(database, reference="cs_2")
    await service.deliver(other)
    assert inbox.messages()[2]["Message-ID"] != first["Message-ID"]


async def test_another_workers_mail_is_left_to_it(database: Database, notifications: Services, inbox: Inbox) -> None:
    outbox_id, service = await _owe(database), notifications(_at(inbox))
    async with database.transaction() as session:
        await claim(session, outbox_id, LEASE)
    with pytest.raises(MailUnderWay):
        await service.deliver(outbox_id)
    assert inbox.raw == []


@pytest.mark.parametrize(
    "recipient",
    [
        "anna@example.com\r\nBcc: everyone@example.com",
        "anna@example.com, everyone@example.com",
        "Anna <anna@example.com>",
        "anna@example.com\r\nRCPT TO:<everyone@example.com>",
        "",
    ],
)
async def test_nothing_can_be_smuggled_in_through_a_recipient(
    database: Database, notifications: Services, inbox: Inbox, recipient: str
) -> None:
    outbox_id = await _owe(database, recipient=recipient)
    assert await notifications(_at(inbox)).deliver(outbox_id) == "refused"
    assert inbox.commands == []


async def test_nothing_can_be_smuggled_in_through_what_the_letter_says(
    database: Database, notifications: Services, inbox: Inbox
) -> None:
    evil = "Pack\r\nBcc: everyone@example.com\r\n.\r\nMAIL FROM:<x@example.com>\r\n"
    letter = FAILED.model_copy(update={"description": evil, "reason": evil})
    assert await notifications(_at(inbox)).deliver(await _owe(database, letter)) == "sent"
    (mail,) = inbox.messages()
    assert mail["Bcc"] is None
    assert inbox.recipients == ["anna@example.com"]
    assert len([command for command in inbox.commands if command.startswith("MAIL")]) == 1


async def test_a_retry_link_leads_to_our_own_pages_only(
    database: Database, notifications: Services, inbox: Inbox
) -> None:
    letter = FAILED.model_copy(update={"retry_path": "//evil.example"})
    await notifications(_at(inbox)).deliver(await _owe(database, letter))
    body = inbox.messages()[0].get_body(("plain",))
    assert body is not None
    assert "Try again: https://mate.example/pricing\n" in body.get_content().replace("\r\n", "\n")


async def test_a_kind_or_data_nobody_can_write_is_parked_with_its_reason(
    database: Database, notifications: Services, inbox: Inbox
) -> None:
    service = notifications(_at(inbox))
    for number, (kind, data) in enumerate((("no_such_kind", {}), ("receipt", {"number": "R-1"}))):
        async with database.transaction() as session:
            outbox_id = await post(session, kind, recipient="anna@example.com", reference=str(number), data=dict(data))
        assert outbox_id is not None
        assert await service.deliver(outbox_id) == "refused"
    with pytest.raises(NotFound):
        await service.deliver(999_999)


async def test_a_mail_whose_reason_is_gone_is_not_sent(
    database: Database, notifications: Services, inbox: Inbox
) -> None:
    outbox_id = await _owe(database, VerifyEmail(user_id=77, state="s"))
    assert await notifications(_at(inbox)).deliver(outbox_id) == "moot"
    assert inbox.commands == []


async def test_a_password_is_never_sent_over_a_line_that_could_be_read(
    database: Database, notifications: Services, inbox: Inbox
) -> None:
    """To another machine STARTTLS is required: a server, or whoever poses as it, that lacks it gets no password."""
    far = SmtpServer.from_url("smtp://user:secret@mail.example:2525")
    assert far.security == "starttls"
    service = notifications(_at(inbox))
    await service.deliver(await _owe(database))
    message = inbox.messages()[0]
    inbox.commands.clear()
    with pytest.raises(NotNow):
        await hand_in(SmtpServer("127.0.0.1", inbox.port, "user", "secret", "starttls"), message)
    assert not [command for command in inbox.commands if command.startswith(("AUTH", "MAIL"))]


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://u:p@mail.example", SmtpServer("mail.example", 587, "u", "p", "starttls")),
        ("smtps://u%40x:p%2Fq@mail.example", SmtpServer("mail.example", 465, "u@x", "p/q", "tls")),
        ("smtp://localhost:1025/", SmtpServer("localhost", 1025, None, None, "starttls_if_offered")),
    ],
)
def test_the_address_of_a_mail_server_is_read(url: str, server: SmtpServer) -> None:
    assert SmtpServer.from_url(url) == server


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://h:x", "smtp://h/path"])
def test_any_other_address_is_refused_with_what_to_write(url: str, notifications: Services) -> None:
    with pytest.raises(ValueError, match="smtp://user:password@host:587"):
        notifications(url)


def test_live_mode_without_a_mail_server_does_not_start(notifications: Services) -> None:
    with pytest.raises(ValueError, match="SMTP_URL must be set"):
        notifications("", sandbox=False)


async def test_a_sandbox_without_smtp_keeps_mails_to_be_read_on_a_page(
    database: Database, notifications: Services
) -> None:
    service = notifications()
    ids = [await _owe(database, reference=f"cs_{number}") for number in range(3)]
    assert [await service.deliver(each) for each in ids] == ["kept"] * 3
    assert await service.deliver(ids[0]) == "kept"
    newest, middle, _oldest = await service.mailbox()
    assert (newest.recipient, newest.subject) == ("anna@example.com", "Your receipt from Interview Mate: $9.52")
    assert [mail.id for mail in await service.mailbox(limit=1, before=newest.id)] == [middle.id]
    assert len(await service.mailbox(limit=-5)) == 1
    shown = await service.mail(newest.id)
    assert "25 sessions are yours" in shown.text
    assert shown.html.startswith("<!doctype html>")
    with pytest.raises(NotFound):
        await service.mail(999_999)


async def test_the_mailbox_keeps_the_last_mails_only(
    database: Database, notifications: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "KEPT_MAX", 2)
    service = notifications()
    for number in range(4):
        await service.deliver(await _owe(database, reference=f"cs_{number}"))
    assert len(await service.mailbox()) == 2


async def test_live_mode_has_no_mailbox(notifications: Services, inbox: Inbox) -> None:
    service = notifications(_at(inbox), sandbox=False)
    with pytest.raises(NotFound):
        await service.mailbox()
    with pytest.raises(NotFound):
        await service.mail(1)


async def _last_link(service: Callable[[], Awaitable[str]]) -> dict[str, list[str]]:
    body = await service()
    line = next(line for line in body.splitlines() if line.startswith("https://mate.example/") and "token=" in line)
    return parse_qs(urlsplit(line).query)


async def test_the_whole_way_by_mail_from_sign_up_to_a_new_password(
    database: Database, accounts: AccountService, notifications: Services
) -> None:
    service = notifications()

    async def read() -> str:
        async with database.transaction() as session:
            jobs = (await session.scalars(text("SELECT args FROM procrastinate_jobs ORDER BY id"))).all()
        for job in jobs:
            await service.deliver(job["outbox_id"])
        return (await service.mail((await service.mailbox())[0].id)).text

    await accounts.sign_up(
        email="anna@example.com", password=PASSWORD, visit=HERE, next_path="/pricing?period=year", browser=BROWSER
    )
    link = await _last_link(read)
    assert link["next"] == ["/pricing?period=year"]
    signed_in: SignedIn = await accounts.verify(link["token"][0], visit=HERE, browser=BROWSER)
    await accounts.sign_up(email="anna@example.com", password=PASSWORD, visit=HERE)
    assert "You have one already" in await read()
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    link = await _last_link(read)
    await accounts.reset_password(link["token"][0], new="nine green bicycles", visit=HERE)
    assert "was changed on" in await read()
    assert await accounts.who(signed_in.token) is None
    await accounts.sign_in(email="anna@example.com", password="nine green bicycles", visit=HERE)


async def test_the_small_server_speaks_smtp_like_others_do(inbox: Inbox) -> None:
    """The server of these tests, checked with a client that is not ours."""

    def talk() -> None:
        with smtplib.SMTP("127.0.0.1", inbox.port, timeout=5) as client:
            client.sendmail("a@example.com", ["b@example.com"], "Subject: x\r\n\r\nhello")

    await asyncio.to_thread(talk)
    assert inbox.messages()[0]["Subject"] == "x"


async def test_templates_are_shown_in_a_sandbox_and_in_live_mode_to_staff_alone(
    notifications: Services, inbox: Inbox
) -> None:
    shown = await notifications().templates(None)
    assert {view.kind for view in shown} >= {"receipt", "subscription_receipt", "renewal_failed", "low_balance"}
    live = notifications(_at(inbox), sandbox=False)
    customer = Principal(1, 1, 1, Role.CUSTOMER, "ada@example.com", "Ada", verified=True, demo=False)
    for who in (None, customer):
        with pytest.raises(NotFound):
            await live.templates(who)
    assert len(await live.templates(replace(customer, customer_id=None, role=Role.VIEWER))) == len(shown)
