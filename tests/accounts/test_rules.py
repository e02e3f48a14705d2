"""Passwords, names, roles, links: the rules without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.accounts.cookie import read_cookie, session_cookie
from billing_app.accounts.email_address import parse_email
from billing_app.accounts.errors import (
    SENTENCES,
    InvalidName,
    LinkInvalid,
    NotPermitted,
    PasswordIsEmail,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
)
from billing_app.accounts.link_tokens import LinkSigner, Purpose, browser_mark, read_token
from billing_app.accounts.one_line import clipped, person_name
from billing_app.accounts.passwords import LENGTH_MAX, LENGTH_MIN, check_password, common_passwords, normal_password
from billing_app.accounts.roles import Principal, Role

ANNA = parse_email("anna.bertram@example.com")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SIGNER = LinkSigner("a secret of more than thirty-two characters")


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("ninechars", PasswordTooShort),
        ("😀" * 9, PasswordTooShort),
        ("x" * 64 + "y" * 65, PasswordTooLong),
        ("password123", PasswordTooCommon),
        ("PassWord123", PasswordTooCommon),
        ("qwertyuiop", PasswordTooCommon),
        ("aaaaaaaaaaaa", PasswordTooCommon),
        ("abababababab", PasswordTooCommon),
        ("34567890123", PasswordTooCommon),
        ("fedcba9876", None),
        ("klmnopqrst", PasswordTooCommon),
        ("anna.bertram@example.com", PasswordIsEmail),
        ("ANNA.bertram", PasswordIsEmail),
        ("seven blue umbrellas", None),
        ("Tr0ub4dor&3", None),
        ("пароль-который-длинный", None),
    ],
)
def test_passwords_that_would_be_guessed_are_refused(password: str, error: type[Exception] | None) -> None:
    if error is None:
        check_password(password, ANNA)
    else:
        with pytest.raises(error):
            check_password(password, ANNA)


def test_the_list_of_common_passwords_holds_only_such_as_would_pass_otherwise() -> None:
    assert len(common_passwords()) > 100
    assert all(LENGTH_MIN <= len(word) <= LENGTH_MAX and word == word.casefold() for word in common_passwords())


def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    assert normal_password("u\u0308ber alles mu\u0308de") == normal_password("über alles müde")


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "Anna\nBcc: all", "Anna\u202e", "Win at https://spam.example"])
def test_a_name_is_one_line_without_advertisements(name: str) -> None:
    with pytest.raises(InvalidName):
        person_name(name)


def test_names_of_the_world_are_taken() -> None:
    assert [person_name(name) for name in (" Anna  Müller ", "李小龍", "O'Brien", "Nguyễn Ái Quốc")] == [
        "Anna  Müller", "李小龍", "O'Brien", "Nguyễn Ái Quốc",
    ]  # fmt: skip


def test_what_a_browser_calls_itself_cannot_break_a_line() -> None:
    assert clipped("Mozilla\r\nSet-Cookie: x\x00", 300) == "Mozilla??Set-Cookie: x?"
    assert clipped("x" * 1000, 300) == "x" * 300
    assert clipped("", 300) is None
    assert clipped(None, 300) is None


def test_each_role_includes_those_below() -> None:
    def may(role: Role, needed: Role) -> bool:
        principal = Principal(1, 1, None, role, "a@example.com", "A", True, False)
        try:
            principal.require(needed)
        except NotPermitted:
            return False
        return True

    for rank, role in enumerate(Role):
        assert [may(role, needed) for needed in Role] == [below <= rank for below in range(len(Role))]


def test_a_link_works_for_its_purpose_and_state_until_it_is_too_old() -> None:
    text = SIGNER.sign(Purpose.RESET, 7, "state", NOW)
    link = read_token(text)
    assert link.user_id == 7
    SIGNER.check(Purpose.RESET, link, "state", NOW + timedelta(minutes=59))
    for purpose, state, at in (
        (Purpose.RESET, "state", NOW + timedelta(minutes=61)),
        (Purpose.RESET, "another", NOW),
        (Purpose.VERIFY, "state", NOW),
    ):
        with pytest.raises(LinkInvalid):
            SIGNER.check(purpose, link, state, at)
    with pytest.raises(LinkInvalid):
        LinkSigner("another secret of thirty-two characters").check(Purpose.RESET, link, "state", NOW)


@pytest.mark.parametrize("place", range(0, 90, 7))
def test_a_link_with_one_character_changed_is_no_link(place: int) -> None:
    text = SIGNER.sign(Purpose.VERIFY, 123, "state", NOW, browser_mark("cookie"))
    forged = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
    with pytest.raises(LinkInvalid):
        SIGNER.check(Purpose.VERIFY, read_token(forged), "state", NOW)


@given(st.text(max_size=250))
def test_any_text_that_is_no_token_is_refused_as_such(text: str) -> None:
    with pytest.raises(LinkInvalid):
        SIGNER.check(Purpose.VERIFY, read_token(text), "state", NOW)


def test_a_short_secret_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        LinkSigner("short")


def test_every_code_a_form_may_be_answered_with_has_its_sentence() -> None:
    assert SENTENCES["wrong_credentials"].endswith("in the mail we have sent.")
    assert all(code.isidentifier() and sentence.endswith(".") for code, sentence in SENTENCES.items())


def test_the_cookie_is_found_among_others_and_nonsense_is_none() -> None:
    assert read_cookie("a=1; session=abc; b=2", session_cookie(secure=False)) == "abc"
    assert read_cookie("xsession=abc", "session") is None
    assert read_cookie("session=", "session") is None
    assert read_cookie("session=" + "x" * 9000, "session") is None
    assert read_cookie(None, "session") is None
    assert session_cookie(secure=True) == "__Host-session"
