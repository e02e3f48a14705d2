"""Turns a letter into subject, text and HTML. Pure, but for reading the templates."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from billing_app.accounts.one_line import has_control
from billing_app.catalog.schema import Brand
from billing_app.money import Money
from billing_app.notifications.letters import AnyLetter

TEMPLATES = Path(__file__).with_name("templates")
SUBJECT_LIMIT = 150


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail ready to be sent."""

    subject: str
    text: str
    html: str


def render(letter: AnyLetter, brand: Brand, *, public_url: str, link: str | None = None) -> RenderedMail:
    """Write the letter in the brand's name.

    Args:
        public_url: where people reach the app; every link of ours begins with it.
        link: the address of the letter's own button, where it has one that cannot be told from its data.
    """
    values: dict[str, Any] = {"letter": letter, "brand": brand, "home": public_url.rstrip("/"), "link": link}
    environment = _environment()
    text = environment.get_template(f"{letter.kind}.txt").make_module(values)
    html = environment.get_template(f"{letter.kind}.html").render(values)
    return RenderedMail(one_header_line(str(text.__dict__["subject"])), _tidy(str(text)), html)


def one_header_line(text: str) -> str:
    """Text fit for a header: one line, no control characters, of bounded length."""
    flat = "".join(" " if has_control(char) else char for char in text)
    return " ".join(flat.split())[:SUBJECT_LIMIT]


def _tidy(text: str) -> str:
    """One empty line between paragraphs, none at the ends."""
    paragraphs = [
        "\n".join(line.rstrip() for line in part.splitlines() if line.strip()) for part in text.strip().split("\n\n")
    ]
    return "\n\n".join(part for part in paragraphs if part) + "\n"


def day(moment: datetime) -> str:
    """`3 March 2027`."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def minute(moment: datetime) -> str:
    """`3 March 2027, 14:05 UTC`."""
    return f"{day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"


# fmt: off
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
# fmt: on


def money(minor: int, currency: str) -> str:
    """An amount as people write it."""
    return Money(minor, currency).shown()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=day, minute=minute)
    made.globals.update(money=money)
    return made
