"""A practice interviewer without a model: questions by topic, follow-ups that pick up the answer, feedback at the end.

Pure and deterministic: the next line follows from the turns so far. It stands in for a host product's engine, so that
gate, credit and session around it are the real ones.
"""

import re
from dataclasses import dataclass

ANSWER_MAX = 4_000
JOB_MAX = 20_000
JOB_TERMS = 12
QUESTIONS_PER_SESSION = 4


@dataclass(frozen=True, slots=True)
class Topic:
    """What an interview can be about."""

    code: str
    name: str
    questions: tuple[str, ...]


TOPICS: tuple[Topic, ...] = (
    Topic(
        "behavioural",
        "Working with others",
        (
            "Tell me about a time you disagreed with a colleague about something that mattered. What did you do?",
            "Describe a piece of work that went wrong. What was your part in it?",
            "When did you last change your mind because of feedback? What changed?",
            "Tell me about something you finished although nobody was asking for it any more.",
        ),
    ),
    Topic(
        "technical",
        "Engineering",
        (
            "Pick a system you know well. What is the weakest part of it, and why is it still so?",
            "A page that took 200 ms takes two seconds since this morning. Where do you look first?",
            "How do you decide that something is tested enough to ship?",
            "Two parts of a system disagree about the same figure. How do you find out which is right?",
        ),
    ),
    Topic(
        "product",
        "Product sense",
        (
            "Choose a product you use every week. What would you take out of it?",
            "Sign-ups doubled and revenue stayed flat. What would you want to know?",
            "How would you find out whether people understand your pricing?",
            "You may build one of two things this quarter. How do you choose?",
        ),
    ),
)

_FOLLOW_UP_BELOW_WORDS = 25
_WORD = re.compile(r"[^\W\d_][\w'-]*")
_FILLER = frozenset(
    _WORD.findall(
        """the and that this with from have has had was were are for but not you your our they them their there then
        than would could should about into over just very really some what when which who will been being because also
        did does doing done made make well good like much many more most other after before while where only same
        such"""
    )
)
_EVIDENCE = re.compile(r"\d|percent|%|weeks?|days?|months?|hours?", re.IGNORECASE)
_OWNERSHIP = re.compile(r"\bI\b")
_OUTCOME = re.compile(
    r"\b(result|outcome|learn\w*|since then|in the end|finally|shipped|reduced|improved)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what was answered."""

    question: str
    answer: str


def topic(code: str) -> Topic:
    """The topic of that code; the first one for a code there is not."""
    return next((each for each in TOPICS if each.code == code), TOPICS[0])


def next_question(code: str, turns: list[Turn]) -> str | None:
    """What the interviewer asks now; None when the session is complete.

    A short answer is asked after once, in its own words, before the next question of the topic.
    """
    questions = topic(code).questions[:QUESTIONS_PER_SESSION]
    asked = [turn.question for turn in turns]
    if turns and turns[-1].question in questions and _words(turns[-1].answer) < _FOLLOW_UP_BELOW_WORDS:
        return _follow_up(turns[-1].answer)
    return next((question for question in questions if question not in asked), None)


def feedback(turns: list[Turn], job: str = "") -> list[str]:
    """What was good and what to work on, each with the evidence for it; for at least one answer.

    Args:
        job: the advert or role the person prepares for; its telling words are looked for in the answers.
    """
    text = " ".join(turn.answer for turn in turns)
    words, count = _words(text), len(turns)
    if count == 1:
        lines = [f"You gave one answer, of {words} word{'s' if words != 1 else ''}."]
    else:
        lines = [f"You gave {count} answers, {words // max(count, 1)} words each on average."]
    if _EVIDENCE.search(text):
        lines.append("You named figures or times. That makes a story believable; keep doing it.")
    else:
        lines.append("No answer held a figure or a time. Add one to each: how many, how long, how much.")
    if len(_OWNERSHIP.findall(text)) >= count:
        lines.append("It was clear what you did yourself.")
    else:
        lines.append('Say "I" where you acted: it was hard to tell your part from the team\'s.')
    if _OUTCOME.search(text):
        lines.append("You said how things ended, which many leave out.")
    else:
        lines.append("End each story with what came of it, or what you learnt.")
    return lines + _about_the_job(text, job)


def _about_the_job(text: str, job: str) -> list[str]:
    wanted = [word.lower() for word in _telling(job[:JOB_MAX]) if len(word) > 4]
    terms = list(dict.fromkeys(wanted))[:JOB_TERMS]
    if not terms:
        return []
    said = {word.lower() for word in _WORD.findall(text)}
    missing = [term for term in terms if term not in said]
    line = f"Of {len(terms)} terms of the job, your answers used {len(terms) - len(missing)}."
    return [f"{line} Not heard: {', '.join(missing[:6])}." if missing else line]


def _follow_up(answer: str) -> str:
    subject = _subject(answer)
    if subject:
        return f'You mentioned "{subject}". Take me through that: what happened, and what did you do yourself?'
    return "Can you give me a concrete example, with what you did and how it ended?"


def _subject(answer: str) -> str:
    """The longest telling word of an answer, the first of several."""
    return max(_telling(answer), key=len, default="")[:40]


def _telling(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if len(word) > 3 and word.lower() not in _FILLER]


def _words(text: str) -> int:
    return len(_WORD.findall(text))
