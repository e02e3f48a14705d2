"""The API for staff and for the business's own programs: figures, and every one of them as CSV. Changes nothing."""

from billing_app.api.v1.admin import catalogue, costs, exports, recurring, revenue

ROUTERS = (revenue.router, recurring.router, costs.router, catalogue.router, exports.router)
