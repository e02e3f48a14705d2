"""From looking to buying: how many take each step, what comes of walls, why people leave."""

from billing_app.reports.funnel.service import FunnelReports
from billing_app.reports.funnel.views import FunnelReport, Reason, Step, Wall

__all__ = ["FunnelReport", "FunnelReports", "Reason", "Step", "Wall"]
