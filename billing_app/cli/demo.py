"""demo seed: the sandbox's demo people and what has happened to them."""

import argparse
import time
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import with_services

if TYPE_CHECKING:
    from billing_app.bootstrap import Services

_TELL_EVERY_S = 5.0


def add_commands(commands: Any) -> None:
    """One command."""
    demo = commands.add_parser("demo", help="demo people, purchases and use: seed (sandbox only)")
    command = demo.add_subparsers(dest="action", metavar="ACTION", required=True).add_parser(
        "seed", help="make them, and finish what was cut off; again, it changes nothing"
    )
    command.add_argument(
        "--year", action="store_true", help="live a year from now on: hundreds of customers, in a few minutes"
    )
    command.set_defaults(act=_seed)


def _seed(asked: argparse.Namespace) -> None:
    told = 0.0

    def tell(done: int, days: int) -> None:
        nonlocal told
        if time.monotonic() - told > _TELL_EVERY_S:
            told = time.monotonic()
            print(f"day {done} of {days}", flush=True)

    async def seed(services: "Services") -> list[str]:
        from billing_app.demo.seeding import YEAR, begin_now, live_on
        from billing_app.demo.trade import Demo
        from billing_app.jobs import attend_time_travel

        demo = Demo(services)
        sign_ins = await demo.sign_ins()
        attend_time_travel(services)
        said = await live_on(services, tell)
        if asked.year:
            await begin_now(services, YEAR)
            said = await live_on(services, tell) or said or "The year has been lived before; nothing was changed."
        await demo.trade(next(one["customer_id"] for one in sign_ins if one["customer_id"] is not None))
        rows = [f"{one['email']} / {one['password']}   {one['what']}" for one in sign_ins]
        return [*rows, said] if said else rows

    print("\n".join(with_services(seed, stripe=True)))
