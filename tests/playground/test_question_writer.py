"""The generator works from the text's own words, and always the same way."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_app.errors import InvalidInput
from billing_app.playground.advert import MAX_CHARS, TooLittle, read_advert
from billing_app.playground.question_writer import EXAMPLE_JOB, write_questions

DATA_ENGINEER = """Data Engineer (m/f/d) - Berlin
About Acme
Acme is a fast growing logistics company. We are looking for a Data Engineer to join our platform team.

What you will do:
\N{BULLET} Design and operate data pipelines in Python and Apache Airflow
\N{BULLET} Own our Snowflake warehouse, including cost and access
\N{BULLET} Mentoring junior engineers

What you bring:
- 5+ years of experience in data engineering
- Strong SQL; dbt is a plus
- Experience with AWS (S3, Lambda) and Terraform
"""
FLOWERS = (
    "we need somebody friendly for our flower shop who can bind bouquets, talk with customers about weddings "
    "and funerals, keep the books in order and open the shop on saturdays. weddings matter most."
)


def test_role_names_duties_and_years_are_read_from_the_text() -> None:
    advert = read_advert(DATA_ENGINEER)
    assert advert.role == "Data Engineer"
    assert [term.text for term in advert.terms[:4]] == ["Python", "Apache Airflow", "Snowflake", "SQL"]
    assert [duty.text for duty in advert.duties] == [
        "design and operate data pipelines in Python and Apache Airflow",
        "own our Snowflake warehouse, including cost and access",
        "mentor junior engineers",
    ]
    assert advert.years is not None
    assert advert.years.text == "5+ years of experience in data engineering"


def test_who_hires_and_where_is_nothing_to_ask_about() -> None:
    named = {term.text for term in read_advert(DATA_ENGINEER).terms}
    assert not named & {"Acme", "Berlin", "Data", "Engineer"}


def test_plain_prose_without_bullets_and_capitals_will_do() -> None:
    advert = read_advert(FLOWERS)
    assert [duty.text for duty in advert.duties] == [
        "bind bouquets",
        "talk with customers about weddings and funerals",
        "keep the books in order",
        "open the shop on saturdays",
    ]
    assert [term.text for term in advert.terms] == ["weddings"]


def test_every_question_about_the_job_shows_the_sentence_it_comes_from() -> None:
    made = write_questions(DATA_ENGINEER)
    assert made.title == "Data Engineer"
    flat = " ".join(DATA_ENGINEER.split())
    about = [question for question in made.questions if question.kind in ("The work", "What you know", "Experience")]
    assert len(about) >= 6
    assert all(question.quote and question.quote in flat for question in about)


def test_questions_differ_and_each_has_an_outline_to_answer_from() -> None:
    made = write_questions(DATA_ENGINEER)
    assert 6 <= len(made.questions) <= 11
    assert len({question.text for question in made.questions}) == len(made.questions)
    assert all(3 <= len(question.outline) <= 4 for question in made.questions)
    assert made.questions[0].answer.count("\N{BULLET}") == len(made.questions[0].outline)


def test_the_same_text_makes_the_same_set_and_another_text_another() -> None:
    assert write_questions(DATA_ENGINEER) == write_questions(DATA_ENGINEER)
    assert write_questions(DATA_ENGINEER) != write_questions(EXAMPLE_JOB)


@pytest.mark.parametrize("text", ["", "   ", "Data Engineer", "Python, SQL and Airflow, please."])
def test_too_little_text_is_refused_with_how_much_is_needed(text: str) -> None:
    with pytest.raises(TooLittle, match="20 words or more"):
        write_questions(text)


def test_text_that_names_nothing_is_refused() -> None:
    with pytest.raises(TooLittle, match="names nothing"):
        write_questions("and so on " * 20)


def test_too_much_text_is_refused() -> None:
    with pytest.raises(InvalidInput, match="20,000"):
        write_questions("word " * MAX_CHARS)


@pytest.mark.parametrize(
    "part", ["a", "A", "a ", "A ", "a.", "A. ", ": ", "\n- ", "9 years ", "who can a, and ", "x" * 50]
)
def test_a_hostile_text_is_read_in_no_time(part: str) -> None:
    text = ("word " * 20 + part * MAX_CHARS)[:MAX_CHARS]
    began = time.monotonic()
    with suppress(TooLittle):
        write_questions(text)
    assert time.monotonic() - began < 2


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.text(max_size=200))
def test_any_text_makes_a_set_or_is_refused_with_a_reason(before: str, after: str) -> None:
    try:
        made = write_questions(f"{before}\nDesign and run the Kubernetes platform with us. {after}")
    except TooLittle:
        return
    assert made.title
    assert len(made.questions) <= 11
    assert all(question.text and len(question.text) <= 500 for question in made.questions)
