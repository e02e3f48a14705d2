"""The catalogue the pages were built with: brand and first prices, frozen into the HTML at build time."""

from functools import lru_cache

from billing_app.catalog.loading import load, read_source
from billing_app.catalog.schema import Brand, Catalog, Feature
from billing_app.settings import get_settings


@lru_cache(maxsize=1)
def built_catalog() -> Catalog:
    """The catalogue in force at the start, read once. Pages refresh what may have changed since when they load."""
    return load(read_source(get_settings().shown_catalog))


def brand() -> Brand:
    """Who sells, and how it speaks."""
    return built_catalog().brand


def feature_for(kind: str) -> Feature | None:
    """The feature a page of the playground shows, by its kind there; None when the catalogue has none."""
    return next((feature for feature in built_catalog().features if feature.playground == kind), None)
