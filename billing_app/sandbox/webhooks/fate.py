"""What becomes of the webhooks of a payment: chosen on the hosted page, to meet trouble on purpose."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal["now", "late", "twice", "reversed", "stale", "never"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DEFAULT_DELAY_S = 20
MAX_DELAY_S = 3600
_REPEAT_AFTER_MS = 1_000


@dataclass(frozen=True)
class Fate:
    """`late` waits `delay_s` seconds; `twice` repeats everything a second later; `stale` holds the
    first event back until newer ones have come; `never` keeps everything back.
    """

    kind: Kind = "now"
    delay_s: int = 0

    @classmethod
    def chosen(cls, kind: Any, delay_s: Any) -> "Fate":
        """A fate from a page's fields; what makes no sense is the ordinary fate."""
        if kind not in KINDS:
            return cls()
        given = str(delay_s).strip()
        delay = int(given) if given.isdecimal() and len(given) < 6 else DEFAULT_DELAY_S
        return cls(kind, min(delay, MAX_DELAY_S) if kind in ("late", "stale") else 0)


@dataclass(frozen=True)
class Planned:
    """One delivery to be: which of the events, how long from now, and whether it is sent at all."""

    index: int
    delay_ms: int
    withheld: bool = False


def plan(events: int, fate: Fate) -> list[Planned]:
    """Deliveries for `events` events in the order they happened; equal delays are sent in list order."""
    in_order = [Planned(index, 0) for index in range(events)]
    match fate.kind:
        case "now":
            return in_order
        case "late":
            return [Planned(planned.index, fate.delay_s * 1000) for planned in in_order]
        case "twice":
            return in_order + [Planned(planned.index, _REPEAT_AFTER_MS) for planned in in_order]
        case "reversed":
            return in_order[::-1]
        case "stale":
            held_ms = max(fate.delay_s, 1) * 1000
            return [Planned(planned.index, held_ms if planned.index == 0 else 0) for planned in in_order]
        case "never":
            return [Planned(planned.index, 0, withheld=True) for planned in in_order]
