"""reconcile: our books beside Stripe's. Exit code 0 in sync, 2 something differs or waits, 1 it could not be done."""

import argparse
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import with_services

if TYPE_CHECKING:
    from billing_app.bootstrap import Services
    from billing_app.payments.reconciling.views import RunDetail

MAX_SHOWN = 50


def add_commands(commands: Any) -> None:
    """One command."""
    command = commands.add_parser(
        "reconcile", help="compare with Stripe and mend what is safe; exit code 2 if something differs"
    )
    command.add_argument(
        "--totals", action="store_true", help="show both sides' totals of each day, also where they agree"
    )
    command.set_defaults(act=_reconcile)


def _reconcile(asked: argparse.Namespace) -> int:
    async def compare(services: "Services") -> "RunDetail":
        return await services.comparison.run("cli")

    done = with_services(compare, stripe=True)
    print("\n".join(_told(done, all_totals=asked.totals)))
    return 0 if done.run.state == "in_sync" else 2


def _told(done: "RunDetail", *, all_totals: bool) -> list[str]:
    figures = done.run.figures
    lines = [
        f"{done.run.words}: {figures.get('events', 0)} events and {figures.get('objects', 0)} objects since "
        f"{done.run.since:%Y-%m-%d} compared; {figures.get('events_missing', 0)} events had never come, "
        f"{figures.get('mended', 0)} differences mended, {figures.get('waits', 0)} wait, "
        f"{figures.get('differs', 0)} are for you to look at."
    ]
    for one in done.findings[:MAX_SHOWN]:
        lines.append(f"  {one.state:<8} {one.kind:<12} {one.object_id:<34} {one.said}")
    if len(done.findings) > MAX_SHOWN:
        lines.append(f"  and {len(done.findings) - MAX_SHOWN} more on /admin/reconcile")
    for one in done.totals:
        if all_totals or one.difference_minor:
            lines.append(
                f"  {one.day}  {one.currency}  {one.figure:<9} Stripe {one.stripe_minor:>12}  ours {one.ours_minor:>12}"
                f"  difference {one.difference_minor}"
            )
    return lines
