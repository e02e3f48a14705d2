"""Mail services over a real database: one that sends, one that keeps."""

from collections.abc import AsyncIterator, Callable

import pytest

from billing_app.accounts.service import AccountService
from billing_app.catalog.loading import load, read_source
from billing_app.catalog.schema import Brand, Catalog, Noun
from billing_app.db.engine import Database
from billing_app.notifications.service import NotificationService
from tests.notifications.smtp_server import Inbox, listening

BRAND = Brand(
    name="Interview Mate",
    headline="Practise",
    seller="Mate & Söhne GmbH",
    support_email="help@mate.example",
    credit=Noun(one="session", many="sessions"),
)
CATALOG = load(read_source("showcase")).model_copy(update={"brand": BRAND})
HOME = "https://mate.example"
Services = Callable[..., NotificationService]


@pytest.fixture
def notifications(database: Database, accounts: AccountService) -> Services:
    """A service with the given SMTP address; without one it keeps mails in the mailbox."""

    async def catalog() -> Catalog:
        return CATALOG

    def made(smtp_url: str = "", *, sandbox: bool = True) -> NotificationService:
        return NotificationService(
            database,
            accounts,
            catalog=catalog,
            public_url=HOME + "/",
            mail_from="Mate Söhne <billing@mate.example>",
            smtp_url=smtp_url,
            sandbox=sandbox,
        )

    return made


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with listening() as server:
        yield server
