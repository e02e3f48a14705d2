"""Which version of the catalogue is in force, and what it says."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog import store
from billing_app.catalog.loading import Source, load
from billing_app.catalog.refusals import CatalogRefused
from billing_app.catalog.schema import Catalog
from billing_app.errors import Unavailable


class NoCatalog(Unavailable):
    """No version was ever applied to this database."""

    code = "no_catalog"
    title = "Nothing is for sale yet"

    def __init__(self) -> None:
        super().__init__("No catalogue has been applied yet: run `python -m billing_app catalog apply`.")


class UnreadableCatalog(Unavailable):
    """The version in force breaks a rule that came with a newer release. Applying a mended file heals it."""

    code = "unreadable_catalog"
    title = "The catalogue in force cannot be read"

    def __init__(self, version: int, why: CatalogRefused) -> None:
        super().__init__(
            f"Version {version} of the catalogue breaks a rule of this release. Mend the file and run "
            f"`python -m billing_app catalog apply FILE`. {why.detail}",
            version=version,
        )
        self.version = version


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A version in force and what it says. `content_hash` changes exactly when the meaning does.

    Compared by identity, so that what is worked out of it can be kept by it.
    """

    version: int
    content_hash: str
    catalog: Catalog


async def read_in_force(session: AsyncSession, known: Published | None = None) -> Published:
    """The version in force; `known` is given back if it still is, without parsing anything.

    Raises:
        NoCatalog: none was applied yet.
        UnreadableCatalog: it was applied under other rules.
    """
    number = await store.latest_number(session)
    if not number:
        raise NoCatalog
    if known and known.version == number:
        return known
    row = await store.version(session, number)
    assert row is not None, "versions are append-only"
    try:
        return Published(number, row.content_hash, load(Source(row.source_name, row.source)))
    except CatalogRefused as why:
        raise UnreadableCatalog(number, why) from None
