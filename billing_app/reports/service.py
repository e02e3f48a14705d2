"""The reports of revenue, liability and margin, as one service."""

from billing_app.reports.customer_margin import CustomerMarginReport
from billing_app.reports.margins import MarginReports
from billing_app.reports.revenue import RevenueReports


class Reports(RevenueReports, MarginReports, CustomerMarginReport):
    """Revenue, liability and margin. All amounts are of the one currency asked for; nothing is ever converted."""
