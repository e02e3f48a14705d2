"""The plan of differences by itself: whatever was sold before and whatever stands in Stripe, pushing once is enough."""

from dataclasses import dataclass, field, replace
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing_app.catalog.items import Offer, Wanted, reconcile, wanted
from billing_app.catalog.schema import Catalog
from billing_app.payments.pushing.plan import Remote, plan_prices, stays
from billing_app.payments.pushing.steps import (
    ArchivePrice,
    ArchiveProduct,
    ChangePrice,
    ChangeProduct,
    LinkPrice,
    MakePrice,
    MakeProduct,
    ShowFirst,
    Step,
)
from billing_app.payments.pushing.wanted import charges_the_same, mark
from billing_app.payments.stripe_catalogue import RemotePrice, RemoteProduct
from tests.catalog.catalogues import catalogs, small_catalog


@dataclass
class World:
    """Our items and what Stripe has, changed as the real ones are."""

    items: list[Offer] = field(default_factory=list)
    products: dict[str, RemoteProduct] = field(default_factory=dict)
    prices: dict[str, RemotePrice] = field(default_factory=dict)
    numbers: count = field(default_factory=lambda: count(1))

    def sell(self, catalog: Catalog) -> None:
        """As `catalog apply`."""
        due = reconcile(wanted(catalog), self.items)
        gone = {offer.item_id for offer in due.retire}
        back = {offer.item_id for offer, _ in due.revive}
        self.items = [
            replace(item, retired_in=1 if item.item_id in gone else None if item.item_id in back else item.retired_in)
            for item in self.items
        ]
        self.items += [self._item(item) for item in due.make]

    def _item(self, item: Wanted) -> Offer:
        return Offer(next(self.numbers), item.terms, item.name, item.description, 1, None, None, item.definition)

    def push(self) -> tuple[Step, ...]:
        steps = plan_prices(self.items, Remote(self.products, self.prices)).steps
        for step in steps:
            self._take(step)
        return steps

    def _take(self, step: Step) -> None:
        match step:
            case MakeProduct():
                assert step.product not in self.products
                fields = {"description": "", "tax_code": None, "default_price": None, **step.fields}
                self.products[step.product] = RemoteProduct(id=step.product, **fields)
            case ChangeProduct():
                self.products[step.product] = replace(self.products[step.product], **step.fields)
            case MakePrice():
                terms, name = step.terms, f"price_{next(self.numbers)}"
                assert step.product in self.products
                self._free(terms.lookup_key)
                self.prices[name] = RemotePrice(
                    name, step.product, True, terms.amount_minor, terms.currency or "",
                    terms.period.value if terms.period else None, True, terms.tax_behavior, terms.lookup_key,
                    mark(terms),
                )  # fmt: skip
                self._link(step.item_id, name)
            case ChangePrice():
                changed = {key: value for key, value in step.fields.items() if key != "transfer_lookup_key"}
                if "lookup_key" in changed:
                    self._free(changed["lookup_key"])
                self.prices[step.price] = replace(self.prices[step.price], **changed)
            case LinkPrice():
                self._link(step.item_id, step.price)
            case ShowFirst():
                (item,) = [item for item in self.items if item.item_id == step.item_id]
                self.products[step.product] = replace(self.products[step.product], default_price=item.stripe_price_id)
            case ArchivePrice():
                price = self.prices[step.price]
                assert self.products[price.product].default_price != price.id, "Stripe refuses that"
                self.prices[step.price] = replace(price, active=False)
            case ArchiveProduct():
                self.products[step.product] = replace(self.products[step.product], active=False)

    def _free(self, lookup_key: str) -> None:
        for price in list(self.prices.values()):
            if price.lookup_key == lookup_key:
                self.prices[price.id] = replace(price, lookup_key=None)

    def _link(self, item_id: int, price: str) -> None:
        assert all(item.stripe_price_id != price for item in self.items if item.item_id != item_id), "one item a price"
        self.items = [replace(i, stripe_price_id=price) if i.item_id == item_id else i for i in self.items]

    def is_right(self) -> None:
        """Every item on sale has an active price of its own that asks what its terms say, under its lookup key."""
        on_sale = [item for item in self.items if item.retired_in is None and item.price]
        for item in on_sale:
            price = self.prices[item.stripe_price_id or ""]
            assert charges_the_same(price, item.terms)
            assert (price.active, price.lookup_key) == (True, item.terms.lookup_key)
            assert self.products[price.product].active
        sold = {item.stripe_price_id for item in on_sale}
        for price in self.prices.values():
            product = self.products[price.product]
            if price.ours and price.active and price.id not in sold:
                # Stripe keeps a product's first price; nobody can buy it with its product archived.
                assert product.default_price == price.id
                assert not product.active


