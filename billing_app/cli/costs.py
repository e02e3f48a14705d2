"""costs prices | set-price | correct-price | settle | correct | rollup: what models cost, and the sums of calls."""

import argparse
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from billing_app.cli.services import with_services
from billing_app.errors import InvalidInput

if TYPE_CHECKING:
    from billing_app.bootstrap import Services
    from billing_app.usage import ModelPrice, NewPrice, Tokens

_CLASSES = ("cached-input", "cache-write", "reasoning")


def add_commands(commands: Any) -> None:
    """Everything about the cost of models."""
    command = commands.add_parser("costs", help="model prices, calls of unknown cost, sums of costs")
    of = command.add_subparsers(dest="costs_command", metavar="COMMAND", required=True)

    one = of.add_parser("prices", help="the price of each model now, per 1,000,000 tokens")
    one.add_argument("--all", action="store_true", help="every version, also past, coming and corrected ones")
    one.add_argument("--seed", action="store_true", help="first write the starting prices of models that have none")
    one.set_defaults(act=_prices)

    one = of.add_parser("set-price", help="a price that holds from a moment on")
    _price_arguments(one)
    one.add_argument("--reason", help="why; kept in the audit log")
    one.set_defaults(act=_set)

    one = of.add_parser("correct-price", help="put another price in the place of a wrong one, for calls from now on")
    one.add_argument("number", type=int, help="of the wrong one, as `costs prices --all` shows it")
    _price_arguments(one)
    one.add_argument("--reason", required=True, help="why; kept in the audit log")
    one.set_defaults(act=_correct)

    one = of.add_parser("settle", help="give calls of unknown cost the price that their model has now for their time")
    one.add_argument("model")
    one.set_defaults(act=_settle)

    one = of.add_parser("correct", help="correct a logged row by two more: one takes it back, one says how it was")
    one.add_argument("source")
    one.add_argument("wrong", help="its request id; of a row corrected before, the correction's")
    one.add_argument("--id", required=True, help="the correction's own request id")
    one.add_argument(
        "--tokens", help="as input=1000,output=500 (also cached_input, cache_write, reasoning); all of them"
    )
    one.add_argument("--model", help="the model it was")
    one.add_argument("--feature")
    one.add_argument("--plan")
    one.add_argument("--book", action="store_true", help="by the price that the book now has for its time")
    one.add_argument("--units", help="of a vendor's row")
    one.add_argument("--cost", help="of a vendor's row, in its currency")
    one.add_argument("--reason", required=True, help="why; kept in the audit log")
    one.set_defaults(act=_correct_row)

    one = of.add_parser("rollup", help="bring the sums up to date, as the worker does each minute")
    one.add_argument("--rebuild", action="store_true", help="forget them and add up the whole log again")
    one.set_defaults(act=_rollup)


def _price_arguments(command: Any) -> None:
    command.add_argument("model", help="as its vendor calls it, such as gpt-4o")
    command.add_argument("--input", required=True, help="price of input tokens, such as 0.0025")
    command.add_argument("--output", required=True, help="price of output tokens")
    for name in _CLASSES:
        falls_back = "output" if name == "reasoning" else "input"
        command.add_argument(f"--{name}", help=f"price of these tokens (default: that of {falls_back})")
    command.add_argument("--per", choices=("1k", "1m"), required=True, help="prices are for 1,000 or 1,000,000 tokens")
    command.add_argument("--currency", default="USD", help="(default: %(default)s)")
    command.add_argument("--from", dest="begin", metavar="DAY", help="as 2026-12-31, UTC (default: now)")


def _prices(asked: argparse.Namespace) -> None:
    async def read(services: "Services") -> list[str]:
        from billing_app.journal.audit import CLI

        said: list[str] = []
        if asked.seed:
            made = await services.model_prices.seed(actor=CLI)
            said += [f"Made: {_line(price)}" for price in made] or ["Every model has a price; nothing was made."]
        if asked.all:
            versions = await services.model_prices.versions()
            said += [_line(one.price) + (" (corrected by a later row)" if one.corrected else "") for one in versions]
        elif not asked.seed:
            said += [_line(price) for price in await services.model_prices.in_force()]
        for one in await services.costs.needs_attention():
            said.append(
                f"No price: {one['model']}, {one['calls']} calls of unknown cost since {one['since']:%Y-%m-%d}."
            )
        return said or ["No model has a price. 'costs prices --seed' writes the starting prices."]

    print("\n".join(with_services(read)))


