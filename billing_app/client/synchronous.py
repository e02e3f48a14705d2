"""The synchronous client of the billing API: stands alone, needs nothing but httpx."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx

from billing_app.client import calls, plan_calls, plan_results, results
from billing_app.client.errors import BillingError, RateLimited, Unavailable, Unreachable
from billing_app.client.exchange import Server, failure_of, no_answer, request_of, result_of
from billing_app.client.holds import Hold
from billing_app.client.letting_through import LetThrough, Waiting
from billing_app.client.retrying import Retries
from billing_app.client.wishes import (
    CheckoutWish,
    CostWish,
    GrantWish,
    HandOverWish,
    HoldWish,
    SpendWish,
    UseWish,
    Wish,
)

T = TypeVar("T")
_WITH_EACH = 5


class BillingClient:
    """One per process; safe among threads. Close it, or use it in `with`.

    Every request is sent again when there was no answer or the server was busy, under one idempotency key, so that it
    happens once. While billing cannot be reached a request fails (`Unreachable`), unless its feature is in
    `fail_open`: then the work goes on, and what was used is remembered and charged later.

    Args:
        url: where billing runs: `https://billing.example.com`.
        api_key: a server key, as `keys create` makes it. Never in a browser.
        timeout_s: of one attempt.
        fail_open: features that go on while billing cannot be reached.
        most_waiting: so many uses are remembered at most; beyond, those features fail closed too.
        told: called with each use that is let through, and once more if billing refuses it later (`refused`): write it
            down there if a crash must not lose it.
        transport: of httpx, for tests and special networks.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout_s: float = 5.0,
        retries: Retries | None = None,
        fail_open: Iterable[str] = (),
        most_waiting: int = 10_000,
        told: Callable[[LetThrough], None] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._server = Server(url.rstrip("/"), api_key)
        self._retries = retries or Retries()
        self._waiting = Waiting(fail_open, most=most_waiting, told=told)
        self._http = httpx.Client(
            base_url=self._server.url, headers=self._server.headers, timeout=timeout_s, transport=transport
        )

    def __repr__(self) -> str:
        return f"BillingClient({self._server.url!r})"

    def close(self) -> None:
        """Try once more to send what was let through, and give the connections back."""
        self.flush()
        self._waiting.left_behind()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Customers

    def put_customer(self, customer: str, *, name: str | None = None, email: str | None = None) -> results.Customer:
        """Create a customer by your own id, or change name and e-mail; what you leave out stays."""
        return self._send(calls.put_customer(customer, name, email))

    def entitlements(self, customer: str) -> results.Entitlements:
        """Everything a customer may do: plan, credits, each feature, use counted."""
        return self._send(calls.entitlements(customer))

    def usage(self, customer: str) -> tuple[results.Usage, ...]:
        """Every counted feature: used, limit, what is left."""
        return self._send(calls.usage(customer))

    def hand_over(self, customer: str, **wish: Unpack[HandOverWish]) -> results.HandOver:
        """A one-time link that signs your user into the billing pages. Redirect the browser there at once."""
        return self._send(calls.hand_over(customer, wish))

    # Selling

    def checkout(
        self, customer: str, kind: str, code: str, *, key: str | None = None, **wish: Unpack[CheckoutWish]
    ) -> results.Checkout:
        """Open Stripe's payment page for a pack, an unlock or a plan (with its `period`); send the browser there."""
        return self._send(calls.checkout(customer, kind, code, wish, key or calls.new_key()))

    def checkout_state(self, checkout_id: str) -> results.CheckoutState:
        """How far a checkout has come, by billing's own books."""
        return self._send(calls.checkout_state(checkout_id))

    def portal(self, customer: str, *, return_to: str | None = None, page: str | None = None) -> str:
        """The address of Stripe's portal for a customer who has bought something; `page`: home, payment_method."""
        return self._send(calls.portal(customer, return_to, page))

    # Their plan

    def subscription(self, customer: str) -> plan_results.Subscription:
        """The customer's plan, what comes next, and how each plan on sale stands to it."""
        return self._send(plan_calls.subscription(customer))

    def preview_plan(self, customer: str, plan: str, period: str) -> plan_results.PlanPreview:
        """What a switch would cost and give this moment; `period` is month or year."""
        return self._send(plan_calls.preview(customer, plan, period))

    def switch_plan(self, customer: str, token: str, *, key: str | None = None) -> plan_results.PlanChange:
        """Do what was previewed, exactly that."""
        return self._send(plan_calls.switch(customer, token, key or calls.new_key()))

    def cancel_plan(
        self,
        customer: str,
        *,
        when: str | None = None,
        reason: str | None = None,
        comment: str | None = None,
        key: str | None = None,
    ) -> plan_results.PlanEnding:
        """Cancel at the period's end, or with `when="now"` at once."""
        return self._send(plan_calls.cancel(customer, when, reason, comment, key or calls.new_key()))

    def resume_plan(self, customer: str, *, key: str | None = None) -> plan_results.PlanEnding:
        """Take a cancellation at the period's end back."""
        return self._send(plan_calls.resume(customer, key or calls.new_key()))

    def undo_plan_change(self, customer: str, *, key: str | None = None) -> plan_results.PlanEnding:
        """Take a scheduled change of plan back."""
        return self._send(plan_calls.undo(customer, key or calls.new_key()))

    def invoices(
        self, customer: str, *, after: str | None = None, limit: int | None = None
    ) -> plan_results.InvoicePage:
        """Their invoices, newest first."""
        return self._send(plan_calls.invoices(customer, after, limit))

    def log_llm(self, request_id: str, model: str, **wish: Unpack[CostWish]) -> plan_results.LoggedCost:
        """Log what a model's call cost; once for each request_id, however often it is told."""
        return self._send(plan_calls.log_llm(request_id, model, wish))

    # May they, and taking it

    def check(self, customer: str, feature: str, **wish: Unpack[Wish]) -> results.Decision:
        """Whether the customer may use a feature now, and if not, what would open it. Takes nothing."""
        return self._send(calls.check(customer, feature, wish))

    def check_many(self, customer: str, features: Sequence[str | Mapping[str, Any]]) -> tuple[results.Decision, ...]:
        """All locks of a page in one call; a feature with units is a mapping: feature, units, operation, add_ons."""
        return self._send(calls.check_many(customer, features))

    def use(self, customer: str, feature: str, *, key: str | None = None, **wish: Unpack[UseWish]) -> results.Use:
        """Ask and take at once, whatever the feature is paid by.

        Raises:
            Refused: not allowed; `options` would open it.
        """
        return self._send(calls.use(customer, feature, wish, key or calls.new_key()))

    def give_back(self, customer: str, feature: str, key: str) -> bool:
        """Undo a `use` whose work failed, by its key. Credits are given back by `reverse`."""
        return self._send(calls.give_back(customer, feature, key))

    # Credits

    def balance(self, customer: str) -> results.Balance:
        """What the customer has."""
        return self._send(calls.balance(customer))

    def ledger(self, customer: str, *, after: str | None = None, limit: int | None = None) -> results.EntryPage:
        """A page of the customer's entries, newest first."""
        return self._send(calls.ledger(customer, after, limit))

    def quote(self, feature: str, *, customer: str | None = None, **wish: Unpack[Wish]) -> results.Quote:
        """What it costs; with a customer, whether they have it. Takes nothing."""
        return self._send(calls.quote(feature, calls.given(customer=customer, **wish)))

    def consume(
        self, customer: str, feature: str, *, key: str | None = None, **wish: Unpack[SpendWish]
    ) -> results.Consumed:
        """Take credits.

        Raises:
            InsufficientCredits: fewer are available than it costs.
        """
        return self._send(calls.consume(customer, feature, wish, key or calls.new_key()))

    def consume_batch(self, spends: Sequence[calls.Spend]) -> results.Batch:
        """Up to 500 consumptions, each by itself: a refusal of one does not keep the others."""
        return self._send(calls.consume_batch(spends))

    def hold(self, customer: str, feature: str, *, key: str | None = None, **wish: Unpack[HoldWish]) -> Hold:
        """Set credits aside before work begins: `with client.hold(...) as hold: ...; hold.capture(13)`.

        Leaving the block by an error, or without a capture, gives them back.

        Raises:
            InsufficientCredits: fewer are available than it may cost.
        """
        call = calls.hold(customer, feature, wish, key or calls.new_key())
        assert call.key is not None
        return Hold(self, self._send(call), wish, call.key)

    def reverse(
        self, customer: str, entry: int, *, credits: int | None = None, note: str | None = None, key: str | None = None
    ) -> results.Reversed:
        """Give consumed credits back because the work failed; without `credits`, all that is left of the entry."""
        return self._send(calls.reverse(customer, entry, credits, note, key or calls.new_key()))

    def grant(
        self, customer: str, credits: int, *, note: str, key: str | None = None, **wish: Unpack[GrantWish]
    ) -> results.Granted:
        """Give credits that nobody paid for, with a reason. Needs an admin key."""
        given = {**wish, "note": note}
        return self._send(calls.grant(customer, credits, given, key or calls.new_key()))

    def request(self, method: str, path: str, *, body: Any = None, params: Any = None, key: str | None = None) -> Any:
        """Whatever else the API has: JSON in, JSON out, the same errors. A POST is sent again only with a `key`."""
        return self._send(calls.anything(method, path, body, params, key))

    # What was let through

    def learn_fail_open(self) -> frozenset[str]:
        """Ask the catalogue which features go on while billing cannot be reached, once, at the start; all that do."""
        return self._waiting.open(self._send(calls.failing_open()))

    @property
    def waiting(self) -> tuple[LetThrough, ...]:
        """What was let through and is not charged yet, the oldest first."""
        return self._waiting.listed()

    def flush(self, most: int = 1_000) -> int:
        """Send what was let through; how much of it billing has answered. Also done a little with each request."""
        sent = 0
        if not self._waiting.begin():
            return 0
        try:
            while sent < most and (one := self._waiting.next()) is not None:
                try:
                    self._answer(one.call)
                except (Unavailable, RateLimited):
                    break
                except BillingError as error:
                    self._waiting.settled(one, error)
                else:
                    self._waiting.settled(one)
                sent += 1
        finally:
            self._waiting.end()
        return sent

    # Sending

    def _record(self, call: calls.Call[T]) -> T:
        assert call.instead is not None, "only what can be let through is recorded"
        if call.later is not None and not self._waiting.keep(call.later):
            raise Unreachable("Billing cannot be reached, and there is no room to remember more.")
        return call.instead()

    def _send(self, call: calls.Call[T]) -> T:
        if self._waiting.resting(call):
            return self._record(call)
        try:
            told = self._answer(call)
        except Unavailable:
            self._waiting.rest()
            if not self._waiting.opens(call):
                raise
            return self._record(call)
        if len(self._waiting):
            self.flush(_WITH_EACH)
        return told

    def _answer(self, call: calls.Call[T]) -> T:
        attempt = 0
        while True:
            attempt += 1
            status, after = None, None
            try:
                answer = self._http.request(**request_of(call))
            except httpx.TransportError as error:
                failure: BillingError = no_answer(call, error)
            else:
                if answer.is_success:
                    return result_of(call, answer)
                failure, status = failure_of(answer), answer.status_code
                after = answer.headers.get("Retry-After")
            pause = self._retries.pause(attempt, status, after) if call.again else None
            if pause is None:
                raise failure
            time.sleep(pause)
