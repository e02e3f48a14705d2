"""Gates as decorators for plain async functions: `@gates.require_feature("cv_generate")`."""

import inspect
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from billing_app.gates.taking import Gates, Pass, Service

P = ParamSpec("P")
T = TypeVar("T")


class FunctionGates(Gates):
    """Gates around async functions. Taken before the call, kept when it returns, given back when it raises."""

    def __init__(self, entitlements: Service, *, customer: str = "customer_id") -> None:
        """`customer` names the functions' argument that holds our customer id."""
        super().__init__(entitlements)
        self._customer = customer

    def require_plan(
        self, code: str
    ) -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]]:
        """This plan or a better one, else `PlanRequired`."""

        def decorate(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
            read = self._reader(function)

            @wraps(function)
            async def gated(*args: P.args, **kwargs: P.kwargs) -> T:
                await self.plan(read(args, kwargs)[self._customer], code)
                return await function(*args, **kwargs)

            return gated

        return decorate

    def require_feature(
        self,
        code: str,
        *,
        units: int = 1,
        operation: str | None = None,
        add_ons: Mapping[str, int] | None = None,
        reference: str | None = None,
    ) -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]]:
        """A use of a feature.

        Args:
            reference: names the argument that holds the business fact (a session's id), which is paid for once.
        """

        def around(customer_id: int, named: str | None) -> AbstractAsyncContextManager[Pass]:
            return self.feature(customer_id, code, units=units, operation=operation, add_ons=add_ons, reference=named)

        return self._decorator(around, reference)

    def require_credits(
        self, credits: int, *, feature: str, reference: str | None = None
    ) -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]]:
        """So many credits, named as spent on `feature`."""

        def around(customer_id: int, named: str | None) -> AbstractAsyncContextManager[Pass]:
            return self.credits(customer_id, credits, feature=feature, reference=named)

        return self._decorator(around, reference)

    def _decorator(
        self, around: Callable[[int, str | None], AbstractAsyncContextManager[Pass]], reference: str | None
    ) -> Callable[[Callable[P, Coroutine[Any, Any, T]]], Callable[P, Coroutine[Any, Any, T]]]:
        def decorate(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
            read = self._reader(function, reference)

            @wraps(function)
            async def gated(*args: P.args, **kwargs: P.kwargs) -> T:
                given = read(args, kwargs)
                async with around(given[self._customer], given[reference] if reference else None):
                    return await function(*args, **kwargs)

            return gated

        return decorate

    def _reader(
        self, function: Callable[..., Any], reference: str | None = None
    ) -> Callable[[tuple[Any, ...], dict[str, Any]], dict[str, Any]]:
        """How the arguments of a call are read by name; wrong use shows when the function is decorated, not later."""
        if not inspect.iscoroutinefunction(function):
            raise TypeError(f"{function.__qualname__} must be an async function to be gated")
        signature = inspect.signature(function)
        for name in (self._customer, reference):
            if name is not None and name not in signature.parameters:
                raise TypeError(f'{function.__qualname__} has no argument "{name}", which its gate needs')

        def read(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return bound.arguments

        return read
