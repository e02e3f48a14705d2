"""Which feature of the catalogue a playground page shows. Pure."""

from billing_app.catalog.schema import Catalog, Feature
from billing_app.errors import NotFound

_NAMES = {
    "interview": "practice interview",
    "qa_generator": "question generator",
    "qa_pairs": "library of questions and answers",
    "chat": "chat",
}


def feature_with(catalog: Catalog, kind: str) -> Feature:
    """The catalogue's feature of that kind of page (`playground` in the catalogue file).

    Raises:
        NotFound: the catalogue in force has none.
    """
    found = next((feature for feature in catalog.features if feature.playground == kind), None)
    if found is None:
        raise NotFound(f"This catalogue has no {_NAMES.get(kind, 'such page')}.")
    return found
