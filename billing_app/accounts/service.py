"""The accounts' use cases under one name; each group has its file."""

from billing_app.accounts.looks.service import Looking
from billing_app.accounts.password_change import PasswordChange
from billing_app.accounts.sign_in import SigningIn
from billing_app.accounts.staff import Staff


class AccountService(SigningIn, PasswordChange, Staff, Looking):
    """Sign-up, sign-in, sessions, passwords, roles, looking as a customer.

    Every method is one use case with transactions of its own.

    Made once per process: `AccountService(database, secret=..., sandbox=...)`.
    """
