"""Reads the file of customers who move in: every value checked, every mistake told with its line. Pure."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from billing_app.accounts.email_address import parse_email
from billing_app.credits import LotKind
from billing_app.errors import DomainError, InvalidInput
from billing_app.money import Money
from billing_app.moving_in.arrivals import LOT_KINDS, Arrival, OpeningLot, OpeningUnlock, OpeningUsage, Problem

MAX_BYTES = 20 * 1024 * 1024
MAX_LINES = 100_000
MAX_LINES_EACH = 200
MAX_FIELD = 500
MAX_COUNT = 10**12
ID_LIMIT = 200

COLUMNS = (
    "customer", "email", "name", "stripe_customer", "stripe_subscription", "plan",
    "lot_credits", "lot_kind", "lot_expires", "lot_paid", "lot_currency", "lot_label",
    "unlock", "unlock_uses", "usage_feature", "usage_units",
)  # fmt: skip
_OF_CUSTOMER = ("email", "name", "stripe_customer", "stripe_subscription", "plan")
_OF_LOT = tuple(name for name in COLUMNS if name.startswith("lot_"))

TEMPLATE = (
    ",".join(COLUMNS) + "\n"
    "user-17,ada@example.com,Ada Lovelace,cus_EXAMPLE,sub_EXAMPLE,pro,"
    "120,plan,,29.00,USD,,,,,\n"
    "user-17,,,,,,500,purchase,2027-06-30,19.00,USD,Popular pack,,,,\n"
    "user-17,,,,,,,,,,,,answer_archive,unlimited,practice_session,3\n"
    "user-18,grace@example.com,Grace Hopper,,,,25,promotion,2027-01-31T12:00:00Z,,,Welcome,,,,\n"
)
"""One line for each lot, unlock or counted feature; the customer's own columns are needed once."""

