"""A field for a text file: the browser reads it and hands its name and text over; nothing is stored anywhere."""

from typing import Any

import reflex as rx
from reflex_base.utils.imports import ImportDict

MOST_BYTES = 900_000
"""What one message to the server may carry, less what stands around it."""

_CODE = """
function TextFile({ id, accept, most, onText, className, describedby }) {
  return jsx("input", {
    id, accept, className, type: "file", "aria-describedby": describedby,
    onChange: async (event) => {
      const file = event.target.files && event.target.files[0];
      event.target.value = "";
      if (!file) return;
      onText(file.name, file.size > most ? "" : await file.text(), file.size);
    },
  });
}
"""


def _read(name: rx.Var[str], text: rx.Var[str], size: rx.Var[int]) -> tuple[rx.Var[str], rx.Var[str], rx.Var[int]]:
    return name, text, size


class _TextFile(rx.Component):
    """The React side."""

    tag = "TextFile"

    accept: rx.Var[str]
    most: rx.Var[int]
    describedby: rx.Var[str]
    on_text: rx.EventHandler[_read]

    def add_imports(self) -> ImportDict:
        return {"@emotion/react": ["jsx"]}

    def add_custom_code(self) -> list[str]:
        return [_CODE]


def text_file(*, id: str, accept: str, on_text: Any, class_name: str, describedby: str) -> rx.Component:  # noqa: A002 - HTML's word
    """The field; `on_text(name, text, size)` is called when a file was chosen. Of one too large, the text is empty."""
    return _TextFile.create(
        id=id, accept=accept, most=MOST_BYTES, on_text=on_text, class_name=class_name, describedby=describedby
    )
