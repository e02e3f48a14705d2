"""Hand-overs on a real database, and a shop that serves them."""

import pytest

from billing_app.accounts.hand_over.jwt import Hs256
from billing_app.accounts.hand_over.service import HandOvers
from billing_app.db.engine import Database
from billing_app.payments.returns import AllowedAddresses
from tests.accounts.people import SECRET
from tests.hand_over.tokens import AUDIENCE, JWT_SECRET


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
