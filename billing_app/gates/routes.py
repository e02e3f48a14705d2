"""Gates as FastAPI dependencies: `Depends(gates.require_feature("cv_generate"), scope="function")`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends

from billing_app.gates.taking import Gates, Pass, Service

Asked = Callable[..., Awaitable[Pass]]
Around = Callable[..., AsyncIterator[Pass]]


async def no_reference() -> None:
    """Each request is a use of its own."""


class RouteGates(Gates):
    """Gates for routes of one app.

    With `scope="function"` a use is settled before the answer goes out; without, FastAPI settles after it. An exception
    of the route, `HTTPException` too, gives back what was taken; an error answer that is returned does not.
    """

    def __init__(self, entitlements: Service, *, customer: Callable[..., Any]) -> None:
        """`customer` is a dependency of yours: who is asking, as our customer id."""
        super().__init__(entitlements)
        self._customer = customer

    def require_plan(self, code: str) -> Asked:
        """This plan or a better one, else 403 `plan_required`."""

        async def dependency(customer_id: Annotated[int, Depends(self._customer)]) -> Pass:
            return await self.plan(customer_id, code)

        return dependency

    def require_feature(
        self,
        code: str,
        *,
        units: int = 1,
        operation: str | None = None,
        add_ons: Mapping[str, int] | None = None,
        reference: Callable[..., Any] = no_reference,
    ) -> Around:
        """A use of a feature, taken when the route succeeds; 402 or 403 with the wall's body before it runs.

        Args:
            reference: a dependency that names the business fact (a session's id), which is paid for once.
        """

        async def dependency(
            customer_id: Annotated[int, Depends(self._customer)], named: Annotated[str | None, Depends(reference)]
        ) -> AsyncIterator[Pass]:
            async with self.feature(
                customer_id, code, units=units, operation=operation, add_ons=add_ons, reference=named
            ) as passed:
                yield passed

        return dependency

    def require_credits(self, credits: int, *, feature: str, reference: Callable[..., Any] = no_reference) -> Around:
        """So many credits, taken when the route succeeds, named as spent on `feature`; else 402."""

        async def dependency(
            customer_id: Annotated[int, Depends(self._customer)], named: Annotated[str | None, Depends(reference)]
        ) -> AsyncIterator[Pass]:
            async with self.credits(customer_id, credits, feature=feature, reference=named) as passed:
                yield passed

        return dependency
