"""Changing one's plan: `/plan/switch` shows what a switch costs and gives before it happens, `/plan/cancel` ends it."""

from billing_app.ui.pages.plan.cancel import cancel
from billing_app.ui.pages.plan.cancel_state import CancelState
from billing_app.ui.pages.plan.switch import switch
from billing_app.ui.pages.plan.switch_state import SwitchState

__all__ = ["CancelState", "SwitchState", "cancel", "switch"]
