"""keys create | list | replace | revoke: the keys by which a host product's server speaks to the API."""

import argparse
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from billing_app.accounts.api_keys.form import Scope
from billing_app.cli.services import with_services
from billing_app.errors import InvalidInput

if TYPE_CHECKING:
    from billing_app.accounts.api_keys.service import NewKey
    from billing_app.bootstrap import Services

_HOURS_MOST = 30 * 24


def add_commands(commands: Any) -> None:
    """Everything about API keys."""
    keys = commands.add_parser("keys", help="API keys: create, list, replace, revoke")
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True)

    command = actions.add_parser("create", help="make a key and show it once")
    command.add_argument("name", help='where it will lie, such as "Production server"')
    command.add_argument(
        "--scope", choices=[scope.value for scope in Scope], default=Scope.SERVER.value, help="(default: %(default)s)"
    )
    command.set_defaults(act=_create)

    command = actions.add_parser("list", help="all keys, newest first, without their secrets")
    command.set_defaults(act=_list)

    command = actions.add_parser("replace", help="make a key's successor; the old one goes on for a while")
    command.add_argument("key", type=int, help="its number, as `keys list` shows it")
    command.add_argument(
        "--overlap-hours", type=int, default=24, help=f"0 to {_HOURS_MOST}, how long both work (default: %(default)s)"
    )
    command.set_defaults(act=_replace)

    command = actions.add_parser("revoke", help="stop a key now")
    command.add_argument("key", type=int, help="its number, as `keys list` shows it")
    command.add_argument("--reason", required=True, help="why; kept in the audit log")
    command.set_defaults(act=_revoke)


def _create(asked: argparse.Namespace) -> None:
    async def act(services: "Services") -> "NewKey":
        return await services.api_keys.create(asked.name, Scope(asked.scope), by=None)

    _tell(with_services(act))


def _replace(asked: argparse.Namespace) -> None:
    if not 0 <= asked.overlap_hours <= _HOURS_MOST:
        raise InvalidInput(f"--overlap-hours goes from 0 to {_HOURS_MOST}.")

    async def act(services: "Services") -> "NewKey":
        return await services.api_keys.replace(asked.key, overlap=timedelta(hours=asked.overlap_hours), by=None)

    _tell(with_services(act))


def _tell(made: "NewKey") -> None:
    print(f"Key {made.view.id}, {made.view.name}, scope {made.view.scope}. Shown this once:")
    print(made.secret)


def _list(_asked: argparse.Namespace) -> None:
    async def read(services: "Services") -> list[str]:
        return [
            f"{key.id:>6}  {key.state:<8} {key.scope:<10} {key.shown:<18} made {key.created_at:%Y-%m-%d}  "
            + (f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used      ")
            + (f"  until {key.ends_at:%Y-%m-%d %H:%M}" if key.ends_at else "")
            + f"  {key.name}"
            for key in await services.api_keys.listed(by=None)
        ]

    print("\n".join(with_services(read)) or "There are no keys yet; `keys create NAME` makes one.")


def _revoke(asked: argparse.Namespace) -> None:
    async def act(services: "Services") -> str:
        stopped = await services.api_keys.revoke(asked.key, by=None, reason=asked.reason)
        return f"{stopped.name} ({stopped.shown}) has stopped."

    print(with_services(act))
