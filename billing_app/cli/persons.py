"""customers export | erase: all we hold about one customer; and making them nobody, for ever."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import customer_called, with_services
from billing_app.errors import InvalidInput

if TYPE_CHECKING:
    from billing_app.bootstrap import Services
    from billing_app.persons.service import Erased

_WHO = "number, e-mail address, or ext:ID of your product"


def add_commands(of: Any) -> None:
    """Two more of `customers`."""
    one = of.add_parser("export", help="all we hold about a customer, as JSON")
    one.add_argument("customer", help=_WHO)
    one.add_argument("--out", type=Path, help="a file that is not there yet (default: standard output)")
    one.set_defaults(act=_export)

    one = of.add_parser("erase", help="make a customer nobody: names, addresses, texts; the plan ends; books stay")
    one.add_argument("customer", help=_WHO)
    one.add_argument("--reason", required=True, help="why; kept in the audit log, so name nobody")
    one.add_argument("--confirm", help="what would be asked for; for scripts")
    one.set_defaults(act=_erase)


def _export(asked: argparse.Namespace) -> None:
    async def read(services: "Services") -> dict[str, Any]:
        return await services.persons.export(await customer_called(services, asked.customer), by=None)

    told = json.dumps(with_services(read), ensure_ascii=False, indent=1)
    if asked.out is None:
        print(told)
        return
    try:
        with asked.out.open("x", encoding="utf-8") as file:
            asked.out.chmod(0o600)
            file.write(told + "\n")
    except OSError as error:
        raise InvalidInput(f"{asked.out} cannot be written: {error.strerror}. Name a file that is not there.") from None
    print(f"Written to {asked.out}. It names a person: delete it when it has reached them.")


def _erase(asked: argparse.Namespace) -> None:
    async def act(services: "Services") -> "Erased":
        from billing_app.persons.service import phrase

        customer_id = await customer_called(services, asked.customer)
        confirm = asked.confirm if asked.confirm is not None else _typed(phrase(customer_id))
        return await services.persons.erase(customer_id, by=None, confirm=confirm, reason=asked.reason)

    done = with_services(act, stripe=True)
    print(f"Customer {done.customer_id} is nobody now. {done.plan}")
    for table, rows in done.rows.items():
        print(f"  {table}: {rows}")
    print("Stripe keeps what it holds itself: delete the customer in its dashboard too, if you must.")


def _typed(wanted: str) -> str:
    if not sys.stdin.isatty():
        raise InvalidInput(f'This cannot be undone. Add --confirm "{wanted}".')
    return input(f'This cannot be undone. Type "{wanted}": ')
