# ruff: noqa: RUF001, RUF003 - look-alikes are the subject
"""One spelling per mailbox, and none that passes for another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.accounts.email_address import parse_email
from billing_app.accounts.errors import InvalidEmail


@pytest.mark.parametrize(
    ("typed", "address", "normalised"),
    [
        ("anna@example.com", "anna@example.com", "anna@example.com"),
        ("  Anna.B@Example.COM ", "Anna.B@example.com", "anna.b@example.com"),
        ("anna+tag@example.com", "anna+tag@example.com", "anna+tag@example.com"),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "anna@example.com", "anna@example.com"),
        ("anna@münchen.de", "anna@xn--mnchen-3ya.de", "anna@xn--mnchen-3ya.de"),
        ("anna@XN--MNCHEN-3YA.de", "anna@xn--mnchen-3ya.de", "anna@xn--mnchen-3ya.de"),
        ("anna@日本語テスト.jp", "anna@xn--zckzah9945czlbtz6h.jp", "anna@xn--zckzah9945czlbtz6h.jp"),
    ],
)
def test_an_address_has_one_spelling(typed: str, address: str, normalised: str) -> None:
    parsed = parse_email(typed)
    assert (parsed.address, parsed.normalised) == (address, normalised)


@pytest.mark.parametrize(
    "typed",
    [
        "", "@", "anna", "anna@", "@example.com", "anna@example", "anna@@example.com", "a b@example.com",
        "anna@exa mple.com", ".anna@example.com", "anna..b@example.com", '"anna"@example.com', "anna@[127.0.0.1]",
        "anna@127.0.0.1", "anna@example..com", "anna@-example.com", "anna@exam_ple.com", "Anna <anna@example.com>",
        "anna@example.com,bert@example.com", "anna@example.com\nBcc: everyone@example.com", "anna@example.com\r\n",
        "anna\u0000@example.com", "anna\u200b@example.com", "\u202eanna@example.com", "anna@example.com\u00ad\u0007",
        "a" * 65 + "@example.com", "anna@" + ".".join(["a" * 60] * 5) + ".com", "x" * 100_000, "\ud800@example.com",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidEmail):
        parse_email(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "аnna@example.com",  # Cyrillic а before the @
        "anna@exаmple.com",  # and in the domain
        "anna@xn--exmple-4nf.com",  # the same, already encoded
        "anna@gοοgle.com",  # Greek omicron
        "ınfo@example.com",  # dotless i
    ],
)
def test_a_look_alike_that_mixes_scripts_is_refused(typed: str) -> None:
    with pytest.raises(InvalidEmail):
        parse_email(typed)


def test_a_look_alike_in_one_script_is_shown_for_what_it_is() -> None:
    cyrillic = parse_email("anna@аррӏе.com")
    assert cyrillic.address == "anna@xn--80ak6aa92e.com"
    assert cyrillic.normalised != parse_email("anna@apple.com").normalised


@given(st.text(max_size=80))
def test_reading_an_address_ends_in_an_address_or_in_a_clear_refusal(typed: str) -> None:
    try:
        parsed = parse_email(typed)
    except InvalidEmail:
        return
    assert parsed.address.isascii()
    assert parsed.address.isprintable()
    assert " " not in parsed.address
    assert parse_email(parsed.address) == parsed
    assert parse_email(parsed.normalised).normalised == parsed.normalised
