"""balance | ledger | grant: what an operator asks of the credits, and the one thing they change by hand."""

import argparse
import secrets
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import customer_called, with_services
from billing_app.errors import InvalidInput

if TYPE_CHECKING:
    from billing_app.bootstrap import Services

MAX_ENTRIES = 200
_WHO = "number, e-mail address, or ext:ID of your product"


def add_commands(commands: Any) -> None:
    """Everything about credits."""
    command = commands.add_parser("balance", help="what a customer has, lot by lot")
    command.add_argument("customer", help=_WHO)
    command.set_defaults(act=_balance)

    command = commands.add_parser("ledger", help="a customer's entries, newest first")
    command.add_argument("customer", help=_WHO)
    command.add_argument(
        "--limit", type=int, default=20, help=f"how many, at most {MAX_ENTRIES} (default: %(default)s)"
    )
    command.set_defaults(act=_ledger)

    command = commands.add_parser("grant", help="give a customer credits, or take some (negative), with a reason")
    command.add_argument("customer", help=_WHO)
    command.add_argument("credits", type=int)
    command.add_argument("--reason", required=True, help="why; kept in the ledger and the audit log")
    command.add_argument("--key", help="makes a repetition harmless (default: a fresh one, which is printed)")
    command.set_defaults(act=_grant)


def _balance(asked: argparse.Namespace) -> None:
    async def read(services: "Services") -> list[str]:
        found = await services.credits.balance(await customer_called(services, asked.customer))
        lines = [f"available {found.available}, held {found.held}, frozen {found.frozen}, owed {found.owed}"]
        for lot in found.lots:
            until = f"until {lot.expires_at:%Y-%m-%d %H:%M} UTC" if lot.expires_at else "for ever"
            lines.append(f"  lot {lot.id:<6} {lot.label:<32} {lot.remaining:>8} of {lot.granted:<8} {until}")
        return lines

    print("\n".join(with_services(read)))


def _ledger(asked: argparse.Namespace) -> None:
    if not 1 <= asked.limit <= MAX_ENTRIES:
        raise InvalidInput(f"--limit goes from 1 to {MAX_ENTRIES}.")

    async def read(services: "Services") -> list[str]:
        page = await services.credits.entries(await customer_called(services, asked.customer), limit=asked.limit)
        return [
            f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.amount:>+8}  {entry.balance_after:>8}  "
            f"{entry.kind.value:<10} {entry.label}"
            for entry in page.entries
        ] or ["No entries."]

    print("\n".join(with_services(read)))


def _grant(asked: argparse.Namespace) -> None:
    key = asked.key or f"cli-{secrets.token_hex(8)}"

    async def give(services: "Services") -> str:
        from billing_app.credits import Adjust, Adjusted, succeeded
        from billing_app.journal.audit import CLI, audit

        customer_id = await customer_called(services, asked.customer)
        wish = Adjust(customer_id=customer_id, credits=asked.credits, key=key, note=asked.reason, actor="cli")
        async with services.database.transaction() as session:
            done = succeeded((await services.credits.apply(session, [wish]))[0], Adjusted)
            if not done.replayed:
                told = {"credits": asked.credits, "key": key}
                await audit(
                    session, CLI, "credits.adjusted", f"customer:{customer_id}", after=told, reason=asked.reason
                )
        return f"{asked.credits:+} credits under the key {key}; available now: {done.available}."

    print(with_services(give))
