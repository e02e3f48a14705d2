"""Recurring revenue: how much there is, how it moved, who left, what a customer is worth, who is on which plan."""

from billing_app.reports.recurring.service import RecurringReports
from billing_app.reports.recurring.views import Distribution, Movement, Movements, PlanNow, PlanPart, Recurring

__all__ = ["Distribution", "Movement", "Movements", "PlanNow", "PlanPart", "Recurring", "RecurringReports"]
