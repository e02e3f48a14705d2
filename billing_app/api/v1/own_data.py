"""Everything we hold about whoever is signed in, as one file (docs/security.md)."""

import json
from datetime import timedelta

from fastapi import APIRouter, Depends, Response

from billing_app.api.deps import CustomerId, Here, SignedIn
from billing_app.api.origin import same_origin
from billing_app.db.rate_limit import Limit, Take

LIMIT = Limit("own_data", burst=5, window=timedelta(hours=1))

router = APIRouter(prefix="/api/v1/account", tags=["exports"])


@router.get("/data.json", response_class=Response, dependencies=[Depends(same_origin)])
async def own_data(services: Here, principal: SignedIn, customer_id: CustomerId) -> Response:
    """One's own data: who one is, what one wrote, bought and used. Five times an hour at most; one copy is a lot."""
    await services.limiter.take(Take(LIMIT, str(customer_id)))
    copy = await services.persons.export_own(customer_id, user_id=principal.user_id)
    return Response(
        json.dumps(copy, ensure_ascii=False, indent=1),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store"},
    )
