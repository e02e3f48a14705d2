"""One product and one browser for every test here; a world of its own for each."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import stripe
from playwright.async_api import Browser, async_playwright, expect

from billing_app.accounts.service import AccountService
from billing_app.credits import CreditService
from billing_app.db.engine import Database
from billing_app.payments.stripe_transport import Transport
from billing_app.sandbox.config import DEFAULT_API_KEY
from scripts.browser import executable
from tests.browser.world import WAIT_MS, Installation, World
from tests.front_door.product import Product

CATALOG = "interview_mate"
DOCS_CATALOG = "docs_chat"
PLANS_CATALOG = "showcase"
# Nothing that speaks to the network by itself, and nothing a container does not have.
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The product with the catalogue of system A. To try tests out, RUNNING_DATA_DIR names one that runs already."""
    if running := os.environ.get("RUNNING_DATA_DIR"):
        yield _reached(Path(running))
        return
    product = Product(tmp_path_factory.mktemp("browsing"), environment={"CATALOG": CATALOG})
    product.start()
    try:
        yield _reached(product.data_dir)
    finally:
        product.stop()


@pytest.fixture(scope="session")
def docs_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The same with the catalogue of system B, for the chat; RUNNING_DOCS_DATA_DIR names one that runs already."""
    if running := os.environ.get("RUNNING_DOCS_DATA_DIR"):
        yield _reached(Path(running), DOCS_CATALOG)
        return
    product = Product(tmp_path_factory.mktemp("chatting"), environment={"CATALOG": DOCS_CATALOG})
    product.start()
    try:
        yield _reached(product.data_dir, DOCS_CATALOG)
    finally:
        product.stop()


@pytest.fixture(scope="session")
def plans_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The same with plans by month and year, trials, and one by contact; RUNNING_PLANS_DATA_DIR names one that runs."""
    if running := os.environ.get("RUNNING_PLANS_DATA_DIR"):
        yield _reached(Path(running), PLANS_CATALOG)
        return
    product = Product(tmp_path_factory.mktemp("subscribing"), environment={"CATALOG": PLANS_CATALOG})
    product.start()
    try:
        yield _reached(product.data_dir, PLANS_CATALOG)
    finally:
        product.stop()


def _reached(data_dir: Path, catalog: str = CATALOG) -> Installation:
    told = json.loads((data_dir / catalog / "running.json").read_text())
    environment = told["environment"]
    return Installation(
        url=told["public_url"],
        database_url=environment["DATABASE_URL"],
        secret_key=environment["SECRET_KEY"],
        stripe_url=environment["STRIPE_API_BASE"],
    )


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where the browser is."""
    path = executable()
    assert path, "There is no browser here: 'make browser' finds or installs one."
    return path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(browser_path: str) -> AsyncIterator[Browser]:
    """The browser; each test opens windows of its own in it."""
    expect.set_options(timeout=WAIT_MS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=browser_path, args=list(_QUIET))
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def world(installation: Installation, chromium: Browser) -> AsyncIterator[World]:
    """The product, and what a test does to it. Ends with: no page has complained."""
    async with _world(installation, chromium) as made:
        yield made
    assert made.unexpected() == []


@pytest_asyncio.fixture(loop_scope="session")
async def docs_world(docs_installation: Installation, chromium: Browser) -> AsyncIterator[World]:
    """The same, where the chat is sold."""
    async with _world(docs_installation, chromium) as made:
        yield made
    assert made.unexpected() == []


@pytest_asyncio.fixture(loop_scope="session")
async def plans_world(plans_installation: Installation, chromium: Browser) -> AsyncIterator[World]:
    """The same, where plans are sold by month and by year."""
    async with _world(plans_installation, chromium) as made:
        yield made
    assert made.unexpected() == []


@asynccontextmanager
async def _world(installation: Installation, chromium: Browser) -> AsyncIterator[World]:
    async with AsyncExitStack() as rooms:
        database = Database(installation.database_url, pool_size=2, follows_clock=True)
        rooms.push_async_callback(database.close)
        credits = CreditService(database)
        rooms.push_async_callback(credits.close)
        connections = Transport(installation.stripe_url)
        rooms.push_async_callback(connections.close_async)
        made = World(
            at=installation,
            chromium=chromium,
            database=database,
            accounts=AccountService(database, secret=installation.secret_key, sandbox=True, answer_floor_s=0),
            credits=credits,
            stripe=stripe.StripeClient(
                DEFAULT_API_KEY, base_addresses={"api": installation.stripe_url}, http_client=connections
            ),
            rooms=rooms,
        )
        yield made
