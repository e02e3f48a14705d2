"""What page and server say to each other during a practice interview, as JSON text over the WebSocket. Pure.

The page sends `{"type": "answer", "text": "..."}`, `{"type": "end"}` and `{"type": "ping"}`. The session begins with
the first answer: who leaves before it pays nothing, who leaves after it has had the session (row A10).
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from billing_app.errors import InvalidInput
from billing_app.playground.interviewer import ANSWER_MAX

MESSAGE_MAX_BYTES = 32_768


@dataclass(frozen=True, slots=True)
class FromPage:
    """One message of the page; `text` only with an answer."""

    type: Literal["answer", "end", "ping"]
    text: str = ""


def read_message(raw: str) -> FromPage:
    """Read what the page sent.

    Raises:
        InvalidInput: too large, not JSON, an unknown type, an empty answer or one over 4,000 characters.
    """
    if len(raw.encode()) > MESSAGE_MAX_BYTES:
        raise InvalidInput("A message has 32 KiB at most.")
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("A message must be JSON.") from error
    if not isinstance(document, dict) or document.get("type") not in ("answer", "end", "ping"):
        raise InvalidInput('A message has a type: "answer", "end" or "ping".')
    if document["type"] != "answer":
        return FromPage(document["type"])
    text = document.get("text")
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput("Write an answer first.")
    if len(text) > ANSWER_MAX:
        raise InvalidInput(f"An answer has {ANSWER_MAX:,} characters at most.")
    return FromPage("answer", text.strip())


def welcome(*, session: str, topic: str, cost: int, available: int) -> dict[str, Any]:
    """The first message: the session's id, what it will cost, and what is left besides it."""
    return {"type": "welcome", "session": session, "topic": topic, "cost": cost, "available": available}


def question(number: int, text: str) -> dict[str, Any]:
    """The interviewer asks."""
    return {"type": "question", "number": number, "text": text}


def ended(*, charged: int, available: int, lines: list[str]) -> dict[str, Any]:
    """The last message: what was taken, what is left, and the feedback."""
    return {"type": "ended", "charged": charged, "available": available, "feedback": lines}


def refused(problem: dict[str, Any]) -> dict[str, Any]:
    """What was sent cannot be used, or the session cannot go on; `problem` says why."""
    return {"type": "error", "problem": problem}


PONG: dict[str, Any] = {"type": "pong"}
