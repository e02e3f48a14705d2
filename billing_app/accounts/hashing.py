"""Argon2id, off the event loop and a few at a time: each takes tens of milliseconds and 19 MiB."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from billing_app.accounts.errors import TooBusy

AT_ONCE = 2
WAITING_MAX = 64
T = TypeVar("T")


class PasswordVault:
    """Makes and checks password hashes. Memory and waiting are bounded; a full queue answers `TooBusy` at once."""

    def __init__(self) -> None:
        # OWASP's recommended minimum for argon2id (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="argon2")
        self._under_way = 0
        self._dummy: str | None = None
        self.checks = 0
        """Checks made so far, those against nobody's hash included: equal work is what hides who has an account."""

    async def hash(self, password: str) -> str:
        """The hash to store: algorithm, cost and salt included."""
        return await self._run(self._hasher.hash, _bytes(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one. Without a stored one it works as long, and says no."""
        if self._dummy is None:
            self._dummy = await self._run(self._hasher.hash, _bytes(secrets.token_urlsafe(24)))
        right = await self._run(self._check, stored or self._dummy, _bytes(password))
        return right and stored is not None

    def outdated(self, stored: str) -> bool:
        """Made with other costs than today's: hash again at the next sign-in."""
        return self._hasher.check_needs_rehash(stored)

    def _check(self, stored: str, password: bytes) -> bool:
        self.checks += 1
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *arguments: str | bytes) -> T:
        if self._under_way >= WAITING_MAX:
            raise TooBusy
        self._under_way += 1
        job = asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        job.add_done_callback(self._finished)  # also when the caller has gone: the thread is busy until then
        return await asyncio.shield(job)

    def _finished(self, _job: "asyncio.Future[Any]") -> None:
        self._under_way -= 1


def _bytes(password: str) -> bytes:
    """Whatever was typed, half a character included: it is wrong then, not an error."""
    return password.encode("utf-8", "surrogatepass")
