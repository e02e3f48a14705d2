"""Interview questions with answer outlines from a job text: a small engine that works from the text's own words.

Pure and deterministic: the same text makes the same set. It stands in for a host product's model, so that the lock,
the one use and what was made are the real ones. Each question shows the sentence it comes from.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from billing_app.playground.advert import Advert, Named, quoted, read_advert

DUTIES_ASKED = 3
TERMS_ASKED = 4


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set.

    Attributes:
        kind: what it is about: `Motivation`, `The work`, `What you know`, `Judgement`, `Experience`, `Your turn`.
        outline: what a good answer says, in order; the person fills it with their own story.
        quote: the advert's sentence it was made from; empty where it is about the whole.
    """

    kind: str
    text: str
    outline: tuple[str, ...]
    quote: str = ""

    @property
    def answer(self) -> str:
        """The outline as text to start an answer from."""
        return "\n".join(f"\N{BULLET} {line}" for line in self.outline)


@dataclass(frozen=True, slots=True)
class Written:
    """A made set, not stored yet."""

    title: str
    questions: tuple[Question, ...]


def write_questions(job: str) -> Written:
    """Make the questions for a job text: eleven at most, from motivation to what to ask back.

    Raises:
        InvalidInput: too long. TooLittle: nothing to go by.
    """
    advert = read_advert(job)
    asked = [
        _motivation(advert),
        *_about_work(advert),
        *_about_terms(advert),
        *_judgement(advert),
        *_experience(advert),
        _your_turn(advert),
    ]
    subject = advert.terms[0] if advert.terms else advert.duties[0]
    return Written(advert.role or quoted(_sentence(subject.text)), tuple(asked))


def _motivation(advert: Advert) -> Question:
    role = f"work as {_article(advert.role)} {advert.role}" if advert.role else "do this work"
    names = _listed([term.text for term in advert.terms[:2]]) or "what the advert describes"
    return Question(
        "Motivation",
        f"Why do you want to {role}, and why here?",
        (
            "One sentence on what you do now and what you want next.",
            f"Two things in this advert that you have done before: {names}.",
            "What you would learn here that you cannot learn where you are.",
            "Leave out pay and praise: say what you would work on in the first month.",
        ),
    )


def _about_work(advert: Advert) -> Iterator[Question]:
    asks = (
        "This job asks you to {duty}. When did you last do that, and how did it end?",
        "It is your first month here and you have to {duty}. Where do you begin?",
        "What goes wrong most often when people {duty}, and how do you notice early?",
    )
    outlines = (
        (
            "The situation in two sentences: where, when, what was at stake.",
            "Your own part: three steps, each with the reason for it.",
            "How it ended, with one figure: time, money, people or errors.",
            "What you would do differently today.",
        ),
        (
            "Whom you talk to first, and the one question you ask each of them.",
            "What you look at before you change anything.",
            "A small first result within two weeks, and how you would show it.",
            "What you leave alone at first, and why.",
        ),
        (
            "Name the failure plainly; the best one is your own.",
            "The first sign of it, and who sees that sign.",
            "What you set up so that it is seen: a check, a number, a regular talk.",
            "One time it was caught, or was not, and what that cost.",
        ),
    )
    for duty, ask, outline in zip(advert.duties[:DUTIES_ASKED], asks, outlines, strict=False):
        yield Question("The work", ask.format(duty=duty.text), outline, duty.quote)


def _about_terms(advert: Advert) -> Iterator[Question]:
    named = (
        "What have you done with {term} yourself, and what was hard about it?",
        "Explain {term} to a new colleague in two minutes. What do you say first?",
        "What do people usually get wrong about {term}?",
        "How would you find out whether somebody else really knows {term}?",
    )
    ordinary = (
        "Tell me about a time when it all came down to {term}.",
        "How would your last colleagues describe you when it comes to {term}?",
        "How do you tell good {term} from bad?",
        "What did you once get wrong about {term}?",
    )
    for place, term in enumerate(advert.terms[:TERMS_ASKED]):
        ask = (named if term.proper else ordinary)[place]
        yield Question("What you know", ask.format(term=term.text), _knows(term, place), term.quote)


def _knows(term: Named, place: int) -> tuple[str, ...]:
    story = (
        f"One piece of work where {term.text} mattered: what it was for, and for whom.",
        f"{_sentence(term.text)} in one sentence, without another technical word.",
        f"The mistake you saw most often with {term.text}, and why it is so easy to make.",
        f"Where you met {term.text}, and how deep you went: used, built with, or taught.",
    )[place]
    proof = (
        "A decision you made there that you would defend, and one you would not.",
        "An everyday comparison, then where the comparison breaks.",
        "What it cost once, in time or money, and who noticed.",
        "Two details that only somebody knows who has done it.",
    )[place]
    figure = (
        "One figure, before and after.",
        "Why it matters in this job, with an example from the advert.",
        "How you would keep others from it, in one habit.",
        "What you still do not know about it, and how you would find out.",
    )[place]
    return story, proof, figure


def _judgement(advert: Advert) -> Iterator[Question]:
    if len(advert.terms) < 2:
        return
    one, other = advert.terms[0], advert.terms[1]
    yield Question(
        "Judgement",
        f"You can get better at one of these this month: {one.text} or {other.text}. Which one, and why?",
        (
            f"Where you stand with {one.text} and with {other.text} today, honestly.",
            "Which of them this job would ask of you first, and how you know.",
            "Decide, and say what would make you change your mind.",
            "How somebody else would see after a month that it worked.",
        ),
        one.quote if one.quote == other.quote else "",
    )


def _experience(advert: Advert) -> Iterator[Question]:
    if advert.years is None:
        return
    yield Question(
        "Experience",
        f"The advert asks for {advert.years.text}. Which part of your experience counts most for this job?",
        (
            "One line for each place: how long, in what part, what changed because of you.",
            "The one year that taught you most, and what it taught.",
            "If you have fewer years than asked: what you have done in them that others need longer for.",
        ),
        advert.years.quote,
    )


def _your_turn(advert: Advert) -> Question:
    about = advert.duties[0].text if advert.duties else f"work with {advert.terms[0].text}"
    return Question(
        "Your turn",
        "What would you like to ask us?",
        (
            f"How do you {about} today, and what would you want to be different in a year?",
            "How will you know after six months that hiring me was right?",
            "What did the last person in this job find hardest?",
        ),
    )


def _listed(names: list[str]) -> str:
    return " and ".join(names)


def _article(role: str) -> str:
    return "an" if role[:1].lower() in "aeiou" else "a"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


EXAMPLE_JOB = """Senior Support Engineer
You will run the support desk for two thousand shops and write the runbooks our night shift works from.
- Investigate incidents across Kubernetes and PostgreSQL
- Coach two junior colleagues
We ask for 4+ years of customer support and experience with incident reviews.
"""
"""An advert of nobody's, to show what a set looks like."""
