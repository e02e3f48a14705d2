"""What `catalog push` does to Stripe, step by step; each says on one line what it is. Pure."""

from dataclasses import dataclass
from typing import Any

from billing_app.catalog.items import Terms


@dataclass(frozen=True, slots=True)
class MakeProduct:
    """A product that is not there."""

    product: str
    fields: dict[str, Any]

    @property
    def line(self) -> str:
        return f"make product {self.product}: {self.fields['name']}"


@dataclass(frozen=True, slots=True)
class ChangeProduct:
    """A product that says something else than the catalogue, or was archived by hand."""

    product: str
    fields: dict[str, Any]
    why: str

    @property
    def line(self) -> str:
        return f"change product {self.product}: {self.why}"


@dataclass(frozen=True, slots=True)
class MakePrice:
    """A price for an item that has none in Stripe. `product` may be one that an earlier step makes."""

    item_id: int
    terms: Terms
    product: str

    @property
    def line(self) -> str:
        return f"make price for {self.terms.label}: {self.terms.in_words()}"


@dataclass(frozen=True, slots=True)
class ChangePrice:
    """A price that is right but for its lookup key, its marks, or having been archived by hand."""

    price: str
    label: str
    fields: dict[str, Any]
    why: str

    @property
    def line(self) -> str:
        return f"change price {self.price} of {self.label}: {self.why}"


@dataclass(frozen=True, slots=True)
class LinkPrice:
    """An item that has this price in Stripe, which our database does not know yet."""

    item_id: int
    label: str
    price: str

    @property
    def line(self) -> str:
        return f"link {self.label} with price {self.price}"


@dataclass(frozen=True, slots=True)
class ShowFirst:
    """Another price becomes the one a product shows first, because that one cannot be archived otherwise."""

    product: str
    item_id: int

    @property
    def line(self) -> str:
        return f"show another price first on product {self.product}"


@dataclass(frozen=True, slots=True)
class ArchivePrice:
    """A price nobody can buy at any more. Whoever pays it goes on paying it."""

    price: str
    what: str

    @property
    def line(self) -> str:
        return f"archive price {self.price}: {self.what}"


@dataclass(frozen=True, slots=True)
class ArchiveProduct:
    """A product of which nothing is for sale any more."""

    product: str

    @property
    def line(self) -> str:
        return f"archive product {self.product}"


Step = MakeProduct | ChangeProduct | MakePrice | ChangePrice | LinkPrice | ShowFirst | ArchivePrice | ArchiveProduct
