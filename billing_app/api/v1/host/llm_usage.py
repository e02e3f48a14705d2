"""What calls cost, told by the host: one call of a model, or up to 10,000 calls and vendors' units (rows C5, C6).

`request_id` is the key: it is logged once for each `source`, so a retry needs no Idempotency-Key.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BeforeValidator, Field

from billing_app.accounts.host_customers import MAX_TOGETHER
from billing_app.api.conventions.answers import Said, Shape, said
from billing_app.api.conventions.route import Calling, WorkRoute
from billing_app.api.problems import problem_type
from billing_app.api.v1.host.inputs import Customer, Sent, SentMoment, Text
from billing_app.credits.inputs import MAX_ID
from billing_app.usage import Answer, LlmCall, Tokens, VendorCost
from billing_app.usage.calls import MAX_TOKENS, NAME_MAX
from billing_app.usage.log import MAX_ROWS

router = APIRouter(prefix="/api/v1/usage", tags=["costs"], route_class=WorkRoute)


def _decimal(sent: Any) -> Any:
    """Exact, so as text: a JSON number would be rounded on its way."""
    if not isinstance(sent, str):
        raise ValueError('must be a decimal number as text, such as "0.18"')  # noqa: TRY004
    try:
        return Decimal(sent)
    except InvalidOperation:
        raise ValueError('must be a decimal number as text, such as "0.18"') from None


Count = Annotated[int, Field(ge=0, le=MAX_TOKENS)]
Exact = Annotated[Decimal, BeforeValidator(_decimal, json_schema_input_type=str)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]


class Told(Sent):
    """What is told of every cost."""

    request_id: Name = Field(description="Your id of the call, once for each source.", examples=["chatcmpl-9f2c"])
    source: Text = Field(default="host", description="Which of your programs calls.")
    customer: Customer | None = Field(default=None, description="For whom; left out, the cost is nobody's.")
    feature: Text | None = None
    plan: Text | None = Field(default=None, description="The plan at the time; left out, the one the customer has now.")
    at: SentMoment | None = Field(default=None, description="When it was called; left out: now.")
    entry: Annotated[int, Field(ge=1, le=MAX_ID)] | None = Field(
        default=None, description="The ledger entry that paid for it, as consume or capture said: makes margins exact."
    )
    metadata: dict[str, Any] | None = Field(default=None, description="Kept as it is; 4 KiB at most.")


class LlmCallSent(Told):
    """One call of a language model. A token is of one class only."""

    model: Name = Field(examples=["gpt-4o"])
    input_tokens: Count = Field(description="Without those read from, or written to, the vendor's cache.")
    output_tokens: Count = Field(description="Without those of reasoning.")
    cached_input_tokens: Count = 0
    cache_write_tokens: Count = 0
    reasoning_tokens: Count = 0


class VendorCostSent(Told):
    """So many units of another vendor's service, at what they cost in all, in major units of the currency."""

    service: Name = Field(examples=["speech-to-text"])
    units: Exact = Field(description="As text.", examples=["1"])
    cost: Exact = Field(description="As text, exact.", examples=["0.18"])
    currency: Annotated[str, Field(min_length=3, max_length=3)] = "USD"


class UsageBatch(Sent):
    """Calls and vendors' costs that go together, each by itself: a refusal of one does not keep the others."""

    rows: Annotated[list[LlmCallSent | VendorCostSent], Field(min_length=1, max_length=MAX_ROWS)]


class CostLoggedShape(Shape):
    """A cost was logged. `cost` is null while the model has no price: it is not known, and not zero."""

    request_id: str
    source: str
    state: Literal["logged", "repeated"]
    id: int
    cost: str | None = Field(description="Major units as text, exact.")
    currency: str | None
    price_version: int | None = Field(description="The price it was worked out by.")


class CostMember(Shape):
    """What became of one row of a batch; `problem` says why it was refused."""

    request_id: str
    source: str
    state: Literal["logged", "repeated", "refused"]
    id: int | None = None
    cost: str | None = None
    currency: str | None = None
    price_version: int | None = None
    problem: dict[str, object] | None = None


class CostBatchShape(Shape):
    """One answer for each row, in the order they were sent."""

    logged: int
    repeated: int
    refused: int
    data: list[CostMember]


@router.post("/llm", response_model=CostLoggedShape)
async def log_call(sent: LlmCallSent, caller: Calling) -> Said:
    """Log a call of a language model at the price of its time. The same request_id again: the first answer."""
    services = caller.services
    customer_id = await services.host_customers.ensure(sent.customer) if sent.customer else None
    answer = await services.costs.log(_row(sent, customer_id))
    return said(CostLoggedShape(**_told(answer)), replayed=answer.state == "repeated")


@router.post("/batch", response_model=CostBatchShape)
async def log_batch(sent: UsageBatch, caller: Calling) -> Said:
    """Log up to 10,000 calls and vendors' costs, 16 MiB at most. What is wrong with the body refuses all of it; what
    the log refuses is told for that one alone."""
    services = caller.services
    names = sorted({row.customer for row in sent.rows if row.customer is not None})
    numbers: dict[str, int] = {}
    for start in range(0, len(names), MAX_TOGETHER):
        numbers |= await services.host_customers.ensure_all(names[start : start + MAX_TOGETHER])
    answers = await services.costs.log_many([_row(row, numbers.get(row.customer or "")) for row in sent.rows])
    data = [_member(answer) for answer in answers]
    counts = {state: sum(one.state == state for one in data) for state in ("logged", "repeated", "refused")}
    return said(CostBatchShape(**counts, data=data))


def _row(sent: LlmCallSent | VendorCostSent, customer_id: int | None) -> LlmCall | VendorCost:
    common: dict[str, Any] = {
        "source": sent.source,
        "request_id": sent.request_id,
        "customer_id": customer_id,
        "plan": sent.plan,
        "feature": sent.feature,
        "at": sent.at,
        "entry_id": sent.entry,
        "details": sent.metadata,
    }
    if isinstance(sent, VendorCostSent):
        return VendorCost(**common, service=sent.service, units=sent.units, cost=sent.cost, currency=sent.currency)
    tokens = Tokens(
        input=sent.input_tokens,
        output=sent.output_tokens,
        cached_input=sent.cached_input_tokens,
        cache_write=sent.cache_write_tokens,
        reasoning=sent.reasoning_tokens,
    )
    return LlmCall(**common, model=sent.model, tokens=tokens)


def _told(answer: Answer) -> dict[str, Any]:
    return {
        "request_id": answer.request_id,
        "source": answer.source,
        "state": answer.state,
        "id": answer.id,
        "cost": None if answer.cost is None else f"{answer.cost.normalize():f}",
        "currency": answer.currency,
        "price_version": answer.price_id,
    }


def _member(answer: Answer) -> CostMember:
    if answer.state != "refused":
        return CostMember(**_told(answer))
    code = answer.code or ""
    why: dict[str, object] = {"type": problem_type(code), "code": code, "detail": answer.error or ""}
    return CostMember(request_id=answer.request_id, source=answer.source, state="refused", problem=why)
