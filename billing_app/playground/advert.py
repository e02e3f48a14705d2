"""What a job text asks for: the role, the things it names, what one would do there. Pure; reads, invents nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from billing_app.errors import InvalidInput

MIN_WORDS = 20
MAX_CHARS = 20_000
MAX_TERMS = 8
MAX_DUTIES = 4
MAX_LINES = 400
QUOTE_MAX = 160
TITLE_MAX = 80


class TooLittle(InvalidInput):
    """The text is too short, or names nothing a question could be about."""

    code = "job_text_too_short"
    title = "Not enough to go by"


@dataclass(frozen=True, slots=True)
class Named:
    """Something the text names, and the sentence that does.

    Attributes:
        proper: it is a name (PostgreSQL, CI/CD, Google Analytics), not an ordinary word.
    """

    text: str
    quote: str
    proper: bool = False


@dataclass(frozen=True, slots=True)
class Advert:
    """A job text, read.

    Attributes:
        role: `Senior Data Engineer`; empty when the text does not say.
        terms: what it names, most telling first.
        duties: what one would do, each so that "you have to ..." can stand before it.
        years: the experience it demands, in its own words; None when it demands none.
    """

    role: str
    terms: tuple[Named, ...]
    duties: tuple[Named, ...]
    years: Named | None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BULLET = re.compile(r"^[\s\-*\N{BULLET}\N{MIDDLE DOT}\N{EN DASH}\N{EM DASH}>]+|^\s*\d{1,2}[.)]\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?;])(?<!\bSt\.)(?<!\bDr\.)(?<!\b[A-Z]\.)\s+|(?<=:)\s+(?=[A-Z])")
_WORD = re.compile(r"[^\W_](?:[\w+#&'./-]*[\w+#])?")
_ROLE_NOUN = (
    "accountant|administrator|advisor|advocate|analyst|architect|artist|assistant|associate|chef|clerk|coach|"
    "consultant|coordinator|designer|developer|director|editor|electrician|engineer|executive|intern|lawyer|"
    "lead|librarian|manager|marketer|mechanic|nurse|officer|operator|owner|pharmacist|physician|planner|producer|"
    "programmer|recruiter|representative|researcher|scientist|specialist|strategist|supervisor|teacher|technician|"
    "therapist|translator|tutor|writer"
)
_ROLE = re.compile(rf"((?:[^\W\d_][\w/&+-]*[ ]){{0,3}}(?:{_ROLE_NOUN}))\b", re.IGNORECASE)
_YEARS = re.compile(r"(?:at least )?\d{1,2}\s?\+?(?:\s?(?:-|to)\s?\d{1,2})?\s+years?\b[^.;,\n]{0,60}", re.IGNORECASE)
_KNOWS = re.compile(
    r"(?:experience (?:with|in|of)|knowledge of|familiar(?:ity)? with|skills? in|proficien(?:t|cy) (?:in|with)|"
    r"expertise in|background in|understanding of)\s+([^.;,\n()]{3,60})",
    re.IGNORECASE,
)
_EMPLOYER = re.compile(
    r"\b(?:[Aa]t|[Aa]bout|[Jj]oin|[Jj]oining)\s+([A-Z][\w&-]*)"
    r"|\b((?:[A-Z][\w&-]*\s+){1,3})(?:is|are)\s+(?:an?|the|seeking|looking|hiring|now|one)\b"
)
_CAN = re.compile(r"\bwho (?:can|will|could)\s+(.+)", re.IGNORECASE)
_AND = re.compile(r",\s*(?:and\s+)?|\s+and\s+(?=\w+\s+(?:the|a|an|our|with)\b)")
_WILL = re.compile(
    r"^(?:in this role,? )?you(?:'|\N{RIGHT SINGLE QUOTATION MARK})?(?: wi)?ll (?:also )?(?:be )?", re.IGNORECASE
)
_VERBS = _words(
    """advise analyse analyze assist automate build care champion coach collaborate communicate conduct contribute
    coordinate create debug define deliver deploy design develop document drive ensure establish evaluate execute extend
    facilitate grow guide handle help identify implement improve integrate investigate keep launch lead maintain make
    manage measure mentor migrate monitor negotiate operate optimise optimize organise organize own oversee partner plan
    prepare present prioritise prioritize produce provide research resolve review run scale sell serve set shape ship
    solve supervise support teach test track train translate turn understand update work write"""
)
_FILLER = _words(
    """a about above after again all also among an and any apply are around as at based be because been before being
    benefits best both but by can candidate candidates career company culture day days desirable do does during each
    either employer environment etc every excellent experience experienced familiarity fast flexible for from full
    good great have having help high hiring home hours how ideal if in including into is it its job join knowledge like
    looking make making more most must new nice not of office offer on one opportunities opportunity or other our out
    over own part people per permanent person place please plus position preferred professional proven provide
    qualification qualifications relevant required requirement requirements responsibilities responsibility role salary
    same see seeking should skill skills solid some strong such support task tasks team teams that the their them then
    there these they thing things this those through time to together under understanding up us use used using very via
    want was we week well what when where which while who whole will with within without work working world would year
    years you your yours yourself least minimum monday tuesday wednesday thursday friday remote hybrid email cv
    resume ability able across always between bring daily degree equivalent similar closely successful love passion
    passionate motivated really know known need needs wanted willing"""
)
_BEFORE_ROLE = _words(
    "a an the for as our your we seek seeking hiring is are need needs want wanted join looking new and or with to of"
)


def read_advert(text: str) -> Advert:
    """Read a job text.

    Raises:
        InvalidInput: no text, or more than 20,000 characters.
        TooLittle: fewer than 20 words, or nothing in it to ask about.
    """
    if not isinstance(text, str) or len(text) > MAX_CHARS:
        raise InvalidInput(f"A job text has {MAX_CHARS:,} characters at most.", field="job")
    words = len(_WORD.findall(text))
    if words < MIN_WORDS:
        raise TooLittle(f"Paste more of the advert: {MIN_WORDS} words or more, here are {words}.", field="job")
    sentences = list(_sentences(text))
    role = _role(text)
    advert = Advert(role, _terms(sentences, role), _duties(sentences), _years(sentences))
    if not advert.terms and not advert.duties:
        raise TooLittle("This text names nothing a question could be about. Paste the advert itself.", field="job")
    return advert


def quoted(sentence: str) -> str:
    """A sentence short enough to stand below a question, cut between words."""
    sentence = sentence.rstrip(";,: ")
    if len(sentence) <= QUOTE_MAX:
        return sentence
    return sentence[:QUOTE_MAX].rpartition(" ")[0].rstrip(" ,;:") + "\N{HORIZONTAL ELLIPSIS}"


def _sentences(text: str) -> Iterator[str]:
    for line in text.splitlines()[:MAX_LINES]:
        for sentence in _SENTENCE_END.split(_BULLET.sub("", line).strip()):
            clean = " ".join(sentence.split())
            if clean:
                yield clean


def _role(text: str) -> str:
    """The first line that names a kind of work, without what adverts hang on to it."""
    for line in [line.strip() for line in text[:2_000].splitlines() if line.strip()][:12]:
        found = _ROLE.search(line)
        if found is None:
            continue
        words = found.group(1).split()
        cut = max((place + 1 for place, word in enumerate(words) if word.lower() in _BEFORE_ROLE), default=0)
        words = words[cut:]
        if words:
            return " ".join(word if word[0].isupper() else word.capitalize() for word in words)[:TITLE_MAX]
    return ""


def _terms(sentences: list[str], role: str) -> tuple[Named, ...]:
    """What the text names: names score above words, and what is said again above what is said once."""
    skipped = {word.lower() for word in role.split()} | _employers(sentences)
    heading = next((sentence for sentence in sentences if role and role.lower() in sentence.lower()), "")
    sentences = [sentence for sentence in sentences if sentence != heading or len(_WORD.findall(heading)) > 8]
    scores: dict[str, int] = {}
    first: dict[str, Named] = {}
    for sentence in sentences:
        for term, proper, worth in _named_in(sentence):
            key = term.lower()
            if key in skipped or any(word in skipped for word in key.split()):
                continue
            scores[key] = scores.get(key, 0) + worth
            if key not in first or (proper and not first[key].proper):
                first[key] = Named(term, quoted(sentence), proper)
    telling = [key for key in first if first[key].proper or scores[key] >= 2]
    order = {key: place for place, key in enumerate(first)}
    telling.sort(key=lambda key: (-scores[key], order[key]))
    return tuple(first[key] for key in _apart(telling)[:MAX_TERMS])


def _apart(keys: list[str]) -> list[str]:
    """Without those that are part of one that comes before, or hold one."""
    kept: list[str] = []
    for key in keys:
        words = set(key.split())
        if not any(words <= set(other.split()) or words >= set(other.split()) for other in kept):
            kept.append(key)
    return kept


def _named_in(sentence: str) -> Iterator[tuple[str, bool, int]]:
    """(term, whether it is a name, what it counts) for everything a sentence names."""
    known = _KNOWS.search(sentence)
    if known:
        phrase = _phrase(known.group(1))
        if phrase:
            yield phrase, False, 3
    run: list[str] = []
    for place, found in enumerate([*_WORD.finditer(sentence), None]):
        word = found.group() if found else ""
        if word and _is_name(word, starts=place == 0) and word.lower() not in _FILLER:
            joined = not run or sentence[: found.start()].endswith(f"{run[-1]} ") if found else False
            if joined and len(run) < 3:
                run.append(word)
                continue
        if run:
            yield " ".join(run), True, 4
            run = []
        if word and _is_name(word, starts=place == 0) and word.lower() not in _FILLER:
            run = [word]
        elif len(word) > 5 and word.isalpha() and word.lower() not in _FILLER | _VERBS:
            yield word.lower(), False, 1


def _is_name(word: str, *, starts: bool) -> bool:
    """Whether a word is written as a name: CI/CD, C++, PostgreSQL, S3, or a capital inside a sentence."""
    if len(word) < 2 or word.isdigit() or not any(letter.isalpha() for letter in word):
        return False
    if any(letter.isupper() for letter in word[1:]) or any(sign in word for sign in "+#") or word[-1].isdigit():
        return not word.isdigit() and word[0].isalpha()
    return word[0].isupper() and not starts


def _phrase(text: str) -> str:
    """Up to three words of what somebody should know, in lower case; empty when its first is a name or says nothing."""
    words: list[str] = []
    for word in text.split()[:6]:
        bare = word.strip("'\"")
        if bare.lower() in _FILLER or not bare.isalpha() or not bare.islower():
            if words:
                break
            if bare.lower() not in _FILLER:
                return ""
            continue
        words.append(bare)
    return " ".join(words[:3])


def _employers(sentences: list[str]) -> set[str]:
    """Words that name who hires: nothing to ask about."""
    found = [name for sentence in sentences for match in _EMPLOYER.findall(sentence) for name in match]
    return {word.lower() for name in found for word in name.split()}


def _duties(sentences: list[str]) -> tuple[Named, ...]:
    """What there is to do, each made to follow "you have to"."""
    found: dict[str, Named] = {}
    for sentence in sentences:
        for duty in _duties_in(sentence):
            found.setdefault(duty.lower(), Named(duty, quoted(sentence)))
    return tuple(found.values())[:MAX_DUTIES]


def _duties_in(sentence: str) -> Iterator[str]:
    """A line that says what to do, or the parts of "somebody who can ..."."""
    head, _, rest = _WILL.sub("", sentence).partition(" ")
    verb = _infinitive(head.lower().strip(",:"))
    if verb is not None and len(rest.split()) >= 2:
        yield quoted(f"{verb} {rest}".rstrip(" .;!,"))
        return
    can = _CAN.search(sentence)
    for part in _AND.split(can.group(1)) if can else ():
        duty = part.strip(" .;!,")
        if len(duty.split()) >= 2:
            yield quoted(duty)


def _infinitive(word: str) -> str | None:
    """`design` for `design` and `designing`, `manage` for `managing`, `run` for `running`; None for no such verb."""
    if word in _VERBS:
        return word
    if not word.endswith("ing"):
        return None
    stem = word[:-3]
    return next((verb for verb in (stem, stem + "e", stem[:-1]) if verb in _VERBS), None)


def _years(sentences: list[str]) -> Named | None:
    for sentence in sentences:
        found = _YEARS.search(sentence)
        if found:
            return Named(found.group().strip(), quoted(sentence))
    return None
