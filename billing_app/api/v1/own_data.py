"""Everything we hold about whoever is signed in, as one file (docs/security.md)."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Depends, Response

from billing_app.api.deps import CustomerId, Here, SignedIn
from billing_app.api.origin import same_origin
from billing_app.db.rate_limit import Limit, Take

LIMIT = Limit("own_data", burst=5, window=timedelta(hours=1))

router = APIRouter(prefix="/api/v1/account", tags=["exports"])


def _written(copy: dict[str, Any]) -> str:
    """As JSON, a line for each row: by the encoder written in C, and beside the loop that serves everybody."""
    tables = []
    for name, rows in copy["data"].items():
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        tables.append(f"{json.dumps(name)}: [\n{lines}]")
    about = json.dumps({name: value for name, value in copy.items() if name != "data"}, ensure_ascii=False)
    return about[:-1] + ', "data": {' + ",\n".join(tables) + "}}\n"


@router.get("/data.json", response_class=Response, dependencies=[Depends(same_origin)])
async def own_data(services: Here, principal: SignedIn, customer_id: CustomerId) -> Response:
    """One's own data: who one is, what one wrote, bought and used. Five times an hour at most; one copy is a lot."""
    await services.limiter.take(Take(LIMIT, str(customer_id)))
    copy = await services.persons.export_own(customer_id, user_id=principal.user_id)
    return Response(
        await asyncio.to_thread(_written, copy),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store"},
    )
