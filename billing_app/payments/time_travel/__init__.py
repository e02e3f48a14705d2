"""Sandbox mode: going forward in time, with everything that would have happened until then."""

from billing_app.payments.time_travel.happenings import Happening, Travelled
from billing_app.payments.time_travel.service import CannotTravel, TimeTravel, Work

__all__ = ["CannotTravel", "Happening", "TimeTravel", "Travelled", "Work"]
