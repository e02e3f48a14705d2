"""Gates for host code: a plan, a feature, credits, as FastAPI dependencies and as decorators (row D5).

See docs/gates.md.
"""

from billing_app.gates.functions import FunctionGates
from billing_app.gates.routes import RouteGates
from billing_app.gates.taking import Gates, Pass, UnknownPlan

__all__ = ["FunctionGates", "Gates", "Pass", "RouteGates", "UnknownPlan"]
