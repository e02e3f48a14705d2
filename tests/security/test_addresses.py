"""Where staff work from: `ADMIN_ALLOWED_ADDRESSES` holds on their pages as it does on the API (C8)."""

from collections.abc import AsyncIterator

import pytest

from billing_app.db.engine import Database
from tests.security.actors import Everybody, everybody
from tests.security.calling import call, fire
from tests.security.decisions import Actor


@pytest.fixture
async def people(database: Database) -> AsyncIterator[Everybody]:
    async with everybody(database) as made:
        yield made


@pytest.mark.row("C8")
@pytest.mark.row("B6")
async def test_from_elsewhere_staff_pages_and_endpoints_refuse_also_administrators(people: Everybody) -> None:
    settings = people.services.settings
    settings.admin_allowed_addresses = ["10.0.0.0/8"]
    try:
        for handler in ("StaffState.enter", "OverviewState.load", "CatalogueState.load", "KeysState.load"):
            assert (await fire(people, handler, Actor.ADMIN)).refused, handler
        for endpoint in ("GET /api/v1/admin/overview", "GET /api/v1/admin/exports/audit.csv"):
            assert (await call(people, endpoint, Actor.ADMIN)).refused, endpoint
        assert (await call(people, "GET /api/v1/admin/overview", Actor.ADMIN_KEY)).refused
        for endpoint in ("POST /api/v1/credits/grant", "GET /api/v1/customers/{customer}/balance"):
            assert (await call(people, endpoint, Actor.ADMIN_KEY)).refused, f"{endpoint} with an admin key"
        assert not (await call(people, "GET /api/v1/customers/{customer}/balance", Actor.SERVER_KEY)).refused
        # To look as a customer is staff's work: it begins inside, and does not go on outside.
        assert (await call(people, "POST /api/support/look", Actor.SUPPORT)).refused
        assert (await call(people, "GET /api/v1/exports/activity.csv", Actor.LOOKING)).refused
        for handler in ("DashboardState.load", "Shell.load", "OverviewState.load"):
            assert (await fire(people, handler, Actor.LOOKING)).refused, handler
        assert not (await fire(people, "DashboardState.load", Actor.CUSTOMER)).refused, "customers come from anywhere"
    finally:
        settings.admin_allowed_addresses = []
    assert not (await fire(people, "OverviewState.load", Actor.ADMIN)).refused
    assert not (await fire(people, "DashboardState.load", Actor.LOOKING)).refused
    assert not (await call(people, "POST /api/v1/credits/grant", Actor.ADMIN_KEY)).refused
