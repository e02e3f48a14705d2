"""The rows of the requirements and the tests that prove them: `make rows` prints this. Read from the sources alone."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
_SHOWN = 110


@dataclass(frozen=True, slots=True)
class Rows:
    """What rows.toml says."""

    systems: dict[str, str]
    rows: dict[str, str]
    open: dict[str, str]


def rows() -> Rows:
    """The list of rows."""
    return Rows(**tomllib.loads((TESTS / "rows.toml").read_text(encoding="utf-8")))


def proofs() -> dict[str, list[str]]:
    """Row id -> the tests marked with it, as pytest calls them, without parameters."""
    found: dict[str, list[str]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        of_module = [mark for node in tree.body if _is_pytestmark(node) for mark in _marks(node)]
        for test in _tests(tree):
            for row in dict.fromkeys([*of_module, *_marks(test)]):
                found.setdefault(row, []).append(f"{file.relative_to(TESTS.parent)}::{test.name}")
    return found


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def _marks(node: ast.AST) -> Iterator[str]:
    """The ids in every `pytest.mark.row("...")` within."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and ast.unparse(inner.func) == "pytest.mark.row":
            for argument in inner.args:
                assert isinstance(argument, ast.Constant), "a row is named in so many words"
                yield str(argument.value)


def report() -> list[str]:
    """The rows, the tests of each, and what is open."""
    known, proven = rows(), proofs()
    lines: list[str] = []
    for system, title in known.systems.items():
        lines += ["", f"{system}. {title}"]
        for row in (row for row in known.rows if row.startswith(system)):
            tests = proven.get(row, [])
            missing = known.open.get(row)
            state = f"{len(tests):>3} tests" if tests else "    open " if missing else " NOT PROVEN"
            lines.append(f"  {row:<4} {state:<10} {known.rows[row]}" + (f" (open: {missing})" if missing else ""))
            lines += [f"         {test}"[:_SHOWN] for test in tests]
    done = [row for row in known.rows if proven.get(row) and row not in known.open]
    unproven = [row for row in known.rows if not proven.get(row) and row not in known.open]
    lines += [
        "",
        f"{len(done)} of {len(known.rows)} rows are proven; open: {', '.join(known.open)}"
        + (f"; NOT PROVEN: {', '.join(unproven)}" if unproven else "")
        + ".",
    ]
    return lines


if __name__ == "__main__":
    print("\n".join(report()))
