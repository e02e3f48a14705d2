"""Why a process ended, from the end of its log: the line a person would look for."""

import json
import re
from pathlib import Path

_TAIL_BYTES = 16_384
_SHOWN = 300
_EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Refused|Unavailable|Conflict|Interrupt)\b")


def reason_in(log: Path) -> str:
    """The last error of a log's end, else its last line; cut to 300 characters, empty without a log."""
    return reason_among(_tail(log))


def reason_among(lines: list[str]) -> str:
    """The last exception, else the last line of level error, else the last line."""
    found = (
        next((line for line in reversed(lines) if _EXCEPTION.match(line)), "")
        or next((said for said in map(_error_event, reversed(lines)) if said), "")
        or (lines[-1] if lines else "")
    )
    return found[:_SHOWN]


def last_line(log: Path) -> str:
    """The last line of a log that is not empty, cut to 300 characters."""
    lines = _tail(log)
    return lines[-1][:_SHOWN] if lines else ""


def _error_event(line: str) -> str:
    """What a JSON line of level error says, with the last line of its exception."""
    try:
        event = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(event, dict) or event.get("level") not in ("error", "critical"):
        return ""
    exception = str(event.get("exception") or "").strip().splitlines()
    return f"{event.get('event')}: {exception[-1]}" if exception else str(event.get("event"))


def _tail(log: Path) -> list[str]:
    if not log.exists():
        return []
    with log.open("rb") as handle:
        handle.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        return [line.strip() for line in handle.read().decode(errors="replace").splitlines() if line.strip()]
