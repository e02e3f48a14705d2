"""The practice interviewer follows what was said."""

from billing_app.playground.interviewer import QUESTIONS_PER_SESSION, TOPICS, Turn, feedback, next_question, topic

LONG = "I measured it for two weeks and found that " + "the cache was cold on every deploy " * 6


def test_a_short_answer_is_asked_after_in_its_own_words() -> None:
    first = next_question("technical", [])
    assert first is not None
    assert first == topic("technical").questions[0]
    follow_up = next_question("technical", [Turn(first, "The scheduler, mostly.")])
    assert follow_up is not None
    assert '"scheduler"' in follow_up


def test_a_full_answer_leads_to_the_next_question_and_a_session_ends() -> None:
    for each in TOPICS:
        turns: list[Turn] = []
        while (question := next_question(each.code, turns)) is not None:
            turns.append(Turn(question, LONG))
        assert [turn.question for turn in turns] == list(each.questions[:QUESTIONS_PER_SESSION])


def test_even_an_empty_answer_moves_on_after_one_follow_up() -> None:
    turns: list[Turn] = []
    while (question := next_question("product", turns)) is not None:
        turns.append(Turn(question, ""))
        assert len(turns) <= 2 * QUESTIONS_PER_SESSION


def test_feedback_names_what_is_missing() -> None:
    vague = " ".join(feedback([Turn("q", "We talked and it was fine.")]))
    assert "figure or a time" in vague
    assert 'Say "I"' in vague
    exact = " ".join(feedback([Turn("q", "I cut it from 9 to 2 days; in the end we shipped.")]))
    assert "You named figures" in exact
    assert "You said how things ended" in exact


def test_feedback_compares_the_answers_with_the_job() -> None:
    turns = [Turn("q", "I kept the Kubernetes cluster alive.")]
    job = "We look for somebody who knows Kubernetes and Terraform."
    assert any("Not heard: " in line and "terraform" in line for line in feedback(turns, job))
    assert not any("terms of the job" in line for line in feedback(turns))
