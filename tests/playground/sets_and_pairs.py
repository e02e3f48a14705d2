"""People's purchases, sets and pairs, in one line each."""

import asyncio

from billing_app.playground.library import PairView
from billing_app.playground.question_sets import SetView
from billing_app.playground.question_writer import EXAMPLE_JOB
from tests.shop import Bought, Shop

GENERATOR, MANAGEMENT = "ai_qa_generator", "qa_management"


async def own(shop: Shop, customer: int, unlock: str) -> None:
    """The unlock, bought and paid."""
    await shop.buy(customer, "unlock", unlock)


async def give_back(shop: Shop, bought: Bought) -> None:
    """The whole price refunded, and the news of it worked off."""
    await asyncio.to_thread(lambda: shop.sandbox.client().v1.refunds.create({"payment_intent": bought.payment_intent}))
    await shop.settle()


async def make(shop: Shop, customer: int, set_id: str = "", job: str = EXAMPLE_JOB) -> SetView:
    """A question set."""
    return await shop.services.question_sets.make(customer, set_id or shop.services.question_sets.new_id(), job)


async def add(
    shop: Shop, customer: int, question: str = "Why?", answer: str = "Because.", pair_id: str = ""
) -> PairView:
    """A pair in the library."""
    return await shop.services.library.create(customer, pair_id or shop.services.library.new_id(), question, answer)


async def questions(shop: Shop, customer: int) -> list[str]:
    """What the library asks, newest first."""
    return [pair.question for pair in (await shop.services.library.page(customer)).pairs]


async def uses(shop: Shop) -> int:
    """How many uses of unlocks were ever taken."""
    return (await shop.rows("SELECT count(*) AS n FROM unlock_uses"))[0]["n"]
