"""Commands that are processes: the whole product, one part of it, or a step of starting it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from billing_app.errors import Conflict, DomainError, InvalidInput
from billing_app.settings import get_settings


def add_commands(commands: Any) -> None:
    """run, dev, reset, web, worker, migrate; and, for the supervisor alone, build and prepare."""
    for name, said in (
        ("run", "start everything and serve, until Ctrl-C"),
        ("dev", "as run, and reload while you work"),
    ):
        command = commands.add_parser(name, help=said)
        command.add_argument("--port", type=int, default=3000, help="where people reach it (default: %(default)s)")
        command.add_argument("--host", default="", help="address to listen on (sandbox: this machine only; live: all)")
        command.add_argument("--sandbox-port", type=int, help="the Stripe sandbox's (default: the next one free)")
        command.set_defaults(act=_run, develop=name == "dev")

    command = commands.add_parser("reset", help="delete the data of this catalogue's sandbox installation")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.set_defaults(act=_reset)

    command = commands.add_parser("migrate", help="bring the database's schema up to date")
    command.set_defaults(act=_migrate)

    command = commands.add_parser("web", help="serve pages and API alone; needs DATABASE_URL and a build")
    command.add_argument("--port", type=int, default=3000)
    command.add_argument("--host", default="0.0.0.0")  # noqa: S104
    command.set_defaults(act=_web)

    command = commands.add_parser("api", help="serve the HTTP API alone, without pages; needs DATABASE_URL")
    command.add_argument("--port", type=int, default=8000)
    command.add_argument("--host", default="0.0.0.0")  # noqa: S104
    command.set_defaults(act=_api)

    command = commands.add_parser("worker", help="run jobs alone, beside web processes with WORKER_IN_PROCESS=false")
    command.set_defaults(act=_worker)

    command = commands.add_parser("build", help="build the pages into REFLEX_WEB_WORKDIR")
    command.add_argument("--layout-only", action="store_true", help="only make the folder")
    command.set_defaults(act=_build)

    command = commands.add_parser("prepare", help="migrations, catalogue, demo data: what run does before it serves")
    command.add_argument("--webhook-url", default="", help="where our sandbox shall deliver to")
    command.add_argument("--answer", type=Path, help="file for the outcome as JSON")
    command.set_defaults(act=_prepare)


def _run(asked: argparse.Namespace) -> int:
    from billing_app.supervisor.run import Supervisor, Wishes

    wishes = Wishes(port=asked.port, host=asked.host, sandbox_port=asked.sandbox_port, develop=asked.develop)
    return Supervisor(get_settings(), wishes).run()


def _reset(asked: argparse.Namespace) -> None:
    from billing_app.supervisor.places import Places, shortened

    settings = get_settings()
    if settings.database_url:
        raise Conflict(
            "reset deletes the embedded database only, and DATABASE_URL names another one. To begin again there, drop "
            "and create that database yourself."
        )
    places = Places.of(settings)
    with places.locked():
        if not asked.yes:
            if not sys.stdin.isatty():
                raise InvalidInput(
                    "reset deletes data and nobody is here to ask: say so with --yes (make reset YES=1)."
                )
            question = f"Delete all data of the catalogue {settings.catalog} in {shortened(places.root)}? Type yes: "
            if input(question).strip().lower() != "yes":
                print("Nothing was deleted.")
                return
        deleted = places.delete_data()
    print(f"Deleted: {', '.join(deleted)}." if deleted else "There was nothing to delete.")


def _migrate(_asked: argparse.Namespace) -> None:
    from billing_app.cli.installation import installation
    from billing_app.supervisor.preparing import migrate

    with installation() as settings:
        migrate(settings)
    print("The schema is up to date.")


def _web(asked: argparse.Namespace) -> None:
    from billing_app.web import serve

    serve(asked.host, asked.port)


def _api(asked: argparse.Namespace) -> None:
    from billing_app.web import serve_api

    serve_api(asked.host, asked.port)


def _worker(_asked: argparse.Namespace) -> None:
    import asyncio

    from billing_app.jobs import work
    from billing_app.logs import configure_logging

    settings = get_settings()
    configure_logging("worker", level=settings.log_level)
    asyncio.run(work(settings))


def _build(asked: argparse.Namespace) -> None:
    from billing_app.supervisor import frontend

    if asked.layout_only:
        frontend.prepare_web_folder()
    else:
        frontend.compile_and_bundle()


def _prepare(asked: argparse.Namespace) -> None:
    import asyncio
    import json

    from billing_app.logs import configure_logging
    from billing_app.supervisor.preparing import prepare

    settings = get_settings()
    configure_logging("prepare", level="WARNING")
    try:
        answer = asyncio.run(prepare(settings, asked.webhook_url))
    except DomainError as error:
        if asked.answer:
            asked.answer.write_text(json.dumps({"error": error.detail}))
        raise
    if asked.answer:
        asked.answer.write_text(json.dumps(answer))
    else:
        print(answer["summary"])
