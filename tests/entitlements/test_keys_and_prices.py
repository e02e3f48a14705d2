"""A request is the same request after the price list has changed: its key tells the first answer."""

import pytest

from billing_app.catalog.loading import Source, read_source
from billing_app.demo.trade import Demo
from billing_app.errors import IdempotencyMismatch
from billing_app.journal.audit import CLI
from tests.shop import Shop

CHAT = "docs_chat"


async def change(shop: Shop, catalog: str, *replaced: tuple[str, str]) -> None:
    """Put another version of a catalogue into force."""
    source = read_source(catalog)
    text = source.text
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    before = (await shop.services.catalog.published()).version
    await shop.services.catalog.apply(Source(source.name, text), by=CLI)
    assert (await shop.services.catalog.published()).version != before


UNRELATED = ('tagline = "Ask your documentation; the answer names its sources."', 'tagline = "Ask."')
DEARER = ("credits = 5\n", "credits = 6\n")


@pytest.mark.row("A4")
@pytest.mark.row("B3")
@pytest.mark.parametrize("changed", [(UNRELATED,), (UNRELATED, DEARER)], ids=["something else", "the rate"])
async def test_a_key_tells_the_first_answer_after_the_price_list_has_changed(
    docs: Shop, changed: tuple[tuple[str, str], ...]
) -> None:
    customer = await docs.a_customer(credits=100)
    gate = docs.services.entitlements
    asked = {"key": "u", "add_ons": {"documentation": 1}}
    used = await gate.use(customer, CHAT, **asked)
    held = await gate.hold(customer, CHAT, key="h", reference="q1", ttl_s=60, cap_s=600, on_expiry=99)
    assert (used.charged, held.credits) == (10, 5)

    await change(docs, "docs_chat", *changed)
    again = await gate.use(customer, CHAT, **asked)
    assert (again.charged, again.repeated) == (0, True)
    still = await gate.hold(customer, CHAT, key="h", reference="q1", ttl_s=60, cap_s=600, on_expiry=99)
    assert (still.hold_id, still.credits, still.replayed) == (held.hold_id, 5, True)
    charges = [entry.amount for entry in (await docs.services.credits.entries(customer)).entries if entry.amount < 0]
    assert charges == [-10], "what was charged then"


@pytest.mark.row("A4")
async def test_another_add_on_or_quantity_or_feature_under_a_used_key_is_refused(docs: Shop) -> None:
    customer = await docs.a_customer(credits=100)
    gate = docs.services.entitlements
    await gate.use(customer, CHAT, key="k", add_ons={"documentation": 1})
    await change(docs, "docs_chat", DEARER)
    for units, add_ons in ((1, {}), (1, {"github": 1}), (2, {"documentation": 1}), (2, {"documentation": 2})):
        with pytest.raises(IdempotencyMismatch):
            await gate.use(customer, CHAT, key="k", units=units, add_ons=add_ons)
    with pytest.raises(IdempotencyMismatch):
        await gate.use(customer, CHAT, key="k", add_ons={"documentation": 1}, reference="q1")
    with pytest.raises(IdempotencyMismatch):
        await gate.hold(customer, CHAT, key="k", add_ons={"documentation": 1}, reference="q1", ttl_s=60, cap_s=600)
    assert await docs.available(customer) == 190  # 100 given, 100 of the free month, 10 spent


@pytest.mark.parametrize(("then", "now"), [(1, 1), (1, 2), (2, 1)])
async def test_demo_data_is_seeded_again_after_its_price_has_changed(shop: Shop, then: int, now: int) -> None:
    at = 'feature = "interview_session"\ncredits = '
    if then != 1:
        await change(shop, "interview_mate", (at + "1", f"{at}{then}"))
    own = await shop.a_customer()
    await Demo(shop.services).trade(own)
    assert await shop.available(own) == 2 * then
    await change(shop, "interview_mate", ('name = "Interview Mate"', 'name = "Friend"'), (at + "1", f"{at}{now}"))
    await Demo(shop.services).trade(own)
    await Demo(shop.services).trade(own)
    assert await shop.available(own) == 2
