"""webhooks list | replay: what Stripe has told us, and telling it to ourselves once more."""

import argparse
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import with_services

if TYPE_CHECKING:
    from billing_app.bootstrap import Services

MAX_LISTED = 200


def add_commands(commands: Any) -> None:
    """Everything about deliveries."""
    webhooks = commands.add_parser("webhooks", help="what Stripe has told us: list, replay")
    actions = webhooks.add_subparsers(dest="action", metavar="ACTION", required=True)

    command = actions.add_parser("list", help="events, newest first")
    command.add_argument("--state", action="append", help="only these (may be repeated): received, done, parked, ...")
    command.add_argument("--limit", type=int, default=20, help=f"how many, at most {MAX_LISTED} (default: %(default)s)")
    command.set_defaults(act=_list)

    command = actions.add_parser("replay", help="apply events once more; says what changed, or 'no change'")
    command.add_argument("event", nargs="+", metavar="EVENT", help="evt_...")
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
    async def replay(services: "Services") -> list[tuple[bool, str]]:
        from billing_app.journal.audit import CLI

        told = [await services.inbox.replay(event, CLI) for event in asked.event]
        return [(one.error is None, f"{one.event_id}: {one.says}") for one in told]

    told = with_services(replay, stripe=True)
    print("\n".join(line for _, line in told))
    return 0 if all(applied for applied, _ in told) else 1
