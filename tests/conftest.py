"""Real PostgreSQL for every test: one server per run, a database of its own for each test, as it was migrated."""

import functools
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest
from psycopg import sql

from billing_app import clock
from billing_app.db.embedded import EmbeddedServer
from billing_app.db.engine import Database
from billing_app.db.migrate import upgrade
from billing_app.garbage import leave_out_what_stays
from tests.databases import Databases

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling
    from xdist.workermanage import WorkerController

    from billing_app.accounts.service import AccountService
    from tests.host_api.host import Host
    from tests.shop import Shop
    from tests.stripe_sandbox import StripeSandbox

_SERVER_URL = "BILLING_TEST_SERVER_URL"
_TEMPLATE = "template_billing"
# They start the whole product: on one worker, so that two never build at once, and the browser's share one.
_WITH_PRODUCT = ("tests/browser/", "tests/front_door/test_run.py")
# They take longest, so they begin first: at the end no worker waits for another that has just begun one of them.
_LONG = (
    "tests/convergence/",
    "tests/credits/test_credits_machine.py",
    "tests/credits/test_credits_claims_machine.py",
    "tests/faults/test_kills.py",
    "tests/years/",
    "tests/security/test_matrix.py",
    "tests/demo/",
    "tests/processes/",
)
_run: dict[str, EmbeddedServer | Path] = {}


def pytest_configure(config: pytest.Config) -> None:
    """The controller (or the only process) starts the server; xdist's workers inherit its address."""
    if hasattr(config, "workerinput") or _SERVER_URL in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="billing-tests-"))
    logging.getLogger("billing_app.db.embedded").setLevel(logging.ERROR)
    server = EmbeddedServer(folder / "pg", database=_TEMPLATE)
    server.start()
    with psycopg.connect(server.owner_url, autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(sql.SQL("ALTER SYSTEM SET " + setting))  # pyright: ignore[reportArgumentType]
        connection.execute("SELECT pg_reload_conf()")
    upgrade(server.owner_url)
    os.environ[_SERVER_URL] = server.owner_url
    _run.update(server=server, folder=folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    server, folder = _run.pop("server", None), _run.pop("folder", None)
    if isinstance(server, EmbeddedServer) and isinstance(folder, Path):
        os.environ.pop(_SERVER_URL, None)
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first; all others as they are found."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


def pytest_collection_finish() -> None:
    """Modules and tests stay: no collection of garbage need walk over them, as in the product."""
    leave_out_what_stays()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "LoadScopeScheduling | None":
    """Keep the tests of the running product together under `--dist loadgroup`.

    That is what the mark `xdist_group` is for; but xdist 3.8 notes the group where pytest 9.2 no longer looks.
    """
    if config.getoption("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ProductTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "product" if nodeid.startswith(_WITH_PRODUCT) else nodeid

        def mark_test_complete(self, node: "WorkerController", item_index: int, duration: float = 0) -> None:
            super().mark_test_complete(node, item_index, duration)
            # What is done is counted again after each test otherwise, thousands of times thousands.
            scope = self._split_scope(self.registered_collections[node][item_index])
            if all(self.assigned_work[node][scope].values()):
                del self.assigned_work[node][scope]

    return ProductTogether(config, log)


@pytest.fixture(scope="session")
def _databases() -> Iterator[Databases]:
    made = Databases(os.environ[_SERVER_URL], _TEMPLATE)
    yield made
    made.close()


@pytest.fixture
def owner_url(_databases: Databases) -> Iterator[str]:
    """A database of the test's own, migrated, as its owner."""
    url = _databases.take()
    yield url
    _databases.give_back(url)


@pytest.fixture
def database_url(owner_url: str) -> str:
    """The same database as the role the app connects as."""
    return owner_url.replace("postgres:@", "billing_app@", 1)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url, follows_clock=True)
    yield made
    await made.close()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator["StripeSandbox"]:
    """A Stripe sandbox of the test's own."""
    from tests.stripe_sandbox import stripe_sandbox

    with stripe_sandbox(tmp_path / "sandbox") as running:
        yield running


@pytest.fixture
def sold() -> str:
    """The catalogue of `shop` and `host`: that of system A, unless a folder or a file names another."""
    return "interview_mate"


@pytest.fixture
async def shop(database_url: str, sandbox: "StripeSandbox", sold: str, tmp_path: Path) -> AsyncIterator["Shop"]:
    """A whole shop with a database and a Stripe sandbox of its own."""
    from tests.shop import a_shop

    async with a_shop(database_url, sandbox, tmp_path, catalog=sold) as opened:
        yield opened


@pytest.fixture
def accounts(database: Database) -> "AccountService":
    """Accounts of a sandbox, whose answers take no longer than they must."""
    from billing_app.accounts.service import AccountService
    from tests.accounts.people import SECRET

    return AccountService(database, secret=SECRET, sandbox=True, answer_floor_s=0)


@pytest.fixture
async def host(database: Database, sold: str) -> AsyncIterator["Host"]:
    """A host product with keys of the whole API, without Stripe."""
    from tests.host_api.host import a_host

    async with a_host(database, sold) as made:
        yield made


@pytest.fixture
def ahead() -> Callable[..., None]:
    """Move billing time on: `ahead(days=3)`."""

    def move(**by: int) -> None:
        clock.follow(clock.offset() + timedelta(**by))

    return move


@pytest.fixture(scope="session", autouse=True)
def _one_tls_context() -> Iterator[None]:
    """Each httpx client reads all certificate authorities, 18 ms, also one that speaks plain HTTP to this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", functools.cache(httpx.create_ssl_context))
        yield


@pytest.fixture(autouse=True)
def _own_clock() -> Iterator[None]:
    clock.reset()
    yield
    clock.reset()
