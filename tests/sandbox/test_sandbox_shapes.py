"""The judge itself, and that every call we answer is a call of the installed SDK."""

import ast
import inspect
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe._object_classes import OBJECT_CLASSES

import billing_app
from billing_app.sandbox.calls import sdk_calls, written_into
from billing_app.sandbox.operations import OPERATIONS
from tests.sandbox.running import Sandbox
from tests.sandbox.shapes import _annotations, findings
from tests.sandbox.world import a_session, the_page


@pytest.fixture
def answers(sandbox: Sandbox, client: stripe.StripeClient) -> dict[str, Any]:
    """A session and a charge as the sandbox answers them."""
    session = a_session(client, expand=["line_items"])
    the_page(session).pay()
    client.v1.checkout.sessions.retrieve(session.id)
    client.v1.charges.list()
    return {f"{call.split()[0]} {answer['object']}": answer for call, _, answer in sandbox.answers}


@pytest.mark.parametrize(
    ("which", "change", "finding"),
    [
        ("POST checkout.session", lambda body: body.pop("created"), "created: missing"),
        ("POST checkout.session", lambda body: body.update(colour="blue"), "colour: unknown"),
        ("POST checkout.session", lambda body: body.update(amount_total="800"), "is not int"),
        ("POST checkout.session", lambda body: body.update(livemode=0), "is not bool"),
        ("POST checkout.session", lambda body: body.update(livemode=None), "null where a value is required"),
        ("POST checkout.session", lambda body: body.update(status="done"), "'done'"),
        ("POST checkout.session", lambda body: body["automatic_tax"].pop("enabled"), "automatic_tax.enabled: missing"),
        ("POST checkout.session", lambda body: body["metadata"].update(a=1), "metadata[a]"),
        ("POST checkout.session", lambda body: body["line_items"]["data"][0].pop("currency"), "currency: missing"),
        ("POST price", lambda body: body.update(unit_amount_decimal=8.5), "not a decimal"),
        ("POST price", lambda body: body.update(product={"id": "x", "object": "charge"}), ".product: "),
        ("GET list", lambda body: body["data"][0]["outcome"].pop("type"), "outcome.type: missing"),
        ("GET list", lambda body: body.pop("has_more"), "a list has"),
    ],
)
def test_the_judge_finds_what_is_wrong(answers: dict[str, Any], which: str, change: Any, finding: str) -> None:
    assert findings(answers[which]) == []
    broken = deepcopy(answers[which])
    change(broken)
    assert any(finding in found for found in findings(broken)), findings(broken)


def test_the_judge_understands_every_resource_of_the_sdk() -> None:
    for module, name in OBJECT_CLASSES.values():
        cls = getattr(__import__(module, fromlist=[name]), name)
        assert name in ("ListObject", "SearchResultObject") or _annotations(cls)


def test_every_call_we_answer_is_a_call_of_the_sdk() -> None:
    folder = Path(inspect.getfile(stripe)).parent
    known: set[tuple[str, str]] = set()
    for service in folder.rglob("*_service.py"):
        for call in ast.walk(ast.parse(service.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "_request":
                method, path = call.args[0], call.args[1]
                path = path.func.value if isinstance(path, ast.Call) and isinstance(path.func, ast.Attribute) else path
                if isinstance(method, ast.Constant) and isinstance(path, ast.Constant):
                    known.add((str(method.value).upper(), re.sub(r"\{\w+\}", "{}", str(path.value))))
    ours = {(operation.method, re.sub(r"\{\w+\}", "{}", operation.path)) for operation in OPERATIONS}
    assert ours <= known


def test_the_table_in_the_documentation_is_that_of_today() -> None:
    document = (Path(__file__).parents[2] / "docs/sandbox.md").read_text()
    assert written_into(document) == document, "run: python -m billing_app.sandbox.calls docs/sandbox.md"
    with pytest.raises(ValueError, match="must contain"):
        written_into("no marks")


def test_every_call_of_the_gateway_is_answered() -> None:
    answered = {f"{call.service}.{call.method}" for call in sdk_calls() if call.answered}
    gateway = Path(inspect.getfile(billing_app)).parent / "payments"
    used = {
        name
        for file in gateway.rglob("*.py")
        for name in re.findall(r"_stripe\.v1\.([a-z_.]+?)_async\(", file.read_text())
    }
    assert len(used) > 10
    assert used <= answered, f"the sandbox does not answer {sorted(used - answered)}"
