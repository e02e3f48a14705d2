"""webhooks list | replay: what Stripe has told us, and telling it to ourselves once more."""

import argparse
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import with_services
from billing_app.errors import InvalidInput

if TYPE_CHECKING:
    from billing_app.bootstrap import Services

MAX_LISTED = 200
MAX_REPLAYED = 100


def add_commands(commands: Any) -> None:
    """Everything about deliveries."""
    webhooks = commands.add_parser("webhooks", help="what Stripe has told us: list, replay")
    actions = webhooks.add_subparsers(dest="action", metavar="ACTION", required=True)

    command = actions.add_parser("list", help="events, newest first")
    command.add_argument("--state", action="append", help="only these (may be repeated): received, done, parked, ...")
    command.add_argument("--limit", type=int, default=20, help=f"how many, at most {MAX_LISTED} (default: %(default)s)")
    command.set_defaults(act=_list)

    command = actions.add_parser("replay", help="apply events once more; says what changed, or 'no change'")
    command.add_argument("event", nargs="*", metavar="EVENT", help="evt_...")
    command.add_argument(
        "--undone", action="store_true", help=f"those that wait, failed or are parked, {MAX_REPLAYED} at most"
    )
    command.add_argument("--dry-run", action="store_true", help="say what would change; nothing is kept")
    command.set_defaults(act=_replay)


def _list(asked: argparse.Namespace) -> None:
    async def read(services: "Services") -> list[str]:
        events = await services.inbox.events(states=asked.state, limit=asked.limit)
        return [
            f"{event.received_at:%Y-%m-%d %H:%M:%S}  {event.id:<30} {event.state:<9} {event.type:<36} "
            f"{event.error or '; '.join(event.effects)}".rstrip()
            for event in events
        ] or ["No events."]

    print("\n".join(with_services(read)))


def _replay(asked: argparse.Namespace) -> int:
    if bool(asked.event) == asked.undone:
        raise InvalidInput("Name the events to replay, or say --undone for those that could not be applied.")

    async def replay(services: "Services") -> list[tuple[bool, str]]:
        from billing_app.journal.audit import CLI
        from billing_app.payments.delivery_log.views import UNDONE

        names = list(asked.event)
        if asked.undone:
            names = [one.id for one in await services.inbox.events(states=UNDONE, limit=MAX_REPLAYED)][::-1]
        told: list[tuple[bool, str]] = []
        for name in names:
            if asked.dry_run:
                tried = await services.inbox.rehearse(name)
                says = tried.error or "; ".join(tried.effects) or "no change"
                told.append((tried.error is None, f"{name}: would be: {says}"))
            else:
                one = await services.inbox.replay(name, CLI)
                told.append((one.error is None, f"{one.event_id}: {one.says}"))
        return told

    told = with_services(replay, stripe=True)
    print("\n".join(line for _, line in told) or "No event waits, failed or is parked.")
    return 0 if all(applied for applied, _ in told) else 1
