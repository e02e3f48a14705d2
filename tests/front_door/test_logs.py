"""Logs are one JSON object a line and hold no secret, wherever it was put."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from billing_app.logs import configure_logging, scrub


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logging("test", stream=stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def read(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_both_kinds_of_logger_write_json(lines: io.StringIO) -> None:
    logging.getLogger("stdlib").warning("took %d ms", 12)
    structlog.get_logger("ours").info("granted", credits=5)
    first, second = read(lines)
    assert (first["event"], first["level"], first["role"]) == ("took 12 ms", "warning", "test")
    assert (second["event"], second["credits"]) == ("granted", 5)


def test_an_exception_stays_on_its_line_and_is_scrubbed(lines: io.StringIO) -> None:
    try:
        int("sk_live_abcdefgh")
    except ValueError:
        logging.getLogger("stdlib").exception("failed")
    (line,) = read(lines)
    assert "ValueError" in str(line["exception"])
    assert "abcdefgh" not in str(line["exception"])


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key sk_test_4eC39HqLyjWDarjtT1zdp7dc refused", "4eC39"),
        ("signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r"),
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ("at postgresql://app:hunter2@db:5432/billing", "hunter2"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
    ],
)
def test_a_secret_in_a_text_is_masked(text: str, secret: str) -> None:
    scrubbed = scrub(text)
    assert secret not in scrubbed
    assert "***" in scrubbed


def test_a_field_with_a_secrets_name_is_masked_at_any_depth(lines: io.StringIO) -> None:
    structlog.get_logger("ours").info(
        "request", password="hunter2", headers={"Cookie": "session=abc", "Accept": "*/*"}, input_tokens=12
    )
    (line,) = read(lines)
    assert line["password"] == "***"
    assert line["headers"] == {"Cookie": "***", "Accept": "*/*"}
    assert line["input_tokens"] == 12
