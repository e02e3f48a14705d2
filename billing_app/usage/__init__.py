"""What each call of a language model, and each use of another vendor, costs us; and the sums that reports read.

`calls` is what a host tells us, `cost` the arithmetic, `PriceBook` the model prices, `CostLog` takes calls in and
corrects them, `Rollup` keeps the sums. This package knows no credits: `ports` says what it asks of those who do.
"""

from billing_app.usage.administration import ModelPrices, PriceList, Unpriced
from billing_app.usage.calls import Answer, Entry, LlmCall, VendorCost
from billing_app.usage.corrections import Correction, CostCorrections
from billing_app.usage.cost import ModelPrice, Tokens, cost_of
from billing_app.usage.log import CostLog
from billing_app.usage.prices import NewPrice, PriceBook
from billing_app.usage.reading import CostReads
from billing_app.usage.rollup import Behind, Rollup

__all__ = [
    "Answer",
    "Behind",
    "Correction",
    "CostCorrections",
    "CostLog",
    "CostReads",
    "Entry",
    "LlmCall",
    "ModelPrice",
    "ModelPrices",
    "NewPrice",
    "PriceBook",
    "PriceList",
    "Rollup",
    "Tokens",
    "Unpriced",
    "VendorCost",
    "cost_of",
]
