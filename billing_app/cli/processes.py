"""Commands that are processes: the whole product, one part of it, or a step of starting it."""

import argparse
from pathlib import Path
import json
import sys
from typing import Any

from billing_app.settings import get_settings


def add_commands(commands: Any) -> None:
    """run, dev, reset, web, worker, migrate; and, for the supervisor, build and prepare."""
    for name, help_ in (
        ("run", "start everything and serve, until Ctrl-C"),
        ("dev", "as run, and reload while you work on the code"),
    ):
        command = commands.add_parser(name, help=help_)
        command.add_argument("--port", type=int, default=3000, help="where people reach it (default: %(default)s)")
        command.add_argument("--host", default="0.0.0.0", help="address to listen on (default: all)")  # noqa: S104
        command.add_argument("--sandbox-port", type=int, help="the Stripe sandbox's (default: the next one free)")
        command.set_defaults(act=_run, develop=name == "dev")

    command = commands.add_parser("reset", help="delete the data of the embedded database and the sandbox")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.set_defaults(act=_reset)

    command = commands.add_parser("web", help="serve pages and API alone; needs DATABASE_URL and a build")
    command.add_argument("--port", type=int, default=3000)
    command.add_argument("--host", default="0.0.0.0")  # noqa: S104
    command.set_defaults(act=_web)

    command = commands.add_parser("migrate", help="bring the database's schema up to date")
    command.set_defaults(act=_migrate)

    command = commands.add_parser("build")
    command.add_argument("--layout-only", action="store_true")
    command.set_defaults(act=_build)
    command = commands.add_parser("prepare")
    command.add_argument("--webhook-url", default="")
    command.add_argument("--answer", type=Path, required=True)
    command.set_defaults(act=_prepare)


def _run(asked: argparse.Namespace) -> int:
    from billing_app.supervisor.run import Supervisor, Wishes

    wishes = Wishes(port=asked.port, host=asked.host, sandbox_port=asked.sandbox_port, develop=asked.develop)
    return Supervisor(get_settings(), wishes).run()


def _web(asked: argparse.Namespace) -> None:
    from billing_app.web import serve

    serve(asked.host, asked.port)


def _build(asked: argparse.Namespace) -> None:
    from billing_app.supervisor import frontend

    if asked.layout_only:
        frontend.prepare_web_folder()
    else:
        frontend.compile_and_bundle()


def _migrate(_asked: argparse.Namespace) -> None:
    pass


def _reset(_asked: argparse.Namespace) -> None:
    pass


def _prepare(asked: argparse.Namespace) -> int:
    """Answers in JSON, for the supervisor."""
    from billing_app.db.migrate import upgrade

    upgrade(get_settings().owner_url)
    asked.answer.write_text(json.dumps({"summary": "spike"}))
    return 0
