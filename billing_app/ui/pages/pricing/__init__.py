"""What is for sale: plans, packs and unlocks, what a credit is, how they compare, and the questions people ask."""

from billing_app.ui.pages.pricing.page import pricing
from billing_app.ui.pages.pricing.state import PricingState

__all__ = ["PricingState", "pricing"]
