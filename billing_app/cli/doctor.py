"""doctor: does everything still hold? `--live`: is this installation fit for money that moves?"""

import argparse
import json
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import with_services

if TYPE_CHECKING:
    from billing_app.bootstrap import Services
    from billing_app.self_audit.report import Report


def add_commands(commands: Any) -> None:
    """The doctor."""
    command = commands.add_parser(
        "doctor", help="recompute every balance and look at everything else; exit code 1 if something does not hold"
    )
    command.add_argument(
        "--live",
        action="store_true",
        help="the checklist before money moves: HTTPS, cookies, proxy, tax, mail, backups",
    )
    command.add_argument("--json", action="store_true", help="for programs")
    command.set_defaults(act=_doctor)


def _doctor(asked: argparse.Namespace) -> int:
    async def look(services: "Services") -> "Report":
        if asked.live:
            return await services.going_live.look()
        return await services.self_audit.run("cli")

    report = with_services(look)
    if asked.json:
        told = {"at": report.at.isoformat(), "state": report.state.value, "took_ms": report.took_ms}
        print(json.dumps({**told, "checks": [check.as_json() for check in report.checks]}))
    else:
        from billing_app.self_audit.report import State

        print("\n".join(report.lines()))
        print(f"{len(report.checks)} checks: {report.count(State.BAD)} bad, {report.count(State.WARN)} to look at.")
    from billing_app.self_audit.report import exit_code

    return exit_code(report.checks)
