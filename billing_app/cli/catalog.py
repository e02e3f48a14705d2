"""catalog validate | diff | apply | push | export | schema (CL2: exit codes 0, 2 for changes, 1)."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billing_app.errors import InvalidInput
from billing_app.settings import get_settings

if TYPE_CHECKING:
    from billing_app.bootstrap import Services


def add_commands(commands: Any) -> None:
    """Everything about what is for sale."""
    catalog = commands.add_parser("catalog", help="what is for sale: validate, diff, apply, push, export, schema")
    actions = catalog.add_subparsers(dest="action", metavar="ACTION", required=True)
    file = argparse.ArgumentParser(add_help=False)
    file.add_argument("file", nargs="?", help="a preset's name or a file's path (default: the catalogue in use)")

    command = actions.add_parser("validate", parents=[file], help="say what is wrong with a file, line by line")
    command.set_defaults(act=_validate)

    command = actions.add_parser("diff", parents=[file], help="show what apply would change; exit code 2 if anything")
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(act=_diff)

    command = actions.add_parser("apply", parents=[file], help="make it the catalogue in force")
    command.add_argument("--expect", type=int, metavar="VERSION", help="refuse if another version is in force by now")
    command.set_defaults(act=_apply)

    command = actions.add_parser(
        "push", help="make Stripe agree with the catalogue in force; shows first what would change"
    )
    command.add_argument("--dry-run", action="store_true", help="only show it; exit code 2 if anything would change")
    command.add_argument("--yes", action="store_true", help="do not ask, also where money moves")
    command.add_argument("--roll", action="store_true", help="replace a webhook endpoint whose secret is not known")
    command.set_defaults(act=_push)

    command = actions.add_parser("export", help="write the catalogue in force as a file")
    command.add_argument("--version", type=int, help="an older one")
    command.add_argument("--plain", action="store_true", help="without comments, in a fixed order")
    command.add_argument("--output", type=Path, help="where to (default: standard output)")
    command.set_defaults(act=_export)

    command = actions.add_parser("schema", help="the file format as JSON Schema, for editors")
    command.set_defaults(act=_schema)


def _name(asked: argparse.Namespace) -> str:
    return asked.file or get_settings().catalog


def _validate(asked: argparse.Namespace) -> None:
    from billing_app.catalog.loading import load, read_source

    source = read_source(_name(asked))
    catalog = load(source)
    print(
        f"{source.name} is a usable catalogue: {len(catalog.plans)} plans, {len(catalog.packs)} packs, "
        f"{len(catalog.unlocks)} unlocks, {len(catalog.features)} features."
    )


def _diff(asked: argparse.Namespace) -> int:
    from billing_app.catalog.loading import read_source
    from billing_app.catalog.service import CatalogService
    from billing_app.cli.installation import with_database

    source = read_source(_name(asked))
    found = with_database(lambda _settings, database: CatalogService(database).diff(source))
    print(json.dumps(found.as_json(), indent=2, default=str) if asked.json else "\n".join(found.lines()))
    return found.exit_code


def _apply(asked: argparse.Namespace) -> None:
    from billing_app.catalog.loading import read_source
    from billing_app.catalog.service import CatalogService
    from billing_app.cli.installation import with_database

    source = read_source(_name(asked))
    done = with_database(lambda _settings, database: CatalogService(database).apply(source, expect=asked.expect))
    print("\n".join(done.lines()))


def _push(asked: argparse.Namespace) -> int:
    from billing_app.cli.services import with_services

    async def push(services: "Services") -> int:
        plan = await services.push.plan(roll=asked.roll)
        print("\n".join(plan.lines()))
        if asked.dry_run or not plan.changes:
            return plan.exit_code
        if services.gateway.livemode and not asked.yes:
            confirm_live()
        await services.push.push(plan)
        print("Done.")
        return 0

    return with_services(push, stripe=True)


def confirm_live() -> None:
    """Where money moves a person types a word, or has said --yes (CL7)."""
    if not sys.stdin.isatty():
        raise InvalidInput("This is your live account, and nobody is here to ask: look at --dry-run, then say --yes.")
    if input("This is your live account. Type live to go on: ").strip() != "live":
        raise InvalidInput("Nothing was changed.")


def _export(asked: argparse.Namespace) -> None:
    from billing_app.catalog.service import CatalogService
    from billing_app.cli.installation import with_database

    text = with_database(
        lambda _settings, database: CatalogService(database).export(version=asked.version, plain=asked.plain)
    )
    if asked.output:
        asked.output.write_text(text)
    else:
        print(text, end="" if text.endswith("\n") else "\n")


def _schema(_asked: argparse.Namespace) -> None:
    from billing_app.catalog.loading import json_schema

    print(json.dumps(json_schema(), indent=2))
