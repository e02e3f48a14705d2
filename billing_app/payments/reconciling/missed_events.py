"""Events of the last 30 days that never reached us: Stripe lists them for so long (https://docs.stripe.com/api/events).

Each is put into the inbox as if it had come, and applied by its rule at once.
"""

from billing_app.payments import inbox_store
from billing_app.payments.applying import TryAgain
from billing_app.payments.event_types import ENDPOINT_TYPES
from billing_app.payments.gateway_reconciling import MAX_TYPES
from billing_app.payments.reconciling import store
from billing_app.payments.reconciling.progress import Progress
from billing_app.payments.stripe_objects import Event

MAX_PAGES = 2_000
"""Of a hundred events each; a run that reaches it says so."""
MAX_UNAPPLIED = 200


def groups() -> list[list[str]]:
    """The types our endpoint subscribes to, as many at once as Stripe takes."""
    return [ENDPOINT_TYPES[at : at + MAX_TYPES] for at in range(0, len(ENDPOINT_TYPES), MAX_TYPES)]


async def fetch_missed(run: Progress) -> None:
    """Go through Stripe's list, newest first, and take in what we never got. The cursor is `group:event`."""
    first, after = _read(run.cursor)
    pages = 0
    for number, types in list(enumerate(groups()))[first:]:
        while pages < MAX_PAGES:
            pages += 1
            page = await run.gateway.events_page(types, run.since, after)
            run.count("events", len(page.items))
            await _take_in(run, [one for one in page.items if one.created <= run.until - run.fresh])
            after = page.after
            await run.save(cursor=f"{number}:{after}" if after else f"{number + 1}:")
            if after is None:
                break
    if pages >= MAX_PAGES:
        run.note("event", "-", "waits", f"Only the last {MAX_PAGES * 100:,} events were looked at.")


async def note_unapplied(run: Progress) -> None:
    """Events we have and could not apply: the rest of the comparison may mend what they tell; they stay to be seen."""
    async with run.database.transaction() as session:
        rows = await store.unapplied(session, MAX_UNAPPLIED)
    for row in rows:
        state = "waits" if row.state in ("waiting", "failed") else "differs"
        run.note("event", row.id, state, f"{row.type} is {row.state}: {row.error or 'no rule applies to it'}")
    await run.save(cursor=None)


async def _take_in(run: Progress, events: list[Event]) -> None:
    async with run.database.transaction() as session:
        known = await inbox_store.known(session, [one.id for one in events])
    # Oldest first, as they would have come.
    for event in reversed([one for one in events if one.id not in known]):
        state = await run.inbox.fetched(event)
        if state is None:
            continue
        run.count("events_missing")
        if state != "received":
            continue
        try:
            done = await run.applier.apply_event(event.id, by="reconcile")
        except TryAgain:  # it is in the inbox with its error, and is tried again from there
            continue
        if done.effects:
            run.note("event", event.id, "mended", f"{event.type} never came: {'; '.join(done.effects)}")


def _read(cursor: str | None) -> tuple[int, str | None]:
    number, _, after = (cursor or "0:").partition(":")
    return int(number), after or None
