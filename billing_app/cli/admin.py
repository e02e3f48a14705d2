"""admin create | role: people who may see and do more. The first administrator is made here."""

import argparse
import getpass
import secrets
import sys
from typing import TYPE_CHECKING, Any

from billing_app.accounts.roles import Role
from billing_app.errors import InvalidInput, NotFound
from billing_app.settings import Mode, Settings

if TYPE_CHECKING:
    from billing_app.accounts.service import AccountService
    from billing_app.db.engine import Database


def add_commands(commands: Any) -> None:
    """Everything about staff."""
    admin = commands.add_parser("admin", help="administrators: create one, change a role")
    actions = admin.add_subparsers(dest="action", metavar="ACTION", required=True)

    command = actions.add_parser("create", help="make an administrator; asks for a password, or makes one up")
    command.add_argument("email")
    command.add_argument("--name", default="Administrator")
    command.add_argument("--generate", action="store_true", help="make up a password and show it once")
    command.set_defaults(act=_create)

    command = actions.add_parser("role", help="change what a user may do")
    command.add_argument("email")
    command.add_argument("role", choices=[role.value for role in Role])
    command.add_argument("--reason", required=True, help="why; kept in the audit log")
    command.set_defaults(act=_role)


def accounts(settings: Settings, database: "Database") -> "AccountService":
    """The accounts of this installation."""
    from billing_app.accounts.service import AccountService

    return AccountService(
        database, secret=settings.secret_key.get_secret_value(), sandbox=settings.mode is Mode.SANDBOX
    )


def _create(asked: argparse.Namespace) -> None:
    from billing_app.cli.installation import with_database

    made_up = asked.generate or not sys.stdin.isatty()
    password = secrets.token_urlsafe(15) if made_up else _ask()

    async def create(settings: Settings, database: "Database") -> None:
        await accounts(settings, database).create_admin(email=asked.email, password=password, name=asked.name)

    with_database(create)
    print(f"{asked.email} is an administrator now.")
    if made_up:
        print(f"Password, shown this once: {password}")


def _ask() -> str:
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise InvalidInput("The two passwords differ; nothing was made.")
    return first


def _role(asked: argparse.Namespace) -> None:
    from billing_app.cli.installation import with_database

    async def change(settings: Settings, database: "Database") -> None:
        service = accounts(settings, database)
        user = await service.user_by_email(asked.email)
        if user is None:
            raise NotFound(f"There is no user with the address {asked.email}.")
        await service.set_role(user.id, Role(asked.role), by=None, reason=asked.reason)

    with_database(change)
    print(f"{asked.email} has the role {asked.role} now.")
