"""Catalogue files: presets are read, bad files refused with file, line and reason, good ones survive writing."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from billing_app.catalog.difference import changes
from billing_app.catalog.loading import (
    PRESETS,
    Source,
    content_hash,
    json_schema,
    load,
    preset_names,
    read_source,
    to_toml,
)
from billing_app.catalog.refusals import CatalogRefused
from billing_app.catalog.rules import findings
from billing_app.catalog.schema import Catalog
from tests.catalog.catalogues import SMALL, catalogs, small


def line_of(text: str, piece: str) -> int:
    return text[: text.index(piece)].count("\n") + 1


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_is_a_good_catalogue_and_is_found_by_its_name(name: str) -> None:
    source = read_source(name)
    assert source.name == f"{name}.toml"
    catalog = load(source)
    assert load(Source("again.toml", to_toml(catalog))) == catalog


def test_the_presets_are_those_that_are_promised() -> None:
    assert set(preset_names()) == {
        "interview_mate",
        "docs_chat",
        "career_coach",
        "language_tutor",
        "creator",
        "showcase",
    }


# (what is exchanged in the small catalogue, the text on the refused line, what the refusal says after file and line)
BAD = {
    "duplicate pack": (
        ("[[unlocks]]", '[[packs]]\ncode = "ten"\nname = "X"\nprice = "9.00 USD"\ncredits = 9\n\n[[unlocks]]'),
        'code = "ten"\nname = "X"',
        'packs[1].code: "ten" is already used in line 38',
    ),
    "duplicate feature": (
        ('code = "pairs"\nname = "Pairs"\nmetering', 'code = "talk"\nname = "Pairs"\nmetering'),
        'code = "talk"\nname = "Pairs"',
        'features[1].code: "talk" is already used in line 11',
    ),
    "period twice": (
        ('"year"', '"month"'),
        '{ period = "month", amount = "290',
        'plans[0].prices[1].period: "month" is already used in line 33',
    ),
    "unknown field": (
        ('price = "4.00 USD"', 'price = "4.00 USD"\nhilighted = true'),
        "hilighted",
        'packs[0].hilighted: unknown field; did you mean "highlighted"?',
    ),
    "unknown section": (("[[rates]]", "[[ratez]]"), "[[ratez]]", 'ratez: unknown field; did you mean "rates"?'),
    "missing field": (("credits = 10\n", ""), "[[packs]]", "packs[0].credits: is missing"),
    "missing brand": (
        ('[brand]\nname = "Small"\nheadline = "Pay for what you use"\nseller = "Small Ltd"\n', "[tax]\n#"),
        None,
        "brand: is missing",
    ),
    "unknown feature in a quota": (
        ("quotas = { cvs = 10 }", "quotas = { cv = 10 }"),
        "quotas",
        'plans[0].quotas.cv: there is no feature "cv"; the features are: talk, pairs, cvs',
    ),
    "unlock of an unknown feature": (
        ('feature = "pairs"', 'feature = "pears"'),
        'feature = "pears"',
        'unlocks[0].feature: there is no feature "pears"; the features are: talk, pairs, cvs',
    ),
    "unlock of a feature that takes credits": (
        ('feature = "pairs"', 'feature = "talk"'),
        'feature = "talk"\nuses',
        'unlocks[0].feature: "talk" has metering "credits"; an unlock opens only features with "unlock"',
    ),
    "another currency": (
        ("4.00 USD", "4.00 EUR"),
        "4.00 EUR",
        "packs[0].price: 4.00 EUR is not in USD, the currency of this catalogue, set in line 2",
    ),
    "too many decimals": (
        ("4.00 USD", "4.001 USD"),
        "4.001 USD",
        'packs[0].price: "4.001 USD" has too many decimals: USD has 2',
    ),
    "a number for money": (
        ('"4.00 USD"', "4.00"),
        "price = 4.00",
        'packs[0].price: money is written as text with its currency, such as "29.00 USD", not 4.0',
    ),
    "below the least charge": (
        ("4.00 USD", "0.49 USD"),
        "0.49 USD",
        "packs[0].price: Stripe charges at least 0.50 USD, not 0.49 USD",
    ),
    "a price of nothing": (
        ('"4.00 USD"', '"0.00 USD"'),
        '"0.00 USD"',
        "packs[0].price: a price must be more than nothing, not 0.00 USD",
    ),
    "above the largest charge": (
        ("4.00 USD", "1000000.00 USD"),
        "1000000.00 USD",
        "packs[0].price: Stripe charges at most 999999.99 USD at once, not 1000000.00 USD",
    ),
    "no credits": (("credits = 10\n", "credits = 0\n"), "credits = 0", "packs[0].credits: must be 1 or more, not 0"),
    "negative credits": (
        ("credits = 10\n", "credits = -5\n"),
        "credits = -5",
        "packs[0].credits: must be 1 or more, not -5",
    ),
    "credits beyond 10^12": (
        ("credits = 10\n", "credits = 1000000000001\n"),
        "credits = 1000000000001",
        "packs[0].credits: must be 1000000000000 or less, not 1000000000001",
    ),
    "credits with a fraction": (
        ("credits = 10\n", "credits = 10.5\n"),
        "credits = 10.5",
        "packs[0].credits: must be a whole number, not 10.5",
    ),
    "yes for a number": (
        ("credits = 10\n", "credits = true\n"),
        "credits = true",
        "packs[0].credits: must be a whole number, not True",
    ),
    "a word that is no limit": (
        ('"unlimited"', '"endless"'),
        '"endless"',
        "unlocks[0].uses: write a whole number or \"unlimited\", not 'endless'",
    ),
    "a code with a space": (
        ('code = "ten"', 'code = "the ten"'),
        '"the ten"',
        "packs[0].code: 'the ten' is not allowed here; it must match ^[a-z][a-z0-9_]{0,59}$",
    ),
    "an unknown metering": (
        ('metering = "unlock"', 'metering = "magic"'),
        '"magic"',
        "features[1].metering: must be 'credits', 'quota', 'unlock' or 'included', not 'magic'",
    ),
    "credits without a rate": (
        ('[[rates]]\ncode = "talk"\nname = "Talk"\nfeature = "talk"\ncredits = 1\n', ""),
        'metering = "credits"',
        'features[0].metering: "talk" takes credits but no [[rates]] says how many',
    ),
    "a quota without a window": (
        ('quota = { window = "month" }\n', ""),
        'metering = "quota"',
        'features[2].metering: "cvs" is counted, so it needs "quota" with a window',
    ),
    "a quota on what is paid in credits": (
        ("quotas = { cvs = 10 }", "quotas = { cvs = 10, talk = 5 }"),
        "quotas",
        'plans[0].quotas.talk: "talk" is paid in credits: give the plan "credits_per_month" instead',
    ),
    "two free plans": (
        ("[[packs]]", '[[plans]]\ncode = "a"\nname = "A"\n[[plans]]\ncode = "b"\nname = "B"\n[[packs]]'),
        '[[plans]]\ncode = "b"',
        "plans[2]: a plan without prices is the free plan, and there is one already in line 37",
    ),
    "a price by an unknown rate": (
        ("[[features]]", '[pricing]\nprice_per = "walk"\n\n[[features]]'),
        "price_per",
        'pricing.price_per: there is no rate "walk"',
    ),
    "a contact plan with a price": (
        ("credits_per_month = 100", "credits_per_month = 100\ncontact_only = true"),
        "contact_only",
        "plans[0].contact_only: a plan by contact cannot have prices, as it does in line 33",
    ),
    "a line break in a name": (
        ('name = "Ten"', 'name = "Ten\\nmore"'),
        'name = "Ten',
        "packs[0].name: control characters and line breaks are not allowed here",
    ),
    "a link that runs code": (
        ('name = "Pro"', 'name = "Pro"\ncontact_only = true\ncontact_url = "javascript:alert(1)"'),
        "contact_url",
        "plans[0].contact_url: 'javascript:alert(1)' is not allowed here; it must match "
        '^(https://[^\\s<>\\"]{3,500}|/[^/\\s<>\\"\\\\][^\\s<>\\"\\\\]{0,500}|mailto:[^\\s<>\\"]{3,200})$',
    ),
    "a cap without capped": (
        ("[[features]]", '[policies.rollover]\nkind = "all"\ncap = 5\n\n[[features]]'),
        "[policies.rollover]",
        'policies.rollover: "cap" is needed with kind = "capped", and only there',
    ),
    "a cost twice": (
        (
            "[[rates]]",
            '[[costs]]\nfeature = "talk"\nname = "A"\namount = "0.1 USD"\n'
            '[[costs]]\nfeature = "talk"\nname = "A"\namount = "0.2 USD"\n[[rates]]',
        ),
        'name = "A"\namount = "0.2',
        'costs[1].name: "A" of "talk" is already stated in line 52',
    ),
    "another format": (("format = 1", "format = 2"), "format", "format: must be 1, not 2"),
    "no TOML": (("credits = 10\n", "credits = ten\n"), "credits = ten", "not valid TOML: invalid value"),
    "a key twice": (
        ("credits = 10\n", "credits = 10\ncredits = 11\n"),
        "credits = 11",
        "not valid TOML: cannot overwrite a value",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_file_line_and_reason(case: str) -> None:
    change, marked, reason = BAD[case]
    source = small(change)
    where = "small.toml" if marked is None else f"small.toml:{line_of(source.text, marked)}"
    with pytest.raises(CatalogRefused) as refused:
        load(source)
    assert f"{where}: {reason}" in refused.value.detail.splitlines()


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file() -> None:
    source = small(("29.00 USD", "29.00 EUR"), ("4.00 USD", "4.00 GBP"), ("25.00 USD", "0.10 USD"))
    with pytest.raises(CatalogRefused) as refused:
        load(source)
    assert [refusal.path for refusal in refused.value.refusals] == [
        "plans[0].prices[0].amount",
        "packs[0].price",
        "unlocks[0].price",
    ]
    assert refused.value.problem()["errors"][1]["line"] == line_of(source.text, "4.00 GBP")


def test_an_unknown_name_is_refused_with_the_presets_there_are() -> None:
    with pytest.raises(CatalogRefused, match=r"nowhere: no such file or preset .* The presets are: .*showcase"):
        read_source("nowhere")


def test_a_file_that_is_not_text_or_too_large_is_refused(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'format = 1\nname = "caf\xe9"\n')
    with pytest.raises(CatalogRefused, match=r"latin\.toml:2: the file is not UTF-8 text"):
        read_source(str(latin))
    huge = tmp_path / "huge.toml"
    huge.write_text("#" * 1_048_577)
    with pytest.raises(CatalogRefused, match="at most 1 MiB"):
        read_source(str(huge))
    with pytest.raises(CatalogRefused, match="no such file or preset"):
        read_source(str(tmp_path))


def test_a_file_of_one_s_own_is_read_like_a_preset(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(SMALL)
    assert load(read_source(str(own))).brand.name == "Small"


def test_brackets_without_end_do_not_break_the_reader() -> None:
    with pytest.raises(CatalogRefused):
        load(Source("deep.toml", "a = " + "[" * 100_000))


@given(catalogs())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_catalogue_written_and_read_again_is_the_same(catalog: Catalog) -> None:
    assert findings(catalog) == []
    again = load(Source("again.toml", to_toml(catalog)))
    assert again == catalog
    assert content_hash(again) == content_hash(catalog)
    assert changes(catalog, again) == ()


@given(catalogs(), catalogs())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_difference_is_empty_exactly_when_two_catalogues_mean_the_same(one: Catalog, other: Catalog) -> None:
    assert (changes(one, other) == ()) == (one == other)


def test_comments_and_the_order_of_keys_mean_nothing() -> None:
    reordered = small(('price = "4.00 USD"\ncredits = 10', '# cheap\ncredits = 10\nprice = "4.00 USD"'))
    assert content_hash(load(reordered)) == content_hash(load(small()))


def test_editors_can_complete_a_catalogue_by_its_schema() -> None:
    schema = json_schema()
    assert schema["properties"]["packs"]["items"] == {"$ref": "#/$defs/Pack"}
    pack = schema["$defs"]["Pack"]
    assert pack["additionalProperties"] is False
    assert re.match(pack["properties"]["price"]["pattern"], "29.00 USD")
    assert {"integer", "forever"} == {
        option.get("type") or option["const"] for option in pack["properties"]["valid"]["anyOf"]
    }
    json.dumps(schema)


def test_every_preset_names_the_place_of_its_explanation() -> None:
    assert "docs/catalogue.md" in (PRESETS / "showcase.toml").read_text(encoding="utf-8")
