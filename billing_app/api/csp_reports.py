"""Where browsers report what our policy has kept a page from doing: a bug of ours, an extension, or an attack."""

import json
import logging
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response

from billing_app.accounts.use_case import Visit
from billing_app.api.client_address import visit
from billing_app.api.deps import Here
from billing_app.api.security_headers import REPORTS
from billing_app.db.rate_limit import Limit, Take, network
from billing_app.errors import RateLimited

MAX_BYTES = 8_192
LIMIT = Limit("csp_report", burst=20, window=timedelta(minutes=10))
_TOLD = {"effective-directive": "directive", "violated-directive": "directive", "blocked-uri": "blocked"}

router = APIRouter(tags=["system"])
logger = logging.getLogger(__name__)


@router.post(REPORTS, status_code=204, include_in_schema=False)
async def report(request: Request, services: Here, origin: Annotated[Visit, Depends(visit)]) -> Response:
    """Note one report in the log, without the queries of its addresses, where tokens stand. Answers 204 to anything."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            return Response(status_code=204)
    told = read(bytes(body))
    if told:
        try:
            await services.limiter.take(Take(LIMIT, network(origin.ip)))
        except RateLimited:
            return Response(status_code=204)
        logger.warning("csp_violation: %s", ", ".join(f"{name} {value}" for name, value in sorted(told.items())))
    return Response(status_code=204)


def read(body: bytes) -> dict[str, str]:
    """What a report says, fit for a log; empty for anything that is no report."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    said = sent.get("csp-report") if isinstance(sent, dict) else None
    if not isinstance(said, dict):
        return {}
    told = {name: _plain(said[field]) for field, name in _TOLD.items() if field in said}
    if told and "document-uri" in said:
        told["page"] = _plain(said["document-uri"])
    return told


def _plain(value: Any) -> str:
    text = "".join(letter for letter in str(value)[:300] if letter.isprintable())
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else parts.path
