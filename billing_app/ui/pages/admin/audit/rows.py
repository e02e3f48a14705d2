"""A line of the audit log as people read it: what changed, member by member, before and after. Pure."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from billing_app.support.audit_reading import AuditLine
from billing_app.ui.format import moment

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$")
MOST_MEMBERS = 40
LONGEST_VALUE = 300
_WHO = {"system": "the product itself", "stripe": "Stripe", "cli": "command line", "anonymous": "a stranger"}


@dataclass
class Change:
    """One member of what was changed. An empty side was not there."""

    name: str
    before: str
    after: str


@dataclass
class AuditRow:
    """One line."""

    id: int
    at: str
    who: str
    actor: str
    action: str
    what: str
    object: str
    href: str
    reason: str
    ip: str
    changes: list[Change] = field(default_factory=list)


def audit_row(line: AuditLine) -> AuditRow:
    """The row of a line."""
    kind, _, number = line.object.partition(":")
    return AuditRow(
        id=line.id,
        at=moment(line.at),
        who=line.actor_name or _WHO.get(line.actor, line.actor),
        actor=line.actor,
        action=line.action,
        what=line.action.replace(".", " ").replace("_", " ").capitalize(),
        object=line.object,
        href=f"/admin/customers/{number}" if kind == "customer" and number.isdecimal() else "",
        reason=line.reason or "",
        ip=line.ip or "",
        changes=changes(line.before, line.after),
    )


def changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[Change]:
    """What was and what is, by name; what stayed the same on both sides is left out."""
    was, now = before or {}, after or {}
    names = [*now, *(name for name in was if name not in now)]
    found = [
        Change(name.replace("_", " "), said(was.get(name)), said(now.get(name)))
        for name in names
        if name not in was or name not in now or was[name] != now[name]
    ]
    return [one for one in found if one.before or one.after][:MOST_MEMBERS]


def said(value: Any) -> str:
    """A value in words; nothing for what is not there."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case str() if _MOMENT.match(value):
            text = moment(datetime.fromisoformat(value))
        case str():
            text = value
        case list():
            text = ", ".join(said(one) for one in value)
        case dict():
            text = ", ".join(f"{name}: {said(one) or 'none'}" for name, one in value.items())
        case _:
            text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "\N{HORIZONTAL ELLIPSIS}"
