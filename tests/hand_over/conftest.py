"""Hand-overs on a real database, and a shop that serves them."""

import pytest

from billing_app.accounts.hand_over.jwt import Hs256
from billing_app.accounts.hand_over.service import HandOvers
from billing_app.accounts.service import AccountService
from billing_app.db.engine import Database
from billing_app.payments.returns import AllowedAddresses
from tests.api.conftest import sandbox, shop
from tests.hand_over.tokens import AUDIENCE, JWT_SECRET

__all__ = ["sandbox", "shop"]
SECRET = "a secret of more than thirty-two characters"


@pytest.fixture
def accounts(database: Database) -> AccountService:
    return AccountService(database, secret=SECRET, sandbox=True, answer_floor_s=0)


@pytest.fixture
def hand_overs(database: Database) -> HandOvers:
    return HandOvers(
        database,
        secret=SECRET,
        sandbox=True,
        addresses=AllowedAddresses(AUDIENCE, ["app.example.com"]),
        audience=AUDIENCE,
        verifier=Hs256(JWT_SECRET),
    )
