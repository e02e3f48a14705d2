"""Who may read reports: staff of any role, keys of scope admin, and the command line."""

from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.api_keys.service import KeyHolder
from billing_app.accounts.roles import Principal, Role

Reader = Principal | KeyHolder | None
"""Who asks. None is the command line of the installation itself."""


def may_read(by: Reader) -> None:
    """Let pass who may see figures of the business.

    Raises:
        NotPermitted: signed in, and no member of staff. WrongScope: a key that is not of scope admin.
    """
    match by:
        case Principal():
            by.require(Role.VIEWER)
        case KeyHolder():
            by.require(Scope.ADMIN)
        case None:
            pass
