"""Demo data of a sandbox, made by the product's own services: what it shows has happened, nothing is invented."""

from typing import Any

from billing_app.accounts.service import AccountService
from billing_app.db.engine import Database
from billing_app.settings import Mode, Settings


class Demo:
    """Seeds a sandbox. Repeating it changes nothing."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._accounts = AccountService(
            database, secret=settings.secret_key.get_secret_value(), sandbox=settings.mode is Mode.SANDBOX
        )

    async def seed(self) -> list[dict[str, Any]]:
        """Demo people with their purchases and use.

        Returns:
            The sign-ins to print: `email`, `password`, `what`.

        Raises:
            Conflict: this is live mode.
        """
        return [
            {"email": one.email, "password": one.password, "what": one.role.value}
            for one in await self._accounts.ensure_demo()
        ]
