"""customers import: bring the customers of an older system in, with credits, unlocks and running subscriptions."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billing_app.cli import persons
from billing_app.cli.services import with_services
from billing_app.errors import InvalidInput

if TYPE_CHECKING:
    from billing_app.bootstrap import Services
    from billing_app.moving_in.reading import Read

MAX_PROBLEMS = 200


def add_commands(commands: Any) -> None:
    """Everything about customers as a whole."""
    command = commands.add_parser("customers", help="customers: import from an older system, export one, erase one")
    of = command.add_subparsers(dest="customers_command", metavar="COMMAND", required=True)
    one = of.add_parser(
        "import", help="bring in the customers of a CSV file; safe to repeat; exit code 1: some stayed out"
    )
    one.add_argument("file", nargs="?", type=Path, help="see docs/moving-in.md")
    one.add_argument("--dry-run", action="store_true", help="say what would happen and what is wrong; change nothing")
    one.add_argument("--template", action="store_true", help="print a file to begin with")
    one.set_defaults(act=_import)
    persons.add_commands(of)


def _import(asked: argparse.Namespace) -> int:
    from billing_app.moving_in.reading import MAX_BYTES, TEMPLATE, read

    if asked.template:
        sys.stdout.write(TEMPLATE)
        return 0
    if asked.file is None:
        raise InvalidInput("Name the file, or print one to begin with: customers import --template.")
    try:
        with asked.file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{asked.file} cannot be read: {error.strerror}.") from None
    found = read(data)

    async def act(services: "Services") -> int:
        return await move(services, found, dry_run=asked.dry_run)

    return with_services(act, stripe=any(one.stripe_customer for one in found.arrivals))


async def move(services: "Services", found: "Read", *, dry_run: bool) -> int:
    """Move everybody in who can, saying what happens and what is wrong; the exit code."""
    problems, moved, same = list(found.problems), 0, 0
    for problem in problems[:MAX_PROBLEMS]:
        print(problem, file=sys.stderr)
    async for one in services.moving_in.move(found.arrivals, dry_run=dry_run):
        if one.problem is not None:
            problems.append(one.problem)
            if len(problems) <= MAX_PROBLEMS:
                print(one.problem, file=sys.stderr)
        elif one.effects:
            moved += 1
            print(f"line {one.line} ({one.customer}): {'; '.join(one.effects)}")
        else:
            same += 1
    if len(problems) > MAX_PROBLEMS:
        print(f"... and {len(problems) - MAX_PROBLEMS} more", file=sys.stderr)
    out = len({problem.customer for problem in problems})
    verb = "would move in" if dry_run else "moved in"
    print(f"{moved} {verb}, {same} are here as they are, {out} cannot come.")
    return 1 if problems else 0
