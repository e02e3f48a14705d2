"""A small SMTP server that listens for one test: keeps what it is given, and answers as it is told."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Inbox:
    """What arrived, and how the server is to answer: by the first word of a command, or `DATA_END`."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    sign_ins: list[tuple[str, str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    def messages(self) -> list[EmailMessage]:
        """The mails, parsed."""
        parsed = [message_from_bytes(raw, policy=policy.default) for raw in self.raw]
        return [each for each in parsed if isinstance(each, EmailMessage)]


@asynccontextmanager
async def listening() -> AsyncIterator[Inbox]:
    """A server on a free port of this machine."""
    inbox = Inbox()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _converse(inbox, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    inbox.port = server.sockets[0].getsockname()[1]
    async with server:
        yield inbox


async def _converse(inbox: Inbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    async def say(line: str) -> None:
        writer.write(line.encode() + b"\r\n")
        await writer.drain()

    await say(inbox.answers.get("CONNECT", "220 test"))
    while line := (await reader.readline()).decode().strip():
        inbox.commands.append(line)
        word = line.split(" ")[0].upper()
        if word in inbox.answers:
            await say(inbox.answers[word])
        elif word == "EHLO":
            await say("250-test")
            await say("250 AUTH PLAIN")
        elif word == "AUTH":
            _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
            inbox.sign_ins.append((user, password))
            await say("235 welcome")
        elif word == "RCPT":
            inbox.recipients.append(line.partition("<")[2].partition(">")[0])
            await say("250 ok")
        elif word == "DATA":
            await say("354 go on")
            body = await reader.readuntil(b"\r\n.\r\n")
            if "DATA_END" not in inbox.answers:
                inbox.raw.append(body.removesuffix(b".\r\n"))
            await say(inbox.answers.get("DATA_END", "250 taken"))
        elif word == "QUIT":
            await say("221 bye")
            return
        else:
            await say("250 ok")
