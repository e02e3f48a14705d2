"""Whether a start applies the catalogue it was given, or leaves alone what somebody applied by hand."""

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog import store
from billing_app.catalog.loading import Source, content_hash
from billing_app.catalog.schema import Catalog
from billing_app.journal.audit import SYSTEM

START = SYSTEM  # only a start applies a catalogue without a person


async def is_due(session: AsyncSession, source: Source, new: Catalog, *, shipped: bool) -> bool:
    """Whether a start has to apply `new`, read from `source`: a new database, or the source itself has changed.

    A text that was in force once is never brought back, and one of another name is never replaced: whoever applied
    that meant it.

    Args:
        shipped: the source came with the product; a file of one's own may bear the same name, so a preset follows
            only what a start applied.
    """
    in_force = await store.version(session, await store.latest_number(session))
    if in_force is None:
        return True
    if in_force.source_name != source.name or (shipped and in_force.applied_by != START.kind):
        return False
    return not await store.was_applied(session, source.name, source.text, content_hash(new))