def _set(asked: argparse.Namespace) -> None:
    async def act(services: "Services") -> str:
        from billing_app.journal.audit import CLI

        number = await services.model_prices.set_price(_new(asked), actor=CLI, reason=asked.reason)
        return f"Price {number} written. Calls without a cost get one by 'costs settle {asked.model}'."

    print(with_services(act))


def _correct(asked: argparse.Namespace) -> None:
    async def act(services: "Services") -> str:
        from billing_app.journal.audit import CLI

        number = await services.model_prices.correct(asked.number, _new(asked), actor=CLI, reason=asked.reason)
        return f"Price {number} stands in the place of {asked.number}. What was logged keeps its cost."

    print(with_services(act))


def _settle(asked: argparse.Namespace) -> None:
    async def act(services: "Services") -> str:
        from billing_app.journal.audit import CLI

        settled = await services.cost_corrections.settle(asked.model, actor=CLI)
        return f"{settled:,} calls of {asked.model} have a cost now."

    print(with_services(act))


def _correct_row(asked: argparse.Namespace) -> None:
    async def act(services: "Services") -> str:
        from billing_app.journal.audit import CLI
        from billing_app.usage import Correction

        said = Correction(
            source=asked.source,
            request_id=asked.id,
            corrects=asked.wrong,
            reason=asked.reason,
            tokens=_tokens(asked.tokens) if asked.tokens else None,
            model=asked.model,
            feature=asked.feature,
            plan=asked.plan,
            price="book" if asked.book else "as_logged",
            units=_price(asked.units, "--units") if asked.units else None,
            cost=_price(asked.cost, "--cost") if asked.cost else None,
        )
        answer = await services.cost_corrections.correct(said, actor=CLI)
        cost = "unknown" if answer.cost is None else f"{_plain(answer.cost)} {answer.currency}"
        return f"Row {answer.id} stands in the place of {asked.wrong}; its cost is {cost}."

    print(with_services(act))


def _tokens(given: str) -> "Tokens":
    from billing_app.usage import Tokens

    try:
        counts = {name: int(count) for name, _, count in (part.partition("=") for part in given.split(","))}
        return Tokens(**counts)
    except (ValueError, TypeError):
        raise InvalidInput(f'--tokens takes counts such as input=1000,output=500, not "{given[:60]}".') from None


def _rollup(asked: argparse.Namespace) -> None:
    async def act(services: "Services") -> str:
        rollup = services.cost_rollup
        rows = await rollup.rebuild() if asked.rebuild else await rollup.roll()
        behind = await rollup.behind()
        later = f"; {behind.rows:,} come when transactions under way have ended" if behind.rows else ""
        return f"{rows:,} rows added up{later}."

    print(with_services(act))


def _new(asked: argparse.Namespace) -> "NewPrice":
    from billing_app import clock
    from billing_app.usage import NewPrice

    times = 1_000 if asked.per == "1k" else 1
    optional = {name.replace("-", "_"): getattr(asked, name.replace("-", "_")) for name in _CLASSES}
    return NewPrice(
        model=asked.model,
        currency=asked.currency,
        valid_from=_begin(asked.begin) if asked.begin else clock.now(),
        input=_price(asked.input, "--input") * times,
        output=_price(asked.output, "--output") * times,
        **{name: _price(given, f"--{name}") * times for name, given in optional.items() if given is not None},
    )


def _price(given: str, option: str) -> Decimal:
    try:
        return Decimal(given)
    except InvalidOperation:
        raise InvalidInput(f'{option} takes a number such as 0.0025, not "{given[:40]}".') from None


def _begin(day: str) -> datetime:
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput(f'--from takes a day such as 2026-12-31, not "{day[:40]}".') from None


def _line(price: "ModelPrice") -> str:
    own = {"cached input": price.cached_input, "cache write": price.cache_write, "reasoning": price.reasoning}
    further = "".join(f", {name} {_plain(each)}" for name, each in own.items() if each is not None)
    return (
        f"{price.id:>5}  {price.model:<24} {price.currency} input {_plain(price.input)}, output "
        f"{_plain(price.output)}{further} per 1,000,000 from {price.valid_from:%Y-%m-%d %H:%M} UTC"
    )


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
