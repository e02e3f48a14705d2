"""The contact form over HTTP: what is stored, who is written to, and what abuse meets."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from tests.shop import Shop

CONTACT = "/api/v1/enquiries"
FORM = {
    "name": "Ada Lovelace",
    "email": "Ada@Example.com",
    "company": "Analytical Engines",
    "plan": "enterprise",
    "message": "We are forty people.\r\nWhat would 100,000 credits a month be?",
}


async def stored(shop: Shop) -> list[dict[str, object]]:
    return await shop.rows("SELECT * FROM enquiries ORDER BY id")


async def mails(shop: Shop) -> list[dict[str, object]]:
    return await shop.rows(
        "SELECT kind, recipient, reference, data FROM outbox JOIN outbox_deliveries ON outbox_id = outbox.id "
        "ORDER BY outbox.id"
    )


@pytest.mark.row("B1")
@pytest.mark.row("B7")
async def test_a_strangers_question_is_stored_and_both_sides_are_written_to(shop: Shop) -> None:
    async with shop.browser() as browser:
        answer = await browser.post(CONTACT, data=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/contact/sent")
    (row,) = await stored(shop)
    assert row["message"] == "We are forty people.\nWhat would 100,000 credits a month be?"
    assert (row["name"], row["email"], row["plan_code"], row["customer_id"]) == (
        "Ada Lovelace", "Ada@example.com", "enterprise", None,
    )  # fmt: skip
    seller, sender = await mails(shop)
    assert (seller["kind"], seller["recipient"]) == ("enquiry", "help@docschat.example")
    assert (sender["kind"], sender["recipient"]) == ("enquiry_received", "Ada@example.com")
    await shop.work()
    kept = await shop.rows("SELECT recipient, subject, text FROM mailbox ORDER BY id")
    told = {mail["recipient"]: f"{mail['subject']}\n{mail['text']}" for mail in kept}
    assert "100,000 credits a month" in told["help@docschat.example"]
    assert "Enterprise" in told["help@docschat.example"]
    # Whoever fills in another's address must not have us mail their words to that person.
    assert str(row["number"]) in told["Ada@example.com"]
    for words in ("forty", "Lovelace", "Analytical"):
        assert words not in told["Ada@example.com"]


async def test_who_is_signed_in_is_known_by_it_and_reads_no_elses_enquiry(shop: Shop) -> None:
    ada, bob = await shop.a_person(), await shop.a_person()
    async with shop.browser(ada) as browser:
        answer = await browser.post(CONTACT, json=FORM)
    assert answer.status_code == 200
    assert (await stored(shop))[0]["customer_id"] == ada
    for customer, seen in ((ada, [answer.json()["enquiry"]]), (bob, [])):
        async with shop.services.database.as_customer(customer) as session:
            assert list(await session.scalars(text("SELECT number FROM enquiries"))) == seen


async def test_the_same_words_sent_twice_are_one_enquiry(shop: Shop) -> None:
    async with shop.browser() as browser:
        first, second = [await browser.post(CONTACT, json=FORM) for _ in range(2)]
    assert first.json() == second.json()
    assert len(await stored(shop)) == 1
    assert len(await mails(shop)) == 2


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "", "invalid_name"),
        ("name", "Win now at www.example.com", "invalid_name"),
        ("email", "ada", "invalid_email"),
        ("email", "ada@example.com\nBcc: eve@example.com", "invalid_email"),
        ("company", "a\x00b", "invalid_company"),
        ("message", " \n\u200b ", "no_message"),
        ("message", "a" * 1501, "message_too_long"),
        ("plan", "platinum", "unknown_plan"),
        ("plan", "pro", "unknown_plan"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(shop: Shop, field: str, value: str, code: str) -> None:
    wrong = FORM | {field: value}
    async with shop.browser() as browser:
        script = await browser.post(CONTACT, json=wrong)
        form = await browser.post(CONTACT, data=wrong)
    assert script.json()["code"] == code
    back = urlsplit(form.headers["location"])
    assert (form.status_code, back.path, back.fragment) == (303, "/contact", "not-sent")
    assert parse_qs(back.query) == {"error": [code], "plan": [wrong["plan"]]}
    assert await stored(shop) == await mails(shop) == []


async def test_a_missing_field_is_named(shop: Shop) -> None:
    async with shop.browser() as browser:
        answer = await browser.post(CONTACT, json={"email": "ada@example.com"})
    assert (answer.status_code, answer.json()["field"]) == (422, "name")


async def test_the_longest_message_fits_also_in_japanese(shop: Shop) -> None:
    async with shop.browser() as browser:
        answer = await browser.post(CONTACT, data=FORM | {"message": "課" * 1500})
    assert answer.headers["location"] == "/contact/sent"
    assert (await stored(shop))[0]["message"] == "課" * 1500


async def test_a_machine_that_fills_in_every_field_is_thanked_and_forgotten(shop: Shop) -> None:
    async with shop.browser() as browser:
        answer = await browser.post(CONTACT, data=FORM | {"website": "https://spam.example"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/contact/sent")
    assert await stored(shop) == await mails(shop) == []


async def test_one_address_gets_a_few_confirmations_an_hour_and_one_place_sends_a_few_more(shop: Shop) -> None:
    async with shop.browser() as browser:
        to_one = [await browser.post(CONTACT, json=FORM | {"message": f"Question {n}"}) for n in range(4)]
        from_one = [await browser.post(CONTACT, json=FORM | {"email": f"ada{n}@example.com"}) for n in range(8)]
        form = await browser.post(CONTACT, data=FORM)
    assert [answer.status_code for answer in to_one] == [200, 200, 200, 429]
    assert from_one[-1].json()["code"] == "rate_limited"
    assert int(from_one[-1].headers["retry-after"]) > 0
    assert parse_qs(urlsplit(form.headers["location"]).query)["error"] == ["rate_limited"]
    assert len(await stored(shop)) <= 10


@pytest.mark.row("A12")
async def test_a_form_on_another_site_sends_nothing(shop: Shop) -> None:
    async with shop.browser() as browser:
        answer = await browser.post(CONTACT, json=FORM, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert await stored(shop) == []


async def test_the_seller_reads_them_newest_first_page_by_page(shop: Shop) -> None:
    async with shop.browser() as browser:
        for n in range(3):
            await browser.post(CONTACT, json=FORM | {"message": f"Question {n}"})
    first = await shop.services.enquiries.list(limit=2)
    rest = await shop.services.enquiries.list(before=first[-1].id)
    assert [each.message for each in (*first, *rest)] == ["Question 2", "Question 1", "Question 0"]
    assert first[0].plan == "enterprise"
