"""Which calls of the installed SDK the sandbox answers: read from the SDK's own services, for the documentation.

    python -m billing_app.sandbox.calls docs/sandbox.md

writes the table between its two marks; a test compares. An upgrade of the SDK shows here what it brought.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from billing_app.sandbox.operations import OPERATIONS

BEGIN, END = "<!-- calls: generated -->", "<!-- /calls -->"
_ID = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Call:
    """A method of the SDK: `subscriptions.create` is POST /v1/subscriptions."""

    service: str
    method: str
    verb: str
    path: str

    @property
    def answered(self) -> bool:
        """Whether the sandbox answers it."""
        return (self.verb, self.path) in _OURS


_OURS = {(operation.method, _ID.sub("{}", operation.path)) for operation in OPERATIONS}


def sdk_calls() -> list[Call]:
    """Every method under `client.v1` that sends a request, asynchronous twins left out."""
    return list(_of_module("stripe._v1_services", ""))


def table() -> str:
    """The table in Markdown: a row for each service that answers anything, and the rest by name."""
    by_service: dict[str, list[Call]] = {}
    for call in sdk_calls():
        by_service.setdefault(call.service, []).append(call)
    rows: list[str] = []
    silent: list[str] = []
    for service, calls in sorted(by_service.items()):
        if not any(call.answered for call in calls):
            silent.append(f"`{service}`")
            continue
        yes, no = (_names(calls, answered=answered) for answered in (True, False))
        rows.append(f"| `{service}` | {yes} | {no} |")
    every = [call for calls in by_service.values() for call in calls]
    count = sum(call.answered for call in every)
    return "\n".join(
        [
            f"{count} of the {len(every)} methods under `client.v1` of the installed SDK answer.",
            "",
            "| service | answers | does not |",
            "|---|---|---|",
            *rows,
            "",
            f"Nothing answers in: {', '.join(silent)}.",
        ]
    )


def written_into(text: str) -> str:
    """The document with the table of today between its marks.

    Raises:
        ValueError: the marks are missing.
    """
    before, mark, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"the document must contain {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _names(calls: list[Call], *, answered: bool) -> str:
    return ", ".join(f"`{call.method}`" for call in calls if call.answered is answered) or "-"


def _of_module(module_name: str, prefix: str) -> Iterator[Call]:
    """Calls of a service and of the services below it."""
    module = import_module(module_name)
    yield from _own(module_name, prefix)
    for name, (below, _) in getattr(module, "_subservices", {}).items():
        yield from _of_module(below, f"{prefix}.{name}".lstrip("."))


def _own(module_name: str, service: str) -> Iterator[Call]:
    tree = ast.parse(inspect.getsource(import_module(module_name)))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "_request":
                verb, path = node.args[0], node.args[1]
                if isinstance(path, ast.Call) and isinstance(path.func, ast.Attribute):
                    path = path.func.value  # "/v1/refunds/{refund}".format(...)
                if isinstance(verb, ast.Constant) and isinstance(path, ast.Constant):
                    yield Call(service, function.name, str(verb.value).upper(), _ID.sub("{}", str(path.value)))


def main() -> int:
    """Rewrite the table in the document named on the command line."""
    if len(sys.argv) != 2:
        print("usage: python -m billing_app.sandbox.calls docs/sandbox.md", file=sys.stderr)
        return 2
    document = Path(sys.argv[1])
    document.write_text(written_into(document.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
