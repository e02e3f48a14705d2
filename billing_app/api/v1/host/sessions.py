"""A metered session over a WebSocket under the key: hold, use, heartbeat, capture at the end (rows A10, B4).

The host sends JSON text: first `begin` with what a hold takes and a `key`, then `use` with credits delivered, `ping`,
and `end` or `cancel`. What was used is charged however the line ends; the rest is given back. A refusal comes as
`error` with the whole problem, and closes with 4000 and its HTTP status: 4402 when credits are short.
"""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import Field, TypeAdapter, ValidationError

from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.api_keys.service import KeyHolder, UnknownKey
from billing_app.api.at_once import AtOnce
from billing_app.api.conventions.answers import rfc3339
from billing_app.api.conventions.idempotency import MAX_KEY, read_key
from billing_app.api.conventions.strict_json import parse
from billing_app.api.deps import services_of
from billing_app.api.metered_line import MeteredLine, refuse_after_accept
from billing_app.api.v1.host.credit_shapes import hold_name
from billing_app.api.v1.host.inputs import Credits, Sent, Spend, Text, wish_of
from billing_app.api.v1.host.streams import refuse_second
from billing_app.bootstrap import Services
from billing_app.credits import Capture, Extend, Held, HoldEnded, Release
from billing_app.entitlements.direct import DirectSpending
from billing_app.errors import Conflict, DomainError, InsufficientCredits, InvalidInput

router = APIRouter(prefix="/api/v1/credits", tags=["streams"])

MAX_EACH = 20
FIRST_WORD_S = 10
SILENCE_S = 60
HEARTBEAT_S = 15
TTL_S = 90
CAP_S = 4 * 3_600
MESSAGE_MAX = 32_768


class TooManySessions(Conflict):
    """More sessions open for one customer than anyone can follow."""

    code = "too_many_host_sessions"


_lines = AtOnce(MAX_EACH, lambda most: TooManySessions(f"{most} sessions of this customer are open. End one first."))


class Begin(Spend):
    """The first message: the most the session may cost, as a hold."""

    type: Literal["begin"]
    key: Annotated[str, Field(min_length=1, max_length=MAX_KEY, description="As the header Idempotency-Key.")]


class Use(Sent):
    """Credits' worth that was delivered just now."""

    type: Literal["use"]
    credits: Credits


class Word(Sent):
    """A sign of life, or how it ends: `end` charges what was used, `cancel` gives everything back."""

    type: Literal["ping", "end", "cancel"]
    note: Text | None = None


_FIRST: TypeAdapter[Begin] = TypeAdapter(Begin)
_LATER: TypeAdapter[Use | Word] = TypeAdapter(Annotated[Use | Word, Field(discriminator="type")])


@router.websocket("/session")
async def session(line: WebSocket) -> None:
    """Hold one metered session; the key comes in the handshake's `Authorization` header."""
    await line.accept()
    try:
        services = await services_of(line)
        holder = await _holder(line, services)
        heard = await asyncio.wait_for(line.receive_text(), FIRST_WORD_S)
        begin: Begin = _read(_FIRST, heard)
        customer_id = await services.host_customers.ensure(begin.customer)
        with _lines.one(customer_id):
            _, held = await DirectSpending(services.catalog, services.entitlements).hold(
                customer_id,
                wish_of(begin),
                key=read_key(begin.key),
                actor=f"api_key:{holder.key_id}",
                ttl_s=TTL_S,
                cap_s=CAP_S,
                on_expiry=0,
            )
            refuse_second(held)
            await _Session(line, services, customer_id, held, f"api_key:{holder.key_id}").hold()
    except DomainError as refusal:
        await refuse_after_accept(line, refusal)
    except TimeoutError:
        await refuse_after_accept(line, InvalidInput(f"Send `begin` within {FIRST_WORD_S} seconds."))
    except WebSocketDisconnect:
        return


async def _holder(line: WebSocket, services: Services) -> KeyHolder:
    """A browser cannot set this header, and must not have the key: who has a page uses the hand-over."""
    scheme, _, key = line.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise UnknownKey("Send your API key in the handshake: `Authorization: Bearer crd_...`.")
    holder = await services.api_keys.recognise(key.strip())
    holder.require(Scope.SERVER)
    return holder


def _read(shape: TypeAdapter[Any], heard: str) -> Any:
    if len(heard) > MESSAGE_MAX:
        raise InvalidInput("A message has 32 KiB at most.")
    try:
        return shape.validate_python(parse(heard.encode("utf-8", "replace")))
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        where = "/".join(str(step) for step in first["loc"])
        raise InvalidInput(f"{first['msg']} (/{where})", field=where) from None


class _Session(MeteredLine):
    """One session: what is held, and how much of it was used."""

    heartbeat_s = HEARTBEAT_S
    silence_limit_s = SILENCE_S
    max_messages = 100_000

    def __init__(self, line: WebSocket, services: Services, customer_id: int, held: Held, actor: str) -> None:
        super().__init__(line)
        self.name = f"session of hold {held.hold_id}"
        self._credits = services.credits
        self._customer_id = customer_id
        self._held = held
        self._actor = actor
        self._used = 0

    async def begin(self) -> None:
        """The hold, and how often a sign of life is needed."""
        held = self._held
        await self.say(
            {
                "type": "began",
                "hold": hold_name(self._customer_id, held.hold_id),
                "credits": held.credits,
                "available": held.available,
                "expires_at": rfc3339(held.expires_at),
                "silence_limit_s": SILENCE_S,
            }
        )

    async def take(self, heard: str) -> None:
        """Use, a sign of life, or the end."""
        try:
            message: Use | Word = _read(_LATER, heard)
        except InvalidInput as wrong:
            await self.complain(wrong)
            return
        if isinstance(message, Use):
            await self._use(message.credits)
        elif message.type == "ping":
            await self.say({"type": "pong"})
        elif message.type == "end":
            await self.end()
        else:
            self._used = 0
            await self.end()

    async def _use(self, credits: int) -> None:
        """Count what was delivered. Over what is held the session ends: charged is what was counted before."""
        left = self._held.credits - self._used
        if credits > left:
            await self._settle()
            raise InsufficientCredits(required=credits, available=left, limit_source="hold")
        self._used += credits
        await self.beat()  # so that a server that dies now still charges what was delivered
        await self.say({"type": "used", "credits": self._used, "left": left - credits})

    async def end(self) -> None:
        """Settle first, then say so."""
        if self.over:
            return
        charged, available = await self._settle()
        await self.say({"type": "ended", "charged": charged, "available": available})
        await self.close()

    async def beat(self) -> None:
        """Keep the hold; if it ends by itself, what was used is charged."""
        await self._credits.extend(
            Extend(
                customer_id=self._customer_id,
                hold_id=self._held.hold_id,
                ttl_s=TTL_S,
                on_expiry=self._used,
                actor=self._actor,
            )
        )

    async def lost(self) -> None:
        """The line broke: as at its end."""
        await self._settle()

    async def _settle(self) -> tuple[int, int]:
        """Charge what was used, or give all back; what was charged, and what is available now."""
        if not self.over:
            of = {"customer_id": self._customer_id, "hold_id": self._held.hold_id, "actor": self._actor}
            try:
                if self._used:
                    await self._credits.capture(Capture(credits=self._used, **of))
                else:
                    await self._credits.release(Release(note="Nothing was used", **of))
            except HoldEnded:
                pass  # its time was over, or it was captured over HTTP: `hold_state` says what was charged
            self.over = True
        view = await self._credits.hold_state(self._customer_id, self._held.hold_id)
        return view.captured, (await self._credits.balance(self._customer_id)).available
