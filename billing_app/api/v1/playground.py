"""The live practice session (row A10): gate before the handshake, one credit when it ends, none if it never began.

What is said is in `playground.messages`. The session begins with the first answer.
"""

from typing import Annotated

from fastapi import APIRouter, Query, WebSocket

from billing_app.accounts.cookie import read_cookie, session_cookie
from billing_app.api.at_once import AtOnce
from billing_app.api.deps import services_of
from billing_app.api.metered_line import MeteredLine, refuse_handshake
from billing_app.api.origin import origin_of
from billing_app.bootstrap import Services
from billing_app.errors import Conflict, DomainError, Forbidden, InvalidInput, Unauthenticated
from billing_app.playground import messages
from billing_app.playground.interviews import HEARTBEAT_S, InterviewOver, InterviewView

router = APIRouter(prefix="/api/v1/playground", tags=["playground"])

SILENCE_LIMIT_S = 20 * 60
"""Without a word, not even a ping, for so long, nobody is there any more."""
MAX_SESSIONS_EACH = 3
_DRAFT = "playground/interview"


class TooManyLines(Conflict):
    """More sessions at once than one person can hold."""

    code = "too_many_sessions"


_lines = AtOnce(
    MAX_SESSIONS_EACH, lambda most: TooManyLines(f"{most} sessions are open already. End one of them first.")
)


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
        with _lines.one(customer_id):
            view = await _opened(services, customer_id, topic, session)
            await _Conversation(line, services, customer_id, view).hold()
    except DomainError as refusal:
        await refuse_handshake(line, refusal)


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


async def _opened(services: Services, customer_id: int, topic: str, session: str) -> InterviewView:
    if session:
        return await services.interviews.resume(customer_id, session)
    job = await services.drafts.get(customer_id, _DRAFT)
    return await services.interviews.open(customer_id, topic_code=topic, job=job.text if job else "")


class _Conversation(MeteredLine):
    """One practice interview over its line."""

    heartbeat_s = HEARTBEAT_S
    silence_limit_s = SILENCE_LIMIT_S

    def __init__(self, line: WebSocket, services: Services, customer_id: int, view: InterviewView) -> None:
        super().__init__(line)
        self.name = f"interview {view.id}"
        self._services = services
        self._interviews = services.interviews
        self._customer_id = customer_id
        self._view = view

    async def begin(self) -> None:
        """The welcome, and the first question."""
        await self.line.accept()
        view = self._view
        available = (await self._services.credits.balance(self._customer_id)).available
        await self.say(messages.welcome(session=view.id, topic=view.topic, cost=view.cost, available=available))
        await self._ask()

    async def _ask(self) -> None:
        """The next question, or the end when all are answered."""
        if self._view.question is None:
            await self.end()
        else:
            await self.say(messages.question(self._view.number, self._view.question))

    async def take(self, heard: str) -> None:
        """An answer, the end, or a sign of life."""
        try:
            await self._understood(messages.read_message(heard))
        except InterviewOver as over:
            await self.complain(over)
            await self.end()
        except (InvalidInput, Conflict) as wrong:
            await self.complain(wrong)

    async def _understood(self, heard: messages.FromPage) -> None:
        match heard.type:
            case "ping":
                await self.say(messages.PONG)
            case "end":
                await self.end()
            case "answer":
                self._view = await self._interviews.answer(self._customer_id, self._view.id, heard.text)
                await self._ask()

    async def end(self) -> None:
        """Settle first, then say so: what the page shows as charged is charged."""
        if self.over:
            return
        view = await self._interviews.end(self._customer_id, self._view.id)
        self.over = True
        available = (await self._services.credits.balance(self._customer_id)).available
        await self.say(messages.ended(charged=view.charged, available=available, lines=list(view.feedback)))
        await self.close()

    async def beat(self) -> None:
        """The hold's sign of life."""
        await self._interviews.beat(self._customer_id, self._view.id)

    async def lost(self) -> None:
        """Charged if it had begun, given back if not."""
        await self._interviews.line_lost(self._customer_id, self._view.id)
