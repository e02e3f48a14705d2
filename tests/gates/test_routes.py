"""Gates as dependencies of a host's own app, over HTTP; and the example of the guide, as it stands there."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Header, HTTPException

from billing_app.api.problems import MEDIA_TYPE, add_handlers
from billing_app.gates import Pass, RouteGates
from tests.quotas.conftest import House

GUIDE = Path(__file__).parents[2] / "docs" / "gates.md"


def a_client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://host.example")


@pytest.mark.row("D5")
@pytest.mark.row("C4")
async def test_the_example_of_the_guide_runs(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    example = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[0]
    here: dict[str, Any] = {
        "services": SimpleNamespace(entitlements=house.entitlements),
        "current_customer": lambda: customer,
    }
    exec(compile(example, str(GUIDE), "exec"), here)
    async with a_client(here["app"]) as client:
        answers = [await client.post("/cv") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 402]
    assert answers[0].json() == {"cv": "written"}
    assert answers[2].headers["content-type"] == MEDIA_TYPE
    body = answers[2].json()
    assert (body["code"], body["limit_source"], body["options"][0]["url"]) == (
        "quota_exceeded",
        "quota",
        "/pricing#plan-basic",
    )


@pytest.mark.row("D5")
async def test_a_route_that_fails_costs_nothing_and_one_that_answers_is_paid_before_its_answer(house: House) -> None:
    await house.apply("interview_mate")
    customer = await house.a_customer(credits=3)
    app = FastAPI()
    add_handlers(app)
    gates = RouteGates(lambda: house.entitlements, customer=lambda: customer)

    async def session_id(x_session: Annotated[str, Header()]) -> str:
        return x_session

    paid_for = Depends(gates.require_feature("interview_session", reference=session_id), scope="function")

    @app.post("/interview")
    async def interview(passed: Pass = paid_for, works: bool = True) -> dict[str, Any]:
        if not works:
            raise HTTPException(503, "the model is down")
        return {"charged": passed.charged, "repeated": passed.repeated}

    @app.post("/report", dependencies=[Depends(gates.require_credits(2, feature="interview_session"))])
    async def report() -> None: ...

    @app.post("/gold", dependencies=[Depends(gates.require_plan("gold"))])
    async def gold() -> None: ...

    async with a_client(app) as client:
        failed = await client.post("/interview?works=false", headers={"X-Session": "s1"})
        assert (failed.status_code, (await house.credits.balance(customer)).available) == (503, 3)
        paid = await client.post("/interview", headers={"X-Session": "s1"})
        again = await client.post("/interview", headers={"X-Session": "s1"})
        assert (paid.json(), again.json()) == (
            {"charged": 1, "repeated": False},
            {"charged": 0, "repeated": True},
        )
        assert (await client.post("/report")).status_code == 200
        refused = await client.post("/report")
        assert (refused.status_code, refused.json()["shortfall"]) == (402, 2)
        assert (await client.post("/gold")).status_code == 404
    assert (await house.credits.balance(customer)).available == 0
