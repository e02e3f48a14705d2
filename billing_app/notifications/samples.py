"""A sample of every mail there is, in the words and prices of a catalogue: for the page of templates, and for tests."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from billing_app.catalog.schema import Catalog, Pack, Plan
from billing_app.money import Money
from billing_app.notifications import letters
from billing_app.notifications.letters import AnyLetter, ReceiptLine

Every = Literal["month", "year"]


def samples(catalog: Catalog, at: datetime) -> list[tuple[str, AnyLetter]]:
    """What each sample shows, and the letter. Every kind of letter is there, with the variants that read differently.

    Args:
        at: the moment the samples are written.
    """
    return [*_of_accounts(at), *_of_purchases(catalog, at), *_of_plans(catalog, at), *_of_troubles(catalog, at),
            *_of_money_back(catalog, at), *_of_credits(catalog, at), *_of_enquiries(catalog)]  # fmt: skip


def _of_accounts(at: datetime) -> Iterator[tuple[str, AnyLetter]]:
    yield "Confirm the address", letters.VerifyEmail(user_id=1, state="sample")
    yield "Already registered", letters.AlreadyRegistered(user_id=1)
    yield "Set a new password", letters.ResetPassword(user_id=1)
    yield "Password changed", letters.PasswordChanged(user_id=1, at=at)


def _of_purchases(catalog: Catalog, at: datetime) -> Iterator[tuple[str, AnyLetter]]:
    name, price, credits = _pack(catalog)
    line = ReceiptLine(description=name, amount_minor=price.minor)
    bought = letters.Receipt(
        number="R-1024",
        currency=price.currency,
        lines=(line,),
        total_minor=price.minor,
        paid_at=at,
        credits_granted=credits,
        expires_at=at + timedelta(days=365),
        balance_after=credits + 3,
    )
    yield "Receipt of a pack", bought
    unlock = next((each.name for each in catalog.unlocks), name)
    yield (
        "Receipt of an unlock",
        bought.model_copy(
            update={
                "lines": (line.model_copy(update={"description": unlock}),),
                "credits_granted": None,
                "balance_after": None,
                "unlocked": (unlock,),
            }
        ),
    )
    yield (
        "Payment failed",
        letters.PaymentFailed(
            description=name,
            amount_minor=price.minor,
            currency=price.currency,
            reason="The bank did not carry out the payment after all. Nothing was charged.",
        ),
    )
    yield (
        "Money given back",
        letters.Refunded(
            description=name,
            amount_minor=price.minor,
            currency=price.currency,
            at=at,
            credits_removed=credits,
            debt_credits=4,
            balance_after=3,
        ),
    )


def _of_money_back(catalog: Catalog, at: datetime) -> Iterator[tuple[str, AnyLetter]]:
    name, price, _ = _pack(catalog)
    paid = {"description": name, "amount_minor": price.minor, "currency": price.currency}
    yield "Refund failed", letters.RefundFailed(**paid, at=at)
    yield "Payment disputed", letters.DisputeOpened(**paid, at=at)
    yield "Dispute decided for us", letters.DisputeClosed(**paid, at=at, refunded=False)
    yield "Dispute decided for the customer", letters.DisputeClosed(**paid, at=at, refunded=True)
    notice = letters.DisputeNotice(
        **paid,
        dispute="du_sample",
        customer=12,
        reason="fraudulent",
        inquiry=False,
        answer_by=at + timedelta(days=9),
    )
    yield "To the merchant: a dispute", notice
    yield "To the merchant: a bank asks", notice.model_copy(update={"inquiry": True})


def _of_plans(catalog: Catalog, at: datetime) -> Iterator[tuple[str, AnyLetter]]:
    plan, price, every = _plan(catalog)
    later = at + timedelta(days=365 if every == "year" else 31)
    paid = {"plan": plan.name, "amount_minor": price.minor, "currency": price.currency, "every": every}
    yield (
        "Receipt of a plan",
        letters.SubscriptionReceipt(
            number="A1B2C3D4-0002",
            plan=plan.name,
            currency=price.currency,
            lines=(ReceiptLine(description=f"{plan.name}, one {every}", amount_minor=price.minor),),
            total_minor=price.minor,
            paid_at=at,
            credits_granted=plan.credits_per_month or None,
            each_month=every == "year" and plan.credits_per_month > 0,
            expires_at=at + timedelta(days=31),
            balance_after=plan.credits_per_month or None,
            renews_at=later,
            invoice_url="https://invoice.example/i",
            pdf_url="https://invoice.example/i.pdf",
        ),
    )
    yield "Trial ends, then paid", letters.TrialEnding(ends_at=at + timedelta(days=3), charged=True, **paid)
    yield "Trial ends, nothing charged", letters.TrialEnding(ends_at=at + timedelta(days=3), charged=False, **paid)
    yield "Renewal reminder", letters.RenewalReminder(renews_at=at + timedelta(days=30), **{**paid, "every": "year"})
    cancelled = letters.PlanCancelled(plan=plan.name, ends_at=later, ended=False, credits_left=7)
    yield "Plan cancelled", cancelled
    yield "Plan cancelled, a payment open", cancelled.model_copy(update={"owing": True})
    yield "Plan ended", cancelled.model_copy(update={"ends_at": at, "ended": True})
    yield "Plan ended unpaid", cancelled.model_copy(update={"ends_at": at, "ended": True, "unpaid": True})
    yield "Plan resumed", letters.PlanResumed(renews_at=later, **paid)
    switched = letters.PlanSwitched(
        plan_before="the plan before",
        effective_at=at,
        scheduled=False,
        credits_per_month=plan.credits_per_month,
        **paid,
    )
    yield "Plan switched", switched
    yield "Switch planned", switched.model_copy(update={"scheduled": True, "effective_at": later})


def _of_troubles(catalog: Catalog, at: datetime) -> Iterator[tuple[str, AnyLetter]]:
    plan, price, _ = _plan(catalog)
    failed = letters.RenewalFailed(
        plan=plan.name,
        amount_minor=price.minor,
        currency=price.currency,
        reason="The card has too little money on it, or its limit is reached.",
        attempt=1,
        next_try_at=at + timedelta(days=3),
        access_ends_at=at + timedelta(days=7),
        pay_url="https://invoice.example/i",
    )
    yield "Renewal failed", failed
    yield "Renewal failed again", failed.model_copy(update={"attempt": 2})
    yield "Renewal failed for the last time", failed.model_copy(update={"final": True, "next_try_at": None})
    yield (
        "Confirm the payment with the bank",
        letters.PaymentActionRequired(
            plan=plan.name,
            amount_minor=price.minor,
            currency=price.currency,
            access_ends_at=at + timedelta(days=7),
            pay_url="https://invoice.example/i",
        ),
    )
    yield (
        "Card expires",
        letters.CardExpiring(
            plan=plan.name,
            brand="Visa",
            last4="4242",
            month=at.month,
            year=at.year,
            renews_at=at + timedelta(days=25),
        ),
    )


def _of_credits(catalog: Catalog, at: datetime) -> Iterator[tuple[str, AnyLetter]]:
    plan, _, _ = _plan(catalog)
    of = max(plan.credits_per_month, 20)
    low = letters.LowBalance(
        threshold=20,
        available=of // 5,
        of=of,
        next_credits=plan.credits_per_month or None,
        next_at=at + timedelta(days=12),
        sells_packs=any(pack.active for pack in catalog.packs),
    )
    yield "A fifth left", low
    yield "None left", low.model_copy(update={"threshold": 0, "available": 0})
    name, _, credits = _pack(catalog)
    expiring = letters.CreditsExpiring(
        days=30,
        credits=max(credits // 2, 1),
        granted=credits,
        origin=name,
        effective_at=at - timedelta(days=335),
        expires_at=at + timedelta(days=30),
        burns_next=False,
    )
    yield "Credits expire in a month", expiring
    yield (
        "Credits expire tomorrow",
        expiring.model_copy(update={"days": 1, "credits": 1, "burns_next": True, "expires_at": at + timedelta(days=1)}),
    )
    given = letters.CreditsAdjusted(
        credits=25,
        available=of + 25,
        name="Goodwill credits",
        reason="Your interview of Tuesday broke off. Sorry for that.",
        expires_at=at + timedelta(days=90),
    )
    yield "Credits given by hand", given
    taken = {"credits": -5, "available": of, "reason": "They were given twice.", "expires_at": None}
    yield "Credits taken by hand", given.model_copy(update=taken)


def _of_enquiries(catalog: Catalog) -> Iterator[tuple[str, AnyLetter]]:
    plan = next((plan.name for plan in catalog.plans if plan.contact_only), "")
    yield (
        "Enquiry, to the seller",
        letters.Enquiry(
            number="E-17",
            name="Ada Lovelace",
            email="ada@example.com",
            company="Analytical Engines",
            plan=plan,
            message="We are forty people.\n\nWhat would that cost a year?",
        ),
    )
    yield "Enquiry, to the person", letters.EnquiryReceived(number="E-17", plan=plan)


def _pack(catalog: Catalog) -> tuple[str, Money, int]:
    """A thing that is bought once."""
    pack: Pack | None = next((pack for pack in catalog.packs if pack.active), None)
    if pack is not None:
        return pack.name, pack.price, pack.credits
    unlock = next((unlock for unlock in catalog.unlocks if unlock.active), None)
    return (unlock.name, unlock.price, 25) if unlock is not None else ("A pack", Money(900, catalog.currency), 25)


def _plan(catalog: Catalog) -> tuple[Plan, Money, Every]:
    """A plan that costs something, by its longest period."""
    plan = next((plan for plan in catalog.plans if plan.prices and plan.active), None)
    if plan is None:
        return Plan(code="sample", name="A plan", credits_per_month=10), Money(2900, catalog.currency), "month"
    price = plan.prices[-1]
    return plan, price.amount, "year" if price.period == "year" else "month"
