"""A host's JWT: one algorithm, one audience, one minute; everything else is refused."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from billing_app.accounts.hand_over.jwt import BadToken, EdDsa, Hs256, read
from tests.hand_over.tokens import AUDIENCE, JWT_SECRET, NOW, claims, hs256, part

SECOND = int(NOW.timestamp())
HS256 = Hs256(JWT_SECRET)


def accepted(token: str) -> Any:
    return read(token, HS256, audience=AUDIENCE, now=NOW)


def test_a_good_token_tells_who_comes_where_to_and_where_back() -> None:
    told = accepted(hs256(claims(name="Ada", email="ada@example.com", to="/pricing", return_to="https://a.example/x")))
    assert (told.subject, told.name, told.email) == ("user_4711", "Ada", "ada@example.com")
    assert (told.goes_to, told.return_to, told.expires) == ("/pricing", "https://a.example/x", SECOND + 60)
    assert accepted(hs256(claims(aud=["https://other.example", AUDIENCE]))).subject == "user_4711"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://other.example"},
        {"aud": None},
        {"exp": SECOND + 61},
        {"exp": None},
        {"iat": None},
        {"iat": SECOND + 6, "exp": SECOND + 20},
        {"iat": SECOND - 60, "exp": SECOND},
        {"iat": SECOND, "exp": SECOND},
        {"exp": SECOND + 30.5},
        {"exp": True},
        {"nbf": SECOND + 10},
        {"jti": None},
        {"jti": "x" * 201},
        {"sub": None},
        {"sub": 4711},
        {"email": ["ada@example.com"]},
    ],
    ids=str,
)
def test_a_claim_that_does_not_fit_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        accepted(hs256(claims(**changed)))


def _unsigned(body: dict[str, Any]) -> str:
    return f"{part({'alg': 'none'})}.{part(body)}."


@pytest.mark.parametrize(
    "forge",
    [
        _unsigned,
        lambda body: hs256(body, alg="none"),
        lambda body: hs256(body, alg="HS384"),
        lambda body: hs256(body, crit=["exp"]),
        lambda body: hs256(body, jwk={"kty": "oct", "k": "x"}),
        lambda body: hs256(body, secret="another secret of more than 32 letters"),
        lambda body: hs256(body) + "=",
        lambda body: hs256(body)[:-1] + ("A" if hs256(body)[-1] != "A" else "B"),
        lambda body: hs256(body) + ".more",
        lambda body: "..",
        lambda body: "a" * 5_000,
        lambda body: hs256(body | {"pad": "x" * 5_000}),
    ],
)
def test_a_forged_token_is_refused(forge: Callable[[dict[str, Any]], str]) -> None:
    with pytest.raises(BadToken):
        accepted(forge(claims()))


def test_a_public_key_is_never_taken_for_a_shared_secret() -> None:
    private = Ed25519PrivateKey.generate()
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    ours = EdDsa(pem)
    body = claims()
    signed = f"{part({'alg': 'EdDSA'})}.{part(body)}"
    good = f"{signed}.{part(private.sign(signed.encode()))}"
    assert read(good, ours, audience=AUDIENCE, now=NOW).subject == "user_4711"
    for forged in (hs256(body, secret=pem), hs256(body, secret=pem, alg="EdDSA")):
        with pytest.raises(BadToken):
            read(forged, ours, audience=AUDIENCE, now=NOW)
    with pytest.raises(BadToken):
        read(good, HS256, audience=AUDIENCE, now=NOW)
    with pytest.raises(BadToken):
        read(good, ours, audience=AUDIENCE, now=NOW + timedelta(seconds=60))


def test_weak_or_foreign_keys_are_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="32"):
        Hs256("short")
    with pytest.raises(ValueError, match="PEM"):
        EdDsa("no key")


@given(st.text(max_size=200))
def test_no_text_is_taken_for_a_token_and_none_breaks_the_reader(text: str) -> None:
    for token in (text, f"{text}.{text}.{text}", f"{part({'alg': 'HS256'})}.{text}.{text}"):
        with pytest.raises(BadToken):
            accepted(token)


@given(place=st.integers(0, 500), to=st.sampled_from("AZaz09-_"))
def test_no_changed_letter_leaves_a_token_good(place: int, to: str) -> None:
    token = hs256(claims(jti="one"))
    place %= len(token)
    changed = token[:place] + to + token[place + 1 :]
    if changed != token:
        with pytest.raises(BadToken):
            accepted(changed)


def test_a_name_that_stands_twice_is_refused() -> None:
    body = b'{"sub":"a","sub":"b","aud":"%s","iat":%d,"exp":%d,"jti":"x"}' % (AUDIENCE.encode(), SECOND, SECOND + 9)
    signed = f"{part({'alg': 'HS256'})}.{part(body)}"
    signature = base64.urlsafe_b64encode(__import__("hmac").digest(JWT_SECRET.encode(), signed.encode(), "sha256"))
    with pytest.raises(BadToken):
        accepted(f"{signed}.{signature.rstrip(b'=').decode()}")
