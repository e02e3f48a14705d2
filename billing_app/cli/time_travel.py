"""advance: let time pass in a sandbox, with everything that would have happened until then."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import with_services

if TYPE_CHECKING:
    from billing_app.bootstrap import Services


def add_commands(commands: Any) -> None:
    """One command."""
    command = commands.add_parser("advance", help="let time pass in the sandbox: renewals, resets and mails included")
    how_far = command.add_mutually_exclusive_group(required=True)
    how_far.add_argument("--days", type=int, help="so many days")
    how_far.add_argument("--months", type=int, help="so many calendar months")
    how_far.add_argument(
        "--to", type=_moment, metavar="TIME", help="to a moment, such as 2027-03-01 or 2027-03-01T12:00"
    )
    command.set_defaults(act=_advance)


def _moment(written: str) -> datetime:
    """Without a zone it is UTC."""
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _advance(asked: argparse.Namespace) -> None:
    async def advance(services: "Services") -> list[str]:
        from billing_app.errors import Conflict
        from billing_app.jobs import attend_time_travel

        if services.time_travel is None:
            raise Conflict("Only a sandbox has a clock that can be moved. This installation is live.")
        attend_time_travel(services)
        done = await services.time_travel.advance(days=asked.days, months=asked.months, to=asked.to)
        return [
            f"{done.begin:%Y-%m-%d %H:%M} -> {done.end:%Y-%m-%d %H:%M} UTC: {done.events} events, "
            f"{done.invoices} invoices, {done.mails} mails; {done.credits_granted:,} credits granted, "
            f"{done.credits_expired:,} expired.",
            *(
                f"  {f'{one.at:%Y-%m-%d %H:%M}' if one.at else '':<16}  {one.kind:<6}  {one.what}"
                for one in done.happenings
            ),
        ]

    print("\n".join(with_services(advance, stripe=True)))
