"""How often one may try. Counted before anything is looked up, for known and unknown addresses alike."""

from datetime import timedelta

from billing_app.accounts.email_address import EmailAddress
from billing_app.db.rate_limit import Limit, Take, network

_QUARTER = timedelta(minutes=15)
_HOUR = timedelta(hours=1)

SIGN_IN_FROM_PLACE = Limit("sign-in:place", 100, _QUARTER)
SIGN_IN_PAIR = Limit("sign-in:pair", 10, _QUARTER)
# Looser than the pair, so that a stranger's attempts from elsewhere do not lock somebody out soon.
SIGN_IN_TO_ACCOUNT = Limit("sign-in:account", 60, _HOUR)
SIGN_UP_FROM_PLACE = Limit("sign-up:place", 20, _HOUR)
SIGN_UP_OF_ADDRESS = Limit("sign-up:address", 5, _HOUR)
RESET_FROM_PLACE = Limit("reset:place", 20, _HOUR)
RESET_OF_ADDRESS = Limit("reset:address", 5, _HOUR)
LINK_FROM_PLACE = Limit("link:place", 60, _QUARTER)
OLD_PASSWORD = Limit("old-password", 10, _QUARTER)


def sign_in_pair(email: EmailAddress, ip: str | None) -> Take:
    """The attempts at one account from one place: the tightest limit, given back after the right password."""
    return Take(SIGN_IN_PAIR, f"{email.normalised}\0{network(ip)}")


def sign_in(email: EmailAddress, ip: str | None) -> tuple[Take, ...]:
    """What one attempt to sign in counts against."""
    return (
        sign_in_pair(email, ip),
        Take(SIGN_IN_TO_ACCOUNT, email.normalised),
        Take(SIGN_IN_FROM_PLACE, network(ip)),
    )


def sign_up(email: EmailAddress, ip: str | None) -> tuple[Take, ...]:
    """What one sign-up counts against; each may send a mail."""
    return Take(SIGN_UP_OF_ADDRESS, email.normalised), Take(SIGN_UP_FROM_PLACE, network(ip))


def reset(email: EmailAddress, ip: str | None) -> tuple[Take, ...]:
    """What asking for a reset link counts against; each may send a mail."""
    return Take(RESET_OF_ADDRESS, email.normalised), Take(RESET_FROM_PLACE, network(ip))


def link(ip: str | None) -> Take:
    """What opening a link from a mail counts against."""
    return Take(LINK_FROM_PLACE, network(ip))


def old_password(user_id: int) -> Take:
    """What asking for the present password counts against."""
    return Take(OLD_PASSWORD, str(user_id))
