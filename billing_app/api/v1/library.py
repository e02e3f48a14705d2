"""A customer's own questions and answers, to take out. Never gated: reading and export need no unlock (WL4)."""

from fastapi import APIRouter, Response

from billing_app.api.deps import CustomerId, Here

router = APIRouter(prefix="/api/v1/playground", tags=["playground"])


@router.get("/library.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def library(services: Here, customer_id: CustomerId) -> Response:
    """The whole library of whoever is signed in, newest first, with the set each pair was saved from."""
    return Response(
        await services.library.export(customer_id),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="library.csv"', "Cache-Control": "no-store"},
    )
