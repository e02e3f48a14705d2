"""Every public method of a page's State can be called by anyone: what may be called is said, and takes no owner."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

UI = Path(__file__).resolve().parents[2] / "billing_app" / "ui"
# What would let a caller name whose rows are meant; the sign-in alone says that.
FOREIGN = {"customer_id", "user_id", "customer", "principal", "me", "who", "email", "token"}


READS_OUR_BOOKS = ("current", "payment_method")


def _functions() -> Iterator[tuple[str, str]]:
    for file in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{file.relative_to(UI)}: {node.name}", ast.unparse(node)


def _methods() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for file in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any("State" in ast.unparse(base) for base in node.bases):
                for item in node.body:
                    if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and not item.name.startswith("_"):
                        yield f"{file.relative_to(UI)}: {node.name}.{item.name}", item


@pytest.mark.row("A12")
def test_what_a_state_makes_public_is_meant_to_be() -> None:
    found = dict(_methods())
    assert len(found) > 20
    plain = [
        name for name, item in found.items() if not any("rx.event" in ast.unparse(one) for one in item.decorator_list)
    ]
    assert not plain, f"begin their names with an underscore, or Reflex lets anyone call them: {plain}"


@pytest.mark.row("A12")
def test_no_handler_lets_its_caller_say_whose_rows_are_meant() -> None:
    named = [
        name
        for name, item in _methods()
        if FOREIGN & {argument.arg for argument in (*item.args.args, *item.args.kwonlyargs)}
    ]
    assert not named


@pytest.mark.row("B5")
def test_what_asks_stripe_about_a_plan_is_counted_against_the_limit_of_the_api() -> None:
    asks = re.compile(rf"current\(\)\.subscriptions(?!\.(?:{'|'.join(READS_OUR_BOOKS)})\()")
    found = {name: code for name, code in _functions() if asks.search(code)}
    assert len(found) >= 6
    assert [name for name, code in found.items() if "paced(" not in code] == []
