"""Whether whoever acts may only look: a member of staff who sees a page as its customer does.

Said once, where a session is recognised; from then on, for the rest of that request or event, the database itself
refuses every write, the ledger takes no operation, and nothing is asked of Stripe that changes something there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from billing_app.errors import Forbidden

_only_looking: ContextVar[bool] = ContextVar("only_looking", default=False)


class OnlyLooking(Forbidden):
    """A write was asked for by somebody who looks on as a customer."""

    code = "only_looking"
    title = "You are only looking"

    def __init__(self) -> None:
        super().__init__("You are looking as this customer: nothing can be changed. End the view first.")


def look_only(yes: bool) -> None:
    """Say for the rest of this task, and of what it begins, whether it may only look."""
    _only_looking.set(yes)


def only_looking() -> bool:
    """Whether nothing may be changed now."""
    return _only_looking.get()


def refuse_if_looking() -> None:
    """Before a write.

    Raises:
        OnlyLooking: nothing may be changed now.
    """
    if _only_looking.get():
        raise OnlyLooking


@contextmanager
def only_reading() -> Iterator[None]:
    """For the time of the block nothing is written, not even what reading would book: staff read, nobody was here."""
    token = _only_looking.set(True)
    try:
        yield
    finally:
        _only_looking.reset(token)
