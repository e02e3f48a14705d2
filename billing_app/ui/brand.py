"""The catalogue the pages were built with: brand and first prices, frozen into the HTML at build time."""

from functools import lru_cache

from billing_app.catalog.loading import load, read_source
from billing_app.catalog.schema import Brand, Catalog
from billing_app.settings import get_settings


@lru_cache(maxsize=1)
def built_catalog() -> Catalog:
    """What `CATALOG` names, read once. Pages refresh what may have changed since when they load."""
    return load(read_source(get_settings().catalog))


def brand() -> Brand:
    """Who sells, and how it speaks."""
    return built_catalog().brand
