"""reports roll | rebuild: the sums of revenue, beside those of costs."""

import argparse
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import with_services

if TYPE_CHECKING:
    from billing_app.bootstrap import Services


def add_commands(commands: Any) -> None:
    """Everything about the sums that reports read."""
    command = commands.add_parser("reports", help="the sums of revenue that reports read")
    of = command.add_subparsers(dest="reports_command", metavar="COMMAND", required=True)

    one = of.add_parser("roll", help="bring the sums up to date, as the worker does each minute")
    one.set_defaults(act=_roll)

    one = of.add_parser("rebuild", help="forget the sums, and build them again from ledger, invoices and unlocks")
    one.set_defaults(act=_rebuild)


def _roll(asked: argparse.Namespace) -> None:
    async def bring(services: "Services") -> str:
        done = await services.revenue_rollup.roll()
        return f"The sums of revenue are up to date: {done:,} entries, lots, sales and payments were new."

    print(with_services(bring))


def _rebuild(asked: argparse.Namespace) -> None:
    async def build(services: "Services") -> str:
        done = await services.revenue_rollup.rebuild()
        return f"The sums of revenue were built again from {done:,} entries, lots, sales and payments."

    print(with_services(build))