_STRIPE_IDS = {
    "stripe_customer": re.compile(r"cus_[A-Za-z0-9_]{1,100}"),
    "stripe_subscription": re.compile(r"sub_[A-Za-z0-9_]{1,100}"),
}
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_WHOLE = re.compile(r"[0-9]{1,13}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class Read:
    """What a file says. Who has a problem is not among the arrivals."""

    arrivals: list[Arrival] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _Wrong(Exception):
    """A value that cannot be; the words say what would be right."""


def read(data: bytes) -> Read:
    """Read a whole file.

    Raises:
        InvalidInput: it is no such file at all: too large, not UTF-8, not CSV, a wrong header.
    """
    if len(data) > MAX_BYTES:
        raise InvalidInput(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB: split it; no customer across two.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("The file is not UTF-8: save it as CSV in UTF-8.") from None
    try:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = _header(next(rows, []))
        return _read(header, _numbered(rows))
    except csv.Error as error:
        raise InvalidInput(f"The file is not CSV with commas: {error}.") from None


def _header(row: list[str]) -> list[str]:
    names = [name.strip().lower() for name in row]
    if "customer" not in names:
        raise InvalidInput('The first line must name the columns, "customer" among them: see --template.')
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise InvalidInput(f'There is no column "{unknown[0][:40]}"; the columns are {", ".join(COLUMNS)}.')
    if len(set(names)) != len(names):
        raise InvalidInput("A column stands twice in the first line.")
    return names


def _numbered(rows: Iterable[list[str]]) -> Iterable[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=2):
        if number > MAX_LINES + 1:
            raise InvalidInput(f"The file has more than {MAX_LINES:,} lines: split it; no customer across two files.")
        if any(value.strip() for value in row):
            yield number, row


def _read(header: list[str], rows: Iterable[tuple[int, list[str]]]) -> Read:
    found, wrong = Read(), set[str]()
    people: dict[str, Arrival] = {}
    lines: dict[str, int] = {}
    for number, row in rows:
        given = {name: value.strip() for name, value in zip(header, row, strict=False)}
        who = given.get("customer", "")
        try:
            lines[who] = lines.get(who, 0) + 1
            _check_row(header, row, who, lines[who])
            _take(people.setdefault(who, Arrival(number, who)), number, given)
        except _Wrong as error:
            found.problems.append(Problem(number, who[:80], str(error)))
            wrong.add(who)
    for arrival in people.values():
        found.problems += (problems := list(_contradictions(arrival)) if arrival.external_id not in wrong else [])
        if arrival.external_id not in wrong and not problems:
            found.arrivals.append(arrival)
    doubled = list(_doubled(found.arrivals))
    found.problems = sorted([*found.problems, *doubled], key=lambda one: one.line)
    again = {problem.customer for problem in doubled}
    found.arrivals = [one for one in found.arrivals if one.external_id not in again]
    return found


def _check_row(header: list[str], row: list[str], who: str, lines: int) -> None:
    if lines > MAX_LINES_EACH:
        raise _Wrong(f"a customer has at most {MAX_LINES_EACH} lines")
    if len(row) != len(header):
        raise _Wrong(f"it has {len(row)} values instead of {len(header)}")
    for name, value in zip(header, row, strict=True):
        if len(value) > MAX_FIELD:
            raise _Wrong(f"{name} is longer than {MAX_FIELD} characters")
        if not value.strip().isprintable():
            raise _Wrong(f"{name} has a control character")
    if not 1 <= len(who) <= ID_LIMIT:
        raise _Wrong(f"customer is your own id of them, 1 to {ID_LIMIT} characters")


def _take(arrival: Arrival, line: int, given: dict[str, str]) -> None:
    for name in _OF_CUSTOMER:
        value = _customer_value(name, given.get(name, ""))
        known = getattr(arrival, name)
        if value and known and value != known:
            raise _Wrong(f'{name} is "{value[:60]}" here and "{known[:60]}" on an earlier line of this customer')
        if value:
            setattr(arrival, name, value)
    if any(given.get(name) for name in _OF_LOT):
        arrival.lots.append(_lot(line, len(arrival.lots) + 1, given))
    if given.get("unlock") or given.get("unlock_uses"):
        arrival.unlocks.append(_unlock(line, len(arrival.unlocks) + 1, given))
    if given.get("usage_feature") or given.get("usage_units"):
        arrival.usage.append(_usage(arrival, line, given))


def _customer_value(name: str, value: str) -> str:
    if not value:
        return ""
    if name in _STRIPE_IDS and not _STRIPE_IDS[name].fullmatch(value):
        raise _Wrong(f'{name} is Stripe\'s id and begins with "{_STRIPE_IDS[name].pattern[:4]}"')
    if name == "plan" and not _CODE.fullmatch(value):
        raise _Wrong("plan is a plan's code in the catalogue")
    if name == "email":
        try:
            return parse_email(value).address
        except DomainError as error:
            raise _Wrong(f"email: {error.detail}") from None
    return value


def _lot(line: int, number: int, given: dict[str, str]) -> OpeningLot:
    written = given.get("lot_kind", "")
    kind = next((one for one in LOT_KINDS if one == written.lower()), None)
    if kind is None:
        raise _Wrong(f"lot_kind is one of {', '.join(LOT_KINDS)}")
    paid = given.get("lot_paid", "")
    currency = given.get("lot_currency", "").upper()
    if bool(paid) != bool(currency):
        raise _Wrong("lot_paid and lot_currency go together: 19.00 and USD")
    try:
        money = Money.parse(f"{paid} {currency}") if paid else None
    except DomainError as error:
        raise _Wrong(f"lot_paid: {error.detail}") from None
    except ValueError as error:
        raise _Wrong(f"lot_paid: {error}") from None
    if money is not None and money.minor > 10**15:
        raise _Wrong("lot_paid is too large")
    return OpeningLot(
        line=line,
        number=number,
        credits=_whole(given.get("lot_credits", ""), "lot_credits", least=1),
        kind=kind,
        expires_at=_moment(given.get("lot_expires", "")),
        paid_minor=money.minor if money and money.minor else 0,
        currency=money.currency if money and money.minor else None,
        label=given.get("lot_label", "")[:200] or _label(kind),
    )


def _label(kind: LotKind) -> str:
    return {
        LotKind.PURCHASE: "Bought before the move",
        LotKind.PLAN: "Left of the plan",
        LotKind.TRIAL: "Left of the free trial",
        LotKind.FREE: "Left of the free month",
    }.get(kind, "Brought along")


def _unlock(line: int, number: int, given: dict[str, str]) -> OpeningUnlock:
    code, uses = given.get("unlock", ""), given.get("unlock_uses", "").lower()
    if not _CODE.fullmatch(code):
        raise _Wrong("unlock is an unlock's code in the catalogue")
    if uses == "unlimited":
        return OpeningUnlock(line, number, code, None)
    if not uses:
        raise _Wrong('unlock_uses says how many uses are left, or "unlimited"')
    return OpeningUnlock(line, number, code, _whole(uses, "unlock_uses", least=1))


def _usage(arrival: Arrival, line: int, given: dict[str, str]) -> OpeningUsage:
    feature = given.get("usage_feature", "")
    if not _CODE.fullmatch(feature):
        raise _Wrong("usage_feature is a feature's code in the catalogue")
    if any(one.feature == feature for one in arrival.usage):
        raise _Wrong(f"the use of {feature} stands twice: add it up in one line")
    return OpeningUsage(line, feature, _whole(given.get("usage_units", ""), "usage_units", least=0))


def _whole(value: str, name: str, *, least: int) -> int:
    if not _WHOLE.fullmatch(value) or not value.isascii() or not least <= int(value) <= MAX_COUNT:
        raise _Wrong(f"{name} is a whole number from {least} on, written in digits alone")
    return int(value)


def _moment(value: str) -> datetime | None:
    """A day ends at its last moment in UTC; a time needs its zone."""
    if not value or value.lower() == "never":
        return None
    try:
        if _DAY.fullmatch(value):
            return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _Wrong("lot_expires is a day (2027-06-30, to its end in UTC), a time with its zone, or empty for never")


def _contradictions(arrival: Arrival) -> Iterable[Problem]:
    """What can be told wrong without asking anybody."""

    def wrong(line: int, what: str) -> Problem:
        return Problem(line, arrival.external_id[:80], what)

    if arrival.stripe_subscription and not arrival.stripe_customer:
        yield wrong(arrival.line, "a stripe_subscription needs its stripe_customer")
    if arrival.plan and not arrival.stripe_subscription:
        yield wrong(arrival.line, "plan says which plan a stripe_subscription is: without one it has no meaning")
    seen: set[LotKind] = set()
    for lot in arrival.lots:
        if lot.kind in (LotKind.PLAN, LotKind.TRIAL) and not arrival.stripe_subscription:
            yield wrong(lot.line, f"a lot of kind {lot.kind} needs the stripe_subscription it belongs to")
        if lot.kind in (LotKind.TRIAL, LotKind.FREE):
            if lot.kind in seen:
                yield wrong(lot.line, f"there is one lot of kind {lot.kind}: add the credits up")
            if lot.paid_minor:
                yield wrong(lot.line, f"nothing is paid for a lot of kind {lot.kind}")
        if lot.kind in (LotKind.PLAN, LotKind.TRIAL, LotKind.FREE) and lot.expires_at is not None:
            yield wrong(lot.line, f"a lot of kind {lot.kind} ends with its window: leave lot_expires empty")
        seen.add(lot.kind)


def _doubled(arrivals: Iterable[Arrival]) -> Iterable[Problem]:
    """One Stripe customer or subscription for two of ours."""
    taken: dict[str, str] = {}
    for arrival in arrivals:
        for stripe_id in (arrival.stripe_customer, arrival.stripe_subscription):
            if stripe_id and taken.setdefault(stripe_id, arrival.external_id) != arrival.external_id:
                what = f"{stripe_id} is {taken[stripe_id][:60]}'s already, in this same file"
                yield Problem(arrival.line, arrival.external_id[:80], what)
