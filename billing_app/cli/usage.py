"""usage show | reset | grant | revoke: what a customer used of their quotas, and what an operator changes by hand."""

import argparse
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import customer_called, with_services
from billing_app.errors import InvalidInput

if TYPE_CHECKING:
    from billing_app.bootstrap import Services

_WHO = "number, e-mail address, or ext:ID of your product"
_WHY = "why; kept in the audit log"


def add_commands(commands: Any) -> None:
    """Everything about use counted against plans."""
    command = commands.add_parser("usage", help="what a customer used of their quotas; reset, grant, revoke")
    of = command.add_subparsers(dest="usage_command", metavar="COMMAND", required=True)

    one = of.add_parser("show", help="every counted feature: used, limit, when it is counted anew")
    one.add_argument("customer", help=_WHO)
    one.set_defaults(act=_show)

    one = of.add_parser("reset", help="begin the running window of a feature afresh")
    one.add_argument("customer", help=_WHO)
    one.add_argument("feature")
    one.add_argument("--reason", required=True, help=_WHY)
    one.set_defaults(act=_reset)

    one = of.add_parser("grant", help="give a customer a feature, or more of it, beside the plan")
    one.add_argument("customer", help=_WHO)
    one.add_argument("feature")
    one.add_argument("--quota", type=int, help="units in each window (default: unlimited)")
    one.add_argument("--until", help="last day it holds, as 2026-12-31, UTC (default: until revoked)")
    one.add_argument("--reason", required=True, help=_WHY)
    one.set_defaults(act=_grant)

    one = of.add_parser("revoke", help="take back what was granted of a feature beside the plan")
    one.add_argument("customer", help=_WHO)
    one.add_argument("feature")
    one.add_argument("--reason", required=True, help=_WHY)
    one.set_defaults(act=_revoke)


def _show(asked: argparse.Namespace) -> None:
    async def read(services: "Services") -> list[str]:
        found = await services.entitlements.usage(await customer_called(services, asked.customer))
        return [
            f"{each.feature:<28} {each.text:<40} counted anew {each.resets_at:%Y-%m-%d %H:%M} UTC" for each in found
        ] or ["This catalogue counts nothing by quotas."]

    print("\n".join(with_services(read)))


def _reset(asked: argparse.Namespace) -> None:
    async def act(services: "Services") -> str:
        from billing_app.journal.audit import CLI

        customer_id = await customer_called(services, asked.customer)
        was = await services.usage_administration.reset_usage(
            customer_id, asked.feature, actor=CLI, reason=asked.reason
        )
        return f"{was.name}: {was.text}; now nothing is used until {was.resets_at:%Y-%m-%d %H:%M} UTC."

    print(with_services(act))


def _grant(asked: argparse.Namespace) -> None:
    ends_at = end_of(asked.until) if asked.until else None

    async def act(services: "Services") -> str:
        from billing_app.journal.audit import CLI

        customer_id = await customer_called(services, asked.customer)
        made = await services.usage_administration.grant(
            customer_id, asked.feature, quota=asked.quota, ends_at=ends_at, actor=CLI, reason=asked.reason
        )
        return f"Granted (number {made}); 'usage show' says what there is now."

    print(with_services(act))


def _revoke(asked: argparse.Namespace) -> None:
    async def act(services: "Services") -> str:
        from billing_app.journal.audit import CLI

        customer_id = await customer_called(services, asked.customer)
        ended = await services.usage_administration.revoke(customer_id, asked.feature, actor=CLI, reason=asked.reason)
        return f"{ended} grant{'s' if ended != 1 else ''} of {asked.feature} ended."

    print(with_services(act))


def end_of(day: str) -> datetime:
    """The first moment after a day, UTC."""
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)
    except ValueError:
        raise InvalidInput(f'--until takes a day such as 2026-12-31, not "{day[:40]}".') from None
