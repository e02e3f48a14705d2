"""Where in a TOML text each value stands, so that a refusal can name its line. Reads only what `tomllib` accepted."""

from collections.abc import Iterator

Path = tuple[str | int, ...]
"""Keys and list indexes from the top: `("plans", 2, "code")`."""

_SPACE = " \t"
_BLANK = " \t\r\n"
_ENDS_BARE_VALUE = ",]}#\r\n"


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) on which each key or list element of a valid TOML text begins."""
    return _Walk(text).run()


def nearest_line(lines: dict[Path, int], path: Path) -> int | None:
    """The line of a path, or of the nearest thing around it that stands in the text."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


class _Walk:
    """One pass over the text, keeping the table that the last header opened."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._lines: dict[Path, int] = {}
        self._last_index: dict[Path, int] = {}

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(_BLANK):
            if self._text[self._at] == "#":
                self._skip_comment()
            elif self._text[self._at] == "[":
                table = self._header()
            else:
                self._key_value(table)
        return self._lines

    def _header(self) -> Path:
        listed = self._text.startswith("[[", self._at)
        line = self._line
        self._advance(2 if listed else 1)
        keys = list(self._key())
        self._advance(2 if listed else 1)
        path: Path = ()
        for key in keys[:-1]:
            path = self._into_list((*path, key))
            self._lines.setdefault(path, line)
        path = (*path, keys[-1])
        if listed:
            self._lines.setdefault(path, line)
            self._last_index[path] = self._last_index.get(path, -1) + 1
        path = self._into_list(path)
        self._lines.setdefault(path, line)
        return path

    def _into_list(self, path: Path) -> Path:
        return (*path, self._last_index[path]) if path in self._last_index else path

    def _key_value(self, table: Path) -> None:
        line = self._line
        path = table
        for key in self._key():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._advance(1)  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> Iterator[str]:
        """The parts of a dotted key, up to the `=` or `]` after it."""
        while True:
            self._skip(_SPACE)
            if self._text[self._at] in "\"'":
                start = self._at + 1
                self._string()
                yield self._text[start : self._at - 1]
            else:
                start = self._at
                while self._text[self._at] not in " \t.=]":
                    self._advance(1)
                yield self._text[start : self._at]
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return
            self._advance(1)

    def _value(self, path: Path) -> None:
        first = self._text[self._at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            while self._at < len(self._text) and self._text[self._at] not in _ENDS_BARE_VALUE:
                self._advance(1)

    def _array(self, path: Path) -> None:
        self._advance(1)
        index = 0
        while True:
            self._skip_all()
            if self._text[self._at] == "]":
                break
            if self._text[self._at] == ",":
                self._advance(1)
                continue
            self._lines[(*path, index)] = self._line
            self._value((*path, index))
            index += 1
        self._advance(1)

    def _inline_table(self, path: Path) -> None:
        self._advance(1)
        while True:
            self._skip_all()
            if self._text[self._at] == "}":
                break
            if self._text[self._at] == ",":
                self._advance(1)
                continue
            self._key_value(path)
        self._advance(1)

    def _string(self) -> None:
        quote = self._text[self._at]
        mark = quote * 3 if self._text.startswith(quote * 3, self._at) else quote
        self._advance(len(mark))
        while not self._text.startswith(mark, self._at):
            self._advance(2 if quote == '"' and self._text[self._at] == "\\" else 1)
        self._advance(len(mark))
        # Up to two quotes may stand right before the closing three and belong to the text.
        while len(mark) == 3 and self._at < len(self._text) and self._text[self._at] == quote:
            self._advance(1)

    def _skip_all(self) -> None:
        while self._skip(_BLANK) and self._text[self._at] == "#":
            self._skip_comment()

    def _skip_comment(self) -> None:
        while self._at < len(self._text) and self._text[self._at] != "\n":
            self._advance(1)

    def _skip(self, characters: str) -> bool:
        """Move past any of `characters`; whether text is left."""
        while self._at < len(self._text) and self._text[self._at] in characters:
            self._advance(1)
        return self._at < len(self._text)

    def _advance(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count
