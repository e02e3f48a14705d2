"""The check of revenue: what is owed by the sums against what the ledger itself says, in each currency."""

from collections.abc import Sequence

from billing_app.money import Money
from billing_app.reports.tying import Tie
from billing_app.self_audit.report import Check, State

NAME, TITLE = "revenue", "Revenue ties to the ledger"


def revenue_check(ties: Sequence[Tie]) -> Check:
    """Its figure is in how many currencies the two do not agree."""
    wrong = [one for one in ties if not one.holds]
    if wrong:
        said = "; ".join(
            f"{one.currency}: by the sums {_owed(one.currency, one.summed_minor, one.summed_credits)}, by the ledger "
            f"{_owed(one.currency, one.owed_minor, one.owed_credits)}"
            for one in wrong[:5]
        )
        words = f"Owed to customers: {said}. Run 'python -m billing_app reports rebuild'; if it comes again, tell us."
        return Check(NAME, TITLE, State.BAD, f"{len(wrong)}", words)
    if not ties:
        return Check(NAME, TITLE, State.OK, "0", "Nothing was sold yet.")
    said = "; ".join(_owed(one.currency, one.owed_minor, one.owed_credits) for one in ties[:5])
    words = f"Owed to customers by the sums and by lots, days and uses themselves alike: {said}."
    return Check(NAME, TITLE, State.OK, "0", words)


def _owed(currency: str, minor: int, credits: int) -> str:
    return f"{Money(minor, currency).shown()} and {credits:,} paid credits"
