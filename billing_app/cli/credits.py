"""credits reset-due: what an operator may ask of plan credits."""

import argparse
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import with_services

if TYPE_CHECKING:
    from billing_app.bootstrap import Services


def add_commands(commands: Any) -> None:
    """The group `credits`."""
    group = commands.add_parser("credits", help="plan credits: bring due resets up to date")
    subjects = group.add_subparsers(dest="subject", metavar="WHAT", required=True)
    command = subjects.add_parser(
        "reset-due", help="book every monthly reset that is due, of every customer; safe to repeat at any time"
    )
    command.set_defaults(act=_reset_due)


def _reset_due(_asked: argparse.Namespace) -> None:
    async def book(services: "Services") -> str:
        done = await services.plan_credits.reset_due()
        if not done.customers:
            return "Every reset is up to date: nothing was due."
        return (
            f"{done.customers} customers brought up to date: {done.begun} windows began with {done.credits_begun:,} "
            f"credits, {done.ended} lots ended and {done.credits_ended:,} unused credits expired."
        )

    print(with_services(book))
