"""Somebody of the staff, as services see who acts."""

from billing_app.accounts.roles import Principal, Role


def staff(role: Role, user_id: int = 7) -> Principal:
    """Signed in, with an address that was confirmed."""
    return Principal(
        user_id=user_id,
        session_id=1,
        customer_id=None,
        role=role,
        email=f"{role.value}@example.com",
        name=role.value.capitalize(),
        verified=True,
        demo=False,
    )
