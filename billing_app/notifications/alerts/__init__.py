"""Alerts: mails that nothing causes but time and use. Made by a job that reads what was committed."""

from billing_app.notifications.alerts.service import AlertService, PaymentCards

__all__ = ["AlertService", "PaymentCards"]
