"""Logs: one JSON object a line, from every process, with secrets taken out before they are written."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

MASK = "***"
_MAX_DEPTH = 6

_SECRET_NAMES = re.compile(
    r"(secret|password|passwd|(^|_)token$|token_hash|authorization|cookie|signature|api_?key|csrf|smtp_url)",
    re.IGNORECASE,
)
# What gives itself away by its form, wherever it turns up in a text.
_SECRET_FORMS = (
    (re.compile(r"\b(sk|rk|pk)_(live|test)_[A-Za-z0-9_]{4,}"), rf"\1_\2_{MASK}"),
    (re.compile(r"\bcrd_(live|test)_(sk|rk|ak)_[A-Za-z0-9]{4,}"), rf"crd_\1_\2_{MASK}"),
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]{4,}"), f"whsec_{MASK}"),
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+@"), rf"\1{MASK}@"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"), MASK),
)


def scrub(value: Any, *, depth: int = 0) -> Any:
    """A copy of a value fit for a log: texts without keys and passwords, secret fields masked."""
    if depth > _MAX_DEPTH:
        return "..."
    if isinstance(value, str):
        for pattern, replacement in _SECRET_FORMS:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, MutableMapping):
        return {
            key: MASK if item and _SECRET_NAMES.search(str(key)) else scrub(item, depth=depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(item, depth=depth + 1) for item in value]
    return value


def _scrub_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        event[name] = MASK if value and _SECRET_NAMES.search(name) else scrub(value)
    return event


def configure_logging(process: str, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's loggers to `stream` (standard error) as scrubbed JSON lines.

    Args:
        process: which process speaks: `web`, `worker`, `sandbox`, ...; a field of every line.
        level: the lowest level written, by name.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.CallsiteParameterAdder([structlog.processors.CallsiteParameter.PROCESS]),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )

    def name_process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["role"] = process
        return event

    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                name_process,
                _scrub_event,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # These say at INFO what each request or job was; ours say it once, with what matters.
    for chatty in ("httpx", "httpcore", "stripe", "procrastinate", "alembic.runtime.migration"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
