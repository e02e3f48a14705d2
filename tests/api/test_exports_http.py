"""One's own figures as CSV: what the page shows with its filter, and nobody else's."""

import csv
import io

import pytest

from billing_app import clock
from billing_app.credits import Consume
from tests.shop import Shop

ACTIVITY, USAGE = "/api/v1/exports/activity.csv", "/api/v1/exports/usage.csv"


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.row("A8")
async def test_the_activity_leaves_as_the_page_shows_it_with_its_filter(shop: Shop) -> None:
    ada, zoe = await shop.a_person(credits=20), await shop.a_person(credits=20)
    spend = shop.services.credits.consume
    await spend(Consume(customer_id=ada, feature="interview_session", credits=3, reference="=1+1"))
    await spend(Consume(customer_id=ada, feature="question_generation", credits=2, reference="set-1"))
    await spend(Consume(customer_id=zoe, feature="interview_session", credits=7, reference="of-zoe"))
    today = clock.now().date().isoformat()
    async with shop.browser(ada) as browser:
        answer = await browser.get(ACTIVITY)
        chosen = await browser.get(ACTIVITY, params={"feature": "interview_session", "day": today})
        earlier = await browser.get(ACTIVITY, params={"day": "2001-01-01"})
        daily = await browser.get(USAGE, params={"days": 7})
        wrong = await browser.get(ACTIVITY, params={"day": "yesterday"})
    async with shop.browser() as stranger:
        refused = await stranger.get(ACTIVITY)

    rows = read(answer.text)
    assert answer.headers["content-disposition"] == 'attachment; filename="activity.csv"'
    assert [(row["feature"], row["credits"], row["balance_after"]) for row in rows] == [
        ("question_generation", "-2", "15"),
        ("interview_session", "-3", "17"),
        ("", "20", "20"),
    ]
    assert rows[1]["reference"] == "'=1+1"  # text that begins like a formula stays text
    assert [row["credits"] for row in read(chosen.text)] == ["-3"]
    assert read(earlier.text) == []
    assert "of-zoe" not in answer.text
    assert sum(int(row["credits"]) for row in read(daily.text)) == 5
    assert {row["day"] for row in read(daily.text)} >= {today}
    assert len({row["day"] for row in read(daily.text)}) == 7
    assert (wrong.status_code, refused.status_code) == (422, 401)
