"""What the chat can look things up in: the product's own guides and source code, read from this installation once.

No network: "GitHub tools" look at the code that runs here, which is what the repository holds.
"""

import ast
import asyncio
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from billing_app.playground.passages import HEADING_BETWEEN, Passage, Shelf

ROOT = Path(__file__).resolve().parents[2]
MAX_FILES = 1_500
MAX_FILE_BYTES = 400_000
_SECTION_MAX = 1_800
_HEADING = re.compile(r"^(#{1,4}) +(.+?) *#*$")
_STARTS = re.compile(r"\s*([-*] |\d+\. |\|)")
_RULE = re.compile(r"\s*\|[\s|:-]+$")
_DETAILS = re.compile(r"\n\s*(Args|Attributes|Returns|Raises):\n")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_MARKS = re.compile(r"(\*\*|`|^>\s?|^[-*] |^\d+\. )")


async def guides() -> Shelf:
    """Sections of the guides and the read-me."""
    return await asyncio.to_thread(_guides)


async def source_code() -> Shelf:
    """Modules, classes and functions with what they say of themselves."""
    return await asyncio.to_thread(_source_code)


@cache
def _guides() -> Shelf:
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return Shelf(passage for path in files[:MAX_FILES] for passage in sections(_name(path), _read(path)))


@cache
def _source_code() -> Shelf:
    files = sorted((ROOT / "billing_app").rglob("*.py"))
    return Shelf(passage for path in files[:MAX_FILES] for passage in definitions(_name(path), _read(path)))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _read(path: Path) -> str:
    """A file's text; nothing for one that is missing, unreadable or too large to be written by hand."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return ""
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def sections(source: str, markdown: str) -> Iterator[Passage]:
    """A guide's sections, each with the headings above it, as plain text without its examples of code."""
    headings: list[str] = []
    lines: list[str] = []
    fenced = False
    for line in [*markdown.splitlines(), "# end"]:
        fence = line.startswith("```")
        fenced ^= fence
        found = None if fenced or fence else _HEADING.match(line)
        if found is None:
            lines.append("" if fenced or fence else line)
            continue
        text = _reflowed(lines)[:_SECTION_MAX]
        if text:
            yield Passage(source, HEADING_BETWEEN.join(headings) or source, text)
        lines = []
        headings = [*headings[: len(found[1]) - 1], _plain(found[2])]


def _reflowed(lines: list[str]) -> str:
    """One line for each paragraph, entry of a list and row of a table, however the source was wrapped."""
    made = [""]
    for line in lines:
        if _RULE.match(line):
            made[-1] = ""  # the row above it was the table's head
            continue
        plain = _plain(line)
        if not plain or _STARTS.match(line):
            made.append(plain)
        else:
            made[-1] = f"{made[-1]} {plain}".strip()
    return "\n".join(filter(None, made))


def _plain(line: str) -> str:
    """A line without its marks; a table's row as a sentence."""
    if line.startswith("|"):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        line = ": ".join(filter(None, cells)).rstrip(".") + "."
    return _MARKS.sub("", _LINK.sub(r"\1", line.strip())).strip()


def definitions(source: str, code: str) -> Iterator[Passage]:
    """A module and its public classes and functions, each with its own words about itself."""
    try:
        module = ast.parse(code)
    except (SyntaxError, ValueError):
        return
    if said := ast.get_docstring(module):
        yield Passage(source, f"module {source.removesuffix('.py').replace('/', '.')}", _in_short(said))
    yield from _members(source, module, "")


def _members(source: str, owner: ast.Module | ast.ClassDef, prefix: str) -> Iterator[Passage]:
    for node in owner.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        if said := ast.get_docstring(node):
            yield Passage(f"{source}:{node.lineno}", f"{kind} {prefix}{node.name}", _in_short(said))
        if isinstance(node, ast.ClassDef):
            yield from _members(source, node, f"{prefix}{node.name}.")


def _in_short(docstring: str) -> str:
    """What a docstring says before it comes to arguments and errors."""
    return _reflowed(_DETAILS.split(docstring)[0].replace("`", "").splitlines())[:_SECTION_MAX]
