"""What the business earns, owes and spends: read from sums that are kept beside the ledger and the cost log."""

from billing_app.reports.figures import Amount, Figure, margin_figure
from billing_app.reports.period import Interval, Period
from billing_app.reports.reader import Reader, may_read

__all__ = ["Amount", "Figure", "Interval", "Period", "Reader", "margin_figure", "may_read"]
