"""A product in FastAPI whose billing is elsewhere: a gated endpoint, a stream that is charged, and the wall.

cd docs/examples
BILLING_URL=http://localhost:8000 BILLING_KEY=crd_test_sk_... granian --interface asgi fastapi_host:app --port 9000
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse, StreamingResponse

from billing_app.client import AsyncBillingClient, Refused, Unreachable, new_key


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client per process. The coach goes on if billing is down; what was used is charged later."""
    async with AsyncBillingClient(
        os.environ["BILLING_URL"], os.environ["BILLING_KEY"], fail_open=["coach_chat"]
    ) as billing:
        app.state.billing = billing
        yield


app = FastAPI(lifespan=lifespan)


def billing_of(request: Request) -> AsyncBillingClient:
    """The process's client."""
    return request.app.state.billing


def current_user(request: Request, x_user: Annotated[str | None, Header()] = None) -> str:
    """Your own sign-in goes here; what it returns is your id of the user, which billing calls them by."""
    if not x_user:
        raise HTTPException(401)
    request.state.user = x_user
    return x_user


Billing = Annotated[AsyncBillingClient, Depends(billing_of)]
User = Annotated[str, Depends(current_user)]


@app.exception_handler(Refused)
async def wall(request: Request, refused: Refused) -> JSONResponse:
    """What stopped them, what would open it, and a link that signs them into the billing pages, there and back."""
    offered = [option for option in refused.options if option.url]
    told: dict[str, Any] = {
        "message": refused.detail,
        "opens_at": refused.resets_at.isoformat() if refused.resets_at else None,
        "options": [
            {"name": option.name, "price_minor": option.price_minor, "currency": option.currency} for option in offered
        ],
    }
    if offered:
        handed = await billing_of(request).hand_over(request.state.user, to=offered[0].url or "/pricing")
        told["link"] = handed.url
    return JSONResponse(told, refused.status)


@app.exception_handler(Unreachable)
async def later(request: Request, error: Unreachable) -> JSONResponse:
    """Closed while billing cannot be reached."""
    return JSONResponse({"message": "Try again in a moment."}, 503, {"Retry-After": "5"})


@app.post("/cv-review")
async def review(user: User, billing: Billing, fails: bool = False) -> dict[str, Any]:
    """A gate: taken before the work, given back if the work fails."""
    key = new_key()
    use = await billing.use(user, "cv_review", key=key)
    try:
        comments = _comments(fails=fails)
    except RuntimeError:
        await billing.give_back(user, "cv_review", key)
        raise HTTPException(500, "The review failed; it was not counted.") from None
    return {"comments": comments, "left": use.remaining}


@app.post("/coach")
async def coach(user: User, billing: Billing, breaks: bool = False) -> StreamingResponse:
    """A stream: held before the first word, so that a refusal is an answer; captured after the last one.

    Leaving the block by an error, or because the reader went away, gives the credits back.
    """
    hold = await billing.hold(user, "coach_chat", ttl_s=120)

    async def words() -> AsyncIterator[str]:
        async with hold:
            for number, word in enumerate(["Begin", "with", "the", "result"]):
                if breaks and number == 2:
                    yield "event: error\ndata: the coach lost the thread\n\n"
                    return
                yield f"data: {word}\n\n"
            done = await hold.capture()
            yield f"event: done\ndata: {done.credits}\n\n"

    return StreamingResponse(words(), media_type="text/event-stream")


def _comments(*, fails: bool) -> list[str]:
    if fails:
        raise RuntimeError("the model did not answer")
    return ["Begin each line with a verb."]
