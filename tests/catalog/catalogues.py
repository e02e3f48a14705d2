"""Catalogues for tests: a small one to break, and any one that the rules allow."""

from typing import Any

from hypothesis import strategies as st

from billing_app.catalog.fields import UnitCost
from billing_app.catalog.loading import Source, load
from billing_app.catalog.policies import Breakage, Policies, Rollover
from billing_app.catalog.schema import (
    AddOn,
    Brand,
    Catalog,
    CostOfGoods,
    Faq,
    Feature,
    Metering,
    Noun,
    Pack,
    PaymentFee,
    Period,
    Plan,
    PlanPrice,
    QuotaRule,
    Rate,
    Tax,
    Unlock,
)
from billing_app.money import Money, step_minor

SMALL = """\
format = 1
currency = "USD"

[brand]
name = "Small"
headline = "Pay for what you use"
seller = "Small Ltd"
support_email = "help@small.example"

[[features]]
code = "talk"
name = "Talk"
metering = "credits"
unit = { one = "talk", many = "talks" }

[[features]]
code = "pairs"
name = "Pairs"
metering = "unlock"

[[features]]
code = "cvs"
name = "CVs"
metering = "quota"
quota = { window = "month" }

[[plans]]
code = "pro"
name = "Pro"
credits_per_month = 100
quotas = { cvs = 10 }
prices = [
  { period = "month", amount = "29.00 USD" },
  { period = "year", amount = "290.00 USD" },
]

[[packs]]
code = "ten"
name = "Ten"
price = "4.00 USD"
credits = 10

[[unlocks]]
code = "pairs"
name = "Pairs"
price = "25.00 USD"
feature = "pairs"
uses = "unlimited"

[[rates]]
code = "talk"
name = "Talk"
feature = "talk"
credits = 1
"""


def small(*changes: tuple[str, str], name: str = "small.toml") -> Source:
    """The small catalogue with pieces of its text exchanged."""
    text = SMALL
    for old, new in changes:
        assert text.count(old) >= 1, f"{old!r} is not in the text"
        text = text.replace(old, new, 1)
    return Source(name, text)


def small_catalog(*changes: tuple[str, str]) -> Catalog:
    return load(small(*changes))


# ------------------------------------------------------------------------------- any catalogue the rules allow

codes = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=20
).map(lambda text: f"x{text}x")
counts = st.integers(1, 10**9)
limits = st.none() | st.integers(0, 1000)


def _prices(currency: str) -> st.SearchStrategy[Money]:
    return st.integers(200, 9_000).map(lambda steps: Money(steps * 100 * step_minor(currency) % 99_999_900, currency))


def _features() -> st.SearchStrategy[tuple[Feature, ...]]:
    feature = st.builds(
        Feature,
        code=codes,
        name=words,
        description=words,
        metering=st.sampled_from(Metering),
        unit=st.none() | st.builds(Noun, one=words, many=words),
        counts_per_unit=st.sampled_from([1, 60]),
        quota=st.builds(QuotaRule, window=st.sampled_from(["day", "week", "month"]), rollover=st.booleans()),
        playground=st.sampled_from([None, "interview", "counter"]),
    )
    return st.lists(feature, max_size=6, unique_by=lambda feature: feature.code).map(tuple)


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    """Any catalogue without a finding."""
    currency = draw(st.sampled_from(["USD", "EUR", "JPY", "KWD", "ISK"]))
    prices = _prices(currency)
    features = draw(_features())

    def of(*meterings: Metering) -> list[str]:
        return [feature.code for feature in features if feature.metering in meterings]

    def some(of_these: list[str]) -> list[str]:
        return draw(st.lists(st.sampled_from(of_these), unique=True)) if of_these else []

    def plan(code: str, *, paid: bool) -> Plan:
        periods = draw(st.lists(st.sampled_from(Period), min_size=1, max_size=2, unique=True)) if paid else []
        return Plan(
            code=code,
            name=draw(words),
            contact_only=not paid,
            sort=draw(st.integers(-5, 5)),
            active=draw(st.booleans()),
            prices=tuple(
                PlanPrice(period=period, amount=draw(prices), trial_days=draw(st.integers(0, 30))) for period in periods
            ),
            credits_per_month=draw(st.integers(0, 10**6)),
            features=tuple(some(of(Metering.INCLUDED, Metering.UNLOCK))),
            quotas={code: draw(limits) for code in some(of(Metering.QUOTA))},
            bullets=tuple(draw(st.lists(words, max_size=2))),
        )

    rates = tuple(
        Rate(
            code=code,
            name=draw(words),
            feature=code,
            credits=draw(st.integers(0, 100)),
            add_ons=tuple(
                draw(st.lists(st.builds(AddOn, code=codes, name=words, credits=counts, repeatable=st.booleans()),
                              max_size=2, unique_by=lambda add_on: add_on.code))
            ),
        )
        for code in of(Metering.CREDITS)
    )  # fmt: skip
    packs = draw(
        st.lists(
            st.builds(Pack, code=codes, name=words, price=prices, credits=counts, active=st.booleans(),
                      valid=st.none() | st.integers(1, 3650)),
            max_size=3, unique_by=lambda pack: pack.code,
        )
    )  # fmt: skip
    unlocks = [
        Unlock(code=code, name=draw(words), price=draw(prices), feature=code, uses=draw(st.none() | counts))
        for code in some(of(Metering.UNLOCK))
    ]
    costs = [
        CostOfGoods(feature=feature.code, name=draw(words), amount=UnitCost(amount=draw(_costs), currency=currency))
        for feature in features
        if draw(st.booleans())
    ]
    plan_codes = draw(st.lists(codes, max_size=3, unique=True))
    return Catalog(
        format=1,
        currency=currency,
        brand=Brand(name=draw(words), headline=draw(words), seller=draw(words), support_email="a@b.example"),
        tax=Tax(behavior=draw(st.sampled_from(["exclusive", "inclusive"]))),
        policies=draw(_policies),
        features=features,
        plans=tuple(plan(code, paid=draw(st.booleans())) for code in plan_codes),
        packs=tuple(packs),
        unlocks=tuple(unlocks),
        rates=rates,
        costs=tuple(costs),
        payment_fees=tuple(draw(_fees(currency))),
        faq=tuple(draw(st.lists(st.builds(Faq, question=words, answer=words), max_size=2, unique_by=_question))),
    )


_costs = st.decimals(min_value=0, max_value=1000, places=6)
_policies: st.SearchStrategy[Policies] = st.builds(
    Policies,
    breakage=st.just(Breakage()),
    rollover=st.just(Rollover()),
    past_due_grace_days=st.integers(0, 60),
    refund_of_spent=st.sampled_from(["debt", "write_off"]),
)


def _fees(currency: str) -> st.SearchStrategy[list[PaymentFee]]:
    percent = st.decimals(min_value=0, max_value=100, places=2)
    fee = st.builds(PaymentFee, currency=st.just(currency), percent=percent, fixed=_prices(currency))
    return st.lists(fee, max_size=1)


def _question(entry: Any) -> str:
    return entry.question