one_currency = catalogs().filter(lambda catalog: catalog.currency == "USD")
many = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@given(st.lists(one_currency, min_size=1, max_size=4))
@many
def test_after_any_catalogues_one_push_is_enough_and_nothing_is_made_twice(history: list[Catalog]) -> None:
    world = World()
    for catalog in history:
        world.sell(catalog)
        world.push()
        world.is_right()
        assert world.push() == ()
    made = len(world.prices)
    for catalog in history:
        world.sell(catalog)
        world.push()
        world.is_right()
    assert len(world.prices) == made


@given(one_currency, st.data())
@many
def test_whatever_somebody_does_by_hand_the_next_push_puts_right(catalog: Catalog, data: st.DataObject) -> None:
    world = World()
    world.sell(catalog)
    world.push()
    before = dict(world.prices)
    for price in before.values():
        world.prices[price.id] = replace(
            world.prices[price.id],
            active=data.draw(st.booleans()),
            lookup_key=data.draw(st.sampled_from([price.lookup_key, None, f"{price.lookup_key}_x"])),
            metadata=data.draw(st.sampled_from([price.metadata, {}])),
        )
    for product in list(world.products.values()):
        world.products[product.id] = replace(
            product,
            name=data.draw(st.sampled_from([product.name, "By hand"])),
            active=data.draw(st.booleans()),
            default_price=data.draw(
                st.sampled_from([None, *[p.id for p in before.values() if p.product == product.id]])
            ),
        )
    world.push()
    world.is_right()
    assert world.push() == ()
    assert world.prices.keys() == before.keys()


@given(one_currency)
@many
def test_a_database_that_lost_its_links_finds_every_price_again(catalog: Catalog) -> None:
    world = World()
    world.sell(catalog)
    world.push()
    before = dict(world.prices)
    world.items = [replace(item, stripe_price_id=None) for item in world.items]
    assert all(isinstance(step, LinkPrice) for step in world.push())
    assert world.prices == before


def test_a_price_shown_first_gives_way_before_it_is_archived() -> None:
    world = World()
    world.sell(small_catalog())
    world.push()
    first = next(price for price in world.prices.values() if price.lookup_key == "pack_ten")
    world.products[first.product] = replace(world.products[first.product], default_price=first.id)
    world.sell(small_catalog(('"4.00 USD"', '"5.00 USD"')))
    kinds = [type(step) for step in world.push()]
    assert kinds == [MakePrice, ShowFirst, ArchivePrice]
    world.is_right()


def test_two_things_never_share_a_product_that_somebody_made() -> None:
    world = World(products={"prod_1": RemoteProduct("prod_1", "All in one", "", True, None, None)})
    for key, amount, interval in (
        ("pack_ten", 400, None),
        ("unlock_pairs", 2500, None),
        ("plan_pro_month", 2900, "month"),
    ):
        world.prices[key] = RemotePrice(key, "prod_1", True, amount, "USD", interval, True, "unspecified", key)
    world.sell(small_catalog())
    world.push()
    world.is_right()
    assert world.push() == ()
    assert len({world.prices[item.stripe_price_id or ""].product for item in world.items}) == 3


def test_who_stays_is_counted_only_for_prices_nobody_can_take_any_more() -> None:
    world = World()
    world.sell(small_catalog())
    world.sell(small_catalog(('"29.00 USD"', '"35.00 USD"')))
    by_item = {item.item_id: 1_200 for item in world.items}
    assert stays(world.items, by_item) == [
        "1,200 subscriptions stay on plan pro by month: 100 credits a month for 29.00 USD"
    ]
