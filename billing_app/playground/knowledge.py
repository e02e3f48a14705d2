"""What a question may be answered from: the price list's own words, the customer's own things, guides and code."""

from collections.abc import Iterable

from billing_app.catalog.faq import questions
from billing_app.catalog.service import CatalogService
from billing_app.playground import shelves
from billing_app.playground.answerer import Inquiry
from billing_app.playground.drafts import DraftService
from billing_app.playground.extras import Offered, Search
from billing_app.playground.interviews import InterviewService
from billing_app.playground.passages import Passage, Shelf

INTERVIEWS_READ = 20
JOB_DRAFT = "playground/interview"
_OWN_INTERVIEW = "Your practice interview"


class Knowledge:
    """Gathers it, for one customer and one question."""

    def __init__(self, catalog: CatalogService, interviews: InterviewService, drafts: DraftService) -> None:
        self._catalog = catalog
        self._interviews = interviews
        self._drafts = drafts

    async def inquiry(self, customer_id: int, question: str, extras: Iterable[Offered]) -> Inquiry:
        """The question with all it may be looked up in; only what the extras search is fetched."""
        asked = tuple(extras)
        wanted = {one.extra.shelf for one in asked if isinstance(one.extra, Search)}
        found = {name: await self._shelf(name, customer_id) for name in sorted(wanted)}
        return Inquiry(question, asked, await self._facts(customer_id), found)

    async def _facts(self, customer_id: int) -> Shelf:
        catalog = await self._catalog.current()
        facts = [
            Passage("Pricing page", one.question, one.answer) for one in questions(catalog, self._catalog.capabilities)
        ]
        if any(feature.playground == "interview" for feature in catalog.features):
            facts += await self._past_interviews(customer_id)
        return Shelf(facts)

    async def _past_interviews(self, customer_id: int) -> list[Passage]:
        history = await self._interviews.history(customer_id, limit=INTERVIEWS_READ)
        said = [Passage(_OWN_INTERVIEW, turn.question, turn.answer) for one in history for turn in one.turns]
        noticed = [
            Passage(_OWN_INTERVIEW, "What we noticed: feedback", "\n".join(one.feedback))
            for one in history
            if one.feedback
        ]
        return said + noticed

    async def _shelf(self, name: str, customer_id: int) -> Shelf:
        match name:
            case "documentation":
                return await shelves.guides()
            case "code":
                return await shelves.source_code()
            case "job":
                draft = await self._drafts.get(customer_id, JOB_DRAFT)
                paragraphs = draft.text.split("\n\n") if draft else []
                return Shelf(
                    Passage("The job you prepare for", "Job advert", text) for text in paragraphs if text.strip()
                )
        raise LookupError(f"no shelf is called {name}")
