"""The command line. Each subject has a file of its own; this one puts them together and turns errors into sentences.
Subjects import what they need when they run: the supervisor and the server's parent live long and need little.

Exit codes: 0 done, 1 not done (one sentence on standard error says why), 2 `catalog diff`
or `catalog push --dry-run` found changes, or `reconcile` a difference.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from billing_app.cli import (
    admin,
    backups,
    catalog,
    costs,
    credits,
    customers,
    demo,
    doctor,
    keys,
    ledger,
    processes,
    reconcile,
    reports,
    time_travel,
    usage,
    webhooks,
)
from billing_app.errors import DomainError

if TYPE_CHECKING:
    from pydantic import ValidationError


class Parser(argparse.ArgumentParser):
    """Argparse, but a wrong call ends with 1: 2 means "there are changes" here."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how to find out more."""
        self.exit(1, f"{message[:1].upper()}{message[1:]}. '{self.prog} --help' shows how it is used.\n")


def parser() -> Parser:
    """Every command with its options."""
    made = Parser(prog="python -m billing_app", description="Credits, quotas and checkout for an AI product.")
    made.add_argument("--debug", action="store_true", help="show the traceback of an error")
    made.add_argument("--catalog", metavar="NAME", help="a preset's name or a catalogue file's path (CATALOG)")
    commands = made.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for subject in (
        processes,
        demo,
        catalog,
        admin,
        keys,
        customers,
        ledger,
        doctor,
        credits,
        usage,
        costs,
        reports,
        webhooks,
        reconcile,
        backups,
        time_travel,
    ):
        subject.add_commands(commands)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code.
    """
    asked = parser().parse_args(arguments)
    if asked.catalog:
        os.environ["CATALOG"] = asked.catalog
    try:
        return asked.act(asked) or 0
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        if asked.debug:
            raise
        print(f"\n{sentence(error)}" if sys.stderr.isatty() else sentence(error), file=sys.stderr)
        return 1


def sentence(error: Exception) -> str:
    """What a person is told of an error."""
    if isinstance(error, DomainError):
        return error.detail
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        return f"The settings are not usable: {'; '.join(_wrong_settings(error))}."
    return _of_the_database(error) or (
        f"{type(error).__name__}: {' '.join(str(error).split())[:500]}. "
        "Run it again as 'python -m billing_app --debug ...' for the details."
    )


def _wrong_settings(error: "ValidationError") -> list[str]:
    return [
        (f"{'.'.join(str(part) for part in one['loc']).upper()}: " if one["loc"] else "")
        + one["msg"].removeprefix("Value error, ")
        for one in error.errors()
    ]


def _of_the_database(error: Exception) -> str | None:
    """For errors of PostgreSQL's driver, which a command may meet at any point."""
    import psycopg
    from sqlalchemy.exc import DBAPIError

    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(
        cause, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedObject | psycopg.errors.UndefinedColumn
    ):
        return "The database has no schema yet, or an older one. Run 'python -m billing_app migrate'."
    if isinstance(cause, psycopg.OperationalError):
        from billing_app.db.reach import why_unreachable

        return why_unreachable(str(cause), "see the settings")
    return None
