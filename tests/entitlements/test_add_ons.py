"""An operation and what is added to it: one price for quote and charge, and the smaller one that still fits."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.credits import AddOn, Price, Rate, quote
from billing_app.errors import InvalidInput

QUERY = Rate(
    "query",
    "Query",
    5,
    (
        AddOn("documentation", "Documentation", 5),
        AddOn("github", "GitHub tools", 10),
        AddOn("tool", "Further tool", 3, repeatable=True),
    ),
)
EVERYTHING = {"documentation": 1, "github": 1, "tool": 2}


def lines(price: Price | None) -> list[tuple[str, int]]:
    return [] if price is None else [(line.code, line.quantity) for line in price.lines]


@pytest.mark.row("B3")
@pytest.mark.parametrize(
    ("add_ons", "credits"),
    [
        ({}, 5),
        ({"documentation": 1}, 10),
        ({"documentation": 1, "github": 1}, 20),
        ({"tool": 3}, 14),
        (EVERYTHING, 26),
    ],
)
def test_a_query_costs_its_base_and_what_is_added(add_ons: dict[str, int], credits: int) -> None:
    assert quote(QUERY, "1", add_ons).credits == credits


@pytest.mark.row("B3")
def test_several_queries_have_their_add_ons_as_often_at_most() -> None:
    assert quote(QUERY, "1", {"github": 2}, units=2).credits == 30
    with pytest.raises(InvalidInput, match="from 0 to 1"):
        quote(QUERY, "1", {"github": 2})


@pytest.mark.parametrize(
    ("credits", "kept"),
    [
        (4, []),
        (5, [("query", 1)]),
        (8, [("query", 1), ("tool", 1)]),
        (15, [("query", 1), ("tool", 2)]),
        (16, [("query", 1), ("documentation", 1), ("tool", 2)]),
        (25, [("query", 1), ("documentation", 1), ("tool", 2)]),
        (26, []),
    ],
)
def test_the_smaller_option_keeps_as_many_add_ons_as_fit(credits: int, kept: list[tuple[str, int]]) -> None:
    assert lines(quote(QUERY, "1", EVERYTHING).within(credits)) == kept


@given(
    st.integers(0, 40),
    st.fixed_dictionaries({"documentation": st.integers(0, 1), "github": st.integers(0, 1), "tool": st.integers(0, 4)}),
)
def test_the_smaller_option_always_fits_and_none_that_fits_keeps_more(credits: int, add_ons: dict[str, int]) -> None:
    price = quote(QUERY, "1", add_ons)
    found = price.within(credits)
    fitting = [
        sum(chosen)
        for chosen in product(*(range(count + 1) for count in add_ons.values()))
        if quote(QUERY, "1", dict(zip(add_ons, chosen, strict=True))).credits <= credits
    ]
    if found is None:
        assert price.credits <= credits or not fitting or not sum(add_ons.values())
    else:
        assert found.credits <= credits < price.credits
        assert sum(quantity for _, quantity in lines(found)) - 1 == max(fitting)


def test_a_part_of_a_price_has_only_what_is_named_and_nothing_is_no_price() -> None:
    price = quote(QUERY, "7", EVERYTHING)
    part = price.part({"query": 1, "tool": 1, "github": 0})
    assert part is not None
    assert (part.credits, part.version, lines(part)) == (8, "7", [("query", 1), ("tool", 1)])
    assert price.part({}) is None
