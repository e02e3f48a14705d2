"""What is for sale, for everyone, without a key: catalogue, plans, packs, unlocks, features, comparison (row C7).

Each answer carries an ETag of the catalogue's content; whoever sends it back is told 304 until something has changed.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel

from billing_app.api.conventions.answers import Many, said
from billing_app.api.conventions.places import paced
from billing_app.api.conventions.rate_limits import PUBLIC
from billing_app.api.deps import Here
from billing_app.api.v1.host.catalogue_shapes import (
    CatalogShape,
    CompareShape,
    FeatureShape,
    PackShape,
    PlanShape,
    UnlockShape,
    catalog_shape,
    compare_shape,
)
from billing_app.bootstrap import Services
from billing_app.catalog.comparison import comparison
from billing_app.catalog.offers import sellable
from billing_app.catalog.service import Published
from billing_app.gates.taking import UnknownPlan

router = APIRouter(prefix="/api/v1", tags=["catalogue"], dependencies=[Depends(paced(PUBLIC))])

FRESH_S = 60
_UNCHANGED = {304: {"description": "Nothing has changed since the ETag you sent."}}


@router.get("/catalog", response_model=CatalogShape, responses={**_UNCHANGED})
async def catalog(request: Request, services: Here) -> Response:
    """Everything on sale at once: plans, packs, unlocks, features and what they cost."""
    published = await services.catalog.published()
    return _told(request, published, lambda: _all(services, published))


@router.get("/plans", response_model=Many[PlanShape], responses={**_UNCHANGED})
async def plans(request: Request, services: Here) -> Response:
    """Plans on sale, the least first."""
    published = await services.catalog.published()
    return _told(request, published, lambda: _list(_all(services, published).plans))


@router.get("/plans/{code}", response_model=PlanShape, responses={**_UNCHANGED})
async def plan(
    request: Request, services: Here, code: Annotated[str, Path(max_length=80, examples=["pro"])]
) -> Response:
    """One plan on sale."""
    published = await services.catalog.published()
    found = next((each for each in _all(services, published).plans if each.code == code), None)
    if found is None:
        raise UnknownPlan("There is no plan of that code on sale; GET /api/v1/plans lists them.")
    return _told(request, published, lambda: found)


@router.get("/packs", response_model=Many[PackShape], responses={**_UNCHANGED})
async def packs(request: Request, services: Here) -> Response:
    """Packs of credits on sale."""
    published = await services.catalog.published()
    return _told(request, published, lambda: _list(_all(services, published).packs))


@router.get("/unlocks", response_model=Many[UnlockShape], responses={**_UNCHANGED})
async def unlocks(request: Request, services: Here) -> Response:
    """Features that are bought once."""
    published = await services.catalog.published()
    return _told(request, published, lambda: _list(_all(services, published).unlocks))


@router.get("/features", response_model=Many[FeatureShape], responses={**_UNCHANGED})
async def features(request: Request, services: Here) -> Response:
    """Features with names and icons, how each is counted, and the rate card."""
    published = await services.catalog.published()
    return _told(request, published, lambda: _list(_all(services, published).features))


@router.get("/compare", response_model=CompareShape, responses={**_UNCHANGED})
async def compare(request: Request, services: Here) -> Response:
    """Everything on sale, feature by feature."""
    published = await services.catalog.published()
    table = comparison(published.catalog, services.catalog.capabilities)
    return _told(request, published, lambda: compare_shape(table))


def _all(services: Services, published: Published) -> CatalogShape:
    return catalog_shape(
        published.version, published.catalog, sellable(published.catalog, services.catalog.capabilities)
    )


def _list(found: Sequence[BaseModel]) -> Many[Any]:
    return Many(data=list(found))


def _told(request: Request, published: Published, shape: Callable[[], BaseModel]) -> Response:
    etag = f'"{published.version}-{published.content_hash[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={FRESH_S}"}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if etag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return said(shape(), headers=headers)
