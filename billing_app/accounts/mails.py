"""The mails that accounts cause. They carry no link: links are signed when the mail is rendered, and stored nowhere."""

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts.models import User
from billing_app.journal.outbox import post

VERIFY_EMAIL = "verify_email"
ALREADY_REGISTERED = "already_registered"
RESET_PASSWORD = "reset_password"  # noqa: S105 - a kind of mail
PASSWORD_CHANGED = "password_changed"  # noqa: S105


def _spell(seconds: int) -> int:
    """The number of the present stretch of time: what repeats within it is one mail."""
    return int(clock.wall().timestamp()) // seconds


async def ask_to_verify(
    session: AsyncSession, user: User, *, state: str, browser: str, next_path: str | None, again: bool = False
) -> None:
    """A link to confirm the address, bound to this sign-up (`state`) and its browser. `again`: one per 5 minutes."""
    await post(
        session,
        VERIFY_EMAIL,
        recipient=user.email,
        customer_id=user.customer_id,
        reference=f"{user.id}:{state}:{_spell(300)}" if again else f"{user.id}:{state}",
        data={"user_id": user.id, "state": state, "browser": browser, "next": next_path},
    )


async def tell_already_registered(session: AsyncSession, user: User) -> None:
    """Somebody signed up with the address of an account; at most once an hour."""
    await post(
        session,
        ALREADY_REGISTERED,
        recipient=user.email,
        customer_id=user.customer_id,
        reference=f"{user.id}:{_spell(3600)}",
        data={"user_id": user.id},
    )


async def send_reset_link(session: AsyncSession, user: User) -> None:
    """A link to set a new password; at most one a minute."""
    await post(
        session,
        RESET_PASSWORD,
        recipient=user.email,
        customer_id=user.customer_id,
        reference=f"{user.id}:{_spell(60)}",
        data={"user_id": user.id},
    )


async def tell_password_changed(session: AsyncSession, user: User, *, state: str) -> None:
    """The password was changed: whoever did not do it must hear of it."""
    await post(
        session,
        PASSWORD_CHANGED,
        recipient=user.email,
        customer_id=user.customer_id,
        reference=f"{user.id}:{state}",
        data={"user_id": user.id, "at": clock.wall().isoformat()},
    )
