"""How a refusal of a catalogue reads: file, line, what, why. Puts pydantic's and TOML's findings into such words."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from billing_app.catalog.positions import Path, nearest_line
from billing_app.catalog.rules import Finding
from billing_app.catalog.schema import Catalog
from billing_app.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that is wrong: where, and why."""

    file: str
    line: int | None
    path: str
    reason: str

    def __str__(self) -> str:
        """`showcase.toml:41: plans[2].code: "pro" is already used in line 22`."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.path}: {self.reason}" if self.path else f"{where}: {self.reason}"


class CatalogRefused(InvalidInput):
    """A catalogue that cannot be used. `refusals` holds everything that is wrong with it; nothing was changed."""

    code = "catalog_refused"
    title = "The catalogue cannot be used"

    def __init__(self, refusals: list[Refusal]) -> None:
        self.refusals = refusals
        super().__init__("\n".join(map(str, refusals)), errors=[_as_error(refusal) for refusal in refusals])


def not_toml(file: str, text: str, message: str) -> Refusal:
    """A text that is no TOML. `tomllib` ends its message with `(at line 3, column 8)` or `(at end of document)`."""
    reason, _, place = message.rpartition(" (at ")
    in_line = place.removeprefix("line ").split(",")[0]
    line = int(in_line) if in_line.isdecimal() else text.count("\n") + 1
    return Refusal(file, line, "", f"not valid TOML: {reason[:1].lower()}{reason[1:]}")


def from_rule(file: str, lines: dict[Path, int], finding: Finding) -> Refusal:
    """A rule between parts that does not hold."""
    other = f" in line {nearest_line(lines, finding.other)}" if finding.other else ""
    return Refusal(file, nearest_line(lines, finding.path), _dotted(finding.path), finding.reason + other)


def from_schema(file: str, data: Any, lines: dict[Path, int], wrong: ValidationError) -> Iterator[Refusal]:
    """Everything in a file that is not as the schema has it."""
    for error in wrong.errors(include_url=False, include_context=True):
        path = _in_data(data, error["loc"], missing=error["type"] == "missing")
        yield Refusal(file, nearest_line(lines, path), _dotted(path), _reason(error, path))


def _in_data(data: Any, location: tuple[str | int, ...], *, missing: bool) -> Path:
    """The part of pydantic's location that stands in the file; it also names the validators it went through."""
    path: Path = ()
    for step in location:
        inside = (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        )
        if not inside:
            return (*path, step) if missing else path
        data = data[step]  # pyright: ignore[reportCallIssue, reportArgumentType] - a dict's key or a list's index
        path = (*path, step)
    return path


_WORDS = {
    "missing": "is missing",
    "string_pattern_mismatch": "{given!r} is not allowed here; it must match {pattern}",
    "string_type": "must be text in quotes, not {given!r}",
    "int_type": "must be a whole number, not {given!r}",
    "bool_type": "must be true or false, not {given!r}",
    "literal_error": "must be {expected}, not {given!r}",
    "enum": "must be {expected}, not {given!r}",
    "tuple_type": "must be a list, not {given!r}",
    "model_type": "must be a table of fields, not {given!r}",
    "value_error": "{error}",
    "greater_than_equal": "must be {ge} or more, not {given!r}",
    "less_than_equal": "must be {le} or less, not {given!r}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_long": "has {actual_length} entries; at most {max_length} are allowed",
}


def _reason(error: Any, path: Path) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown field" + _did_you_mean(path)
    given = error["input"]
    shortened = given[:60] if isinstance(given, str) else given
    words = _WORDS.get(error["type"])
    if words and not isinstance(shortened, dict | list):
        return words.format(given=shortened, **error.get("ctx", {}))
    if words and "{given" not in words:
        return words.format(**error.get("ctx", {}))
    message: str = error["msg"]
    return message[:1].lower() + message[1:]


def _did_you_mean(path: Path) -> str:
    model: type[BaseModel] = Catalog
    for step in path[:-1]:
        if isinstance(step, str) and step in model.model_fields:
            model = _part_of(model.model_fields[step].annotation) or model
    close = get_close_matches(str(path[-1]), list(model.model_fields), n=1)
    return f'; did you mean "{close[0]}"?' if close else f"; known are: {', '.join(model.model_fields)}"


def _part_of(annotation: Any) -> type[BaseModel] | None:
    """The model inside `X`, `tuple[X, ...]` or `X | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _part_of(argument)
        if found:
            return found
    return None


def _dotted(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _as_error(refusal: Refusal) -> dict[str, Any]:
    return {"file": refusal.file, "line": refusal.line, "pointer": refusal.path, "message": refusal.reason}
