"""The catalogue as a file, for staff and for programs that keep it under version control."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from billing_app.api.v1.admin.gate import Asking, StaffRoute

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StaffRoute)


@router.get(
    "/catalogue.toml",
    response_class=Response,
    responses={200: {"content": {"application/toml": {"schema": {"type": "string"}}}}},
)
async def catalogue(
    staff: Asking,
    version: Annotated[int | None, Query(ge=1, le=2**53, description="An older one; in force if left out.")] = None,
    plain: Annotated[bool, Query(description="Without comments, in a fixed order.")] = False,
) -> Response:
    """A version of the catalogue as the file it was applied from."""
    text = await staff.services.catalog.export(version=version, plain=plain)
    name = f"catalogue-v{version}.toml" if version else "catalogue.toml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type="application/toml", headers=headers)
