"""The live practice session (row A10): gate before the handshake, one credit when it ends, none if it never began.

What is said is in `playground.messages`. The session begins with the first answer.
"""

import asyncio
import contextlib
import json
import logging
from typing import Annotated, Any

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from starlette.responses import JSONResponse

from billing_app.accounts.cookie import read_cookie, session_cookie
from billing_app.api.deps import services_of
from billing_app.api.origin import origin_of
from billing_app.api.problems import MEDIA_TYPE, problem, request_id_of
from billing_app.bootstrap import Services
from billing_app.errors import Conflict, DomainError, Forbidden, InvalidInput, Unauthenticated
from billing_app.playground import messages
from billing_app.playground.interviews import HEARTBEAT_S, InterviewOver, InterviewView

router = APIRouter(prefix="/api/v1/playground", tags=["playground"])

SILENCE_LIMIT_S = 20 * 60
"""Without a word, not even a ping, for so long, nobody is there any more."""
MAX_SESSIONS_EACH = 3
MAX_MESSAGES = 2_000
_DRAFT = "playground/interview"
_NORMAL, _POLICY, _OVERLOADED = 1000, 1008, 1013

logger = logging.getLogger(__name__)
_open: dict[int, int] = {}


class TooManyLines(Conflict):
    """More sessions at once than one person can hold."""

    code = "too_many_sessions"


@router.websocket("/interview")
async def interview(
    line: WebSocket,
    topic: Annotated[str, Query(max_length=60)] = "",
    session: Annotated[str, Query(max_length=60)] = "",
) -> None:
    """Hold one practice interview; `session` goes on with one whose line was lost."""
    try:
        services = await services_of(line)
        customer_id = await _admitted(line, services)
        with _counted(customer_id):
            view = await _opened(services, customer_id, topic, session)
            await _Conversation(line, services, customer_id, view).hold()
    except DomainError as refusal:
        await _refuse(line, refusal)


async def _admitted(line: WebSocket, services: Services) -> int:
    """The customer at the door. A page of another site may open a line with our cookie, so the origin is checked."""
    sent = line.headers.get("origin", "")
    if origin_of(sent) is None or origin_of(sent) != origin_of(services.settings.public_url):
        raise Forbidden("This was sent from another address.")
    name = session_cookie(secure=services.settings.secure_cookies)
    principal = await services.accounts.who(read_cookie(line.headers.get("cookie"), name))
    if principal is None:
        raise Unauthenticated("Sign in first.")
    if principal.customer_id is None:
        raise Forbidden("You are signed in as staff, without a customer of your own.")
    return principal.customer_id


@contextlib.contextmanager
def _counted(customer_id: int) -> Any:
    if _open.get(customer_id, 0) >= MAX_SESSIONS_EACH:
        raise TooManyLines(f"{MAX_SESSIONS_EACH} sessions are open already. End one of them first.")
    _open[customer_id] = _open.get(customer_id, 0) + 1
    try:
        yield
    finally:
        _open[customer_id] -= 1
        if not _open[customer_id]:
            del _open[customer_id]


async def _opened(services: Services, customer_id: int, topic: str, session: str) -> InterviewView:
    if session:
        return await services.interviews.resume(customer_id, session)
    job = await services.drafts.get(customer_id, _DRAFT)
    return await services.interviews.open(customer_id, topic_code=topic, job=job.text if job else "")


async def _refuse(line: WebSocket, refusal: DomainError) -> None:
    """Answer the handshake with 403 and the wall's body; a server that cannot send bodies answers 403 alone."""
    if "websocket.http.response" in line.scope.get("extensions", {}):
        status = 503 if refusal.status == 503 else 403
        body = problem(refusal, request_id_of(line.scope), status=status)
        await line.send_denial_response(
            JSONResponse(body, status, {"Cache-Control": "no-store"}, media_type=MEDIA_TYPE)
        )
    else:
        await line.close(_POLICY)


class _Conversation:
    """One line from its acceptance to its end."""

    def __init__(self, line: WebSocket, services: Services, customer_id: int, view: InterviewView) -> None:
        self._line = line
        self._services = services
        self._interviews = services.interviews
        self._customer_id = customer_id
        self._view = view
        self._over = False

    async def hold(self) -> None:
        """Talk until one side ends it. However it ends, the interview is charged or given back."""
        heartbeat: asyncio.Task[None] | None = None
        try:
            await self._line.accept()
            heartbeat = asyncio.create_task(self._beat(), name=f"heartbeat {self._view.id}")
            await self._welcome()
            await self._talk()
        except (WebSocketDisconnect, TimeoutError):
            logger.info("the line of interview %s was lost", self._view.id)
        finally:
            if heartbeat is not None:
                heartbeat.cancel()
            if not self._over:
                # Shielded: a server that is stopping still charges or gives back.
                await asyncio.shield(self._interviews.line_lost(self._customer_id, self._view.id))

    async def _welcome(self) -> None:
        view = self._view
        available = (await self._services.credits.balance(self._customer_id)).available
        await self._say(messages.welcome(session=view.id, topic=view.topic, cost=view.cost, available=available))
        await self._ask()

    async def _ask(self) -> None:
        """The next question, or the end when all are answered."""
        if self._view.question is None:
            await self._end()
        else:
            await self._say(messages.question(self._view.number, self._view.question))

    async def _talk(self) -> None:
        for _ in range(MAX_MESSAGES):
            if self._over:
                return
            heard = await asyncio.wait_for(self._line.receive_text(), SILENCE_LIMIT_S)
            try:
                await self._take(messages.read_message(heard))
            except InterviewOver as over:
                await self._say(messages.refused(problem(over, request_id_of(self._line.scope))))
                await self._end()
            except (InvalidInput, Conflict) as wrong:
                await self._say(messages.refused(problem(wrong, request_id_of(self._line.scope))))
        await self._end()

    async def _take(self, heard: messages.FromPage) -> None:
        match heard.type:
            case "ping":
                await self._say(messages.PONG)
            case "end":
                await self._end()
            case "answer":
                self._view = await self._interviews.answer(self._customer_id, self._view.id, heard.text)
                await self._ask()

    async def _end(self) -> None:
        """Settle first, then say so: what the page shows as charged is charged."""
        if self._over:
            return
        view = await self._interviews.end(self._customer_id, self._view.id)
        self._over = True
        available = (await self._services.credits.balance(self._customer_id)).available
        await self._say(messages.ended(charged=view.charged, available=available, lines=list(view.feedback)))
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._line.close(_NORMAL)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                await self._interviews.beat(self._customer_id, self._view.id)
            except DomainError as error:
                logger.warning("the hold of interview %s could not be extended: %s", self._view.id, error.detail)

    async def _say(self, message: dict[str, Any]) -> None:
        await self._line.send_text(json.dumps(message, ensure_ascii=False))
