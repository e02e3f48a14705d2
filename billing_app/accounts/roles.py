"""Roles, and who is asking. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from billing_app.accounts.errors import NotPermitted


class Role(StrEnum):
    """What a user may do. Each staff role includes those before it; a customer sees only what is their own."""

    CUSTOMER = "customer"
    VIEWER = "viewer"
    SUPPORT = "support"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Its place in the order above, from 0."""
        return list(Role).index(self)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is signed in, as of this request. `customer_id` is None for pure staff.

    `handed_over`: by a host product, whose address to go back to is `return_to`.
    `behind`: the member of staff who looks on as this customer until `looks_until`, and may change nothing; the rest is
    then the customer's, but for `user_id` and `session_id`.
    """

    user_id: int
    session_id: int
    customer_id: int | None
    role: Role
    email: str
    name: str
    verified: bool
    demo: bool
    handed_over: bool = False
    return_to: str | None = None
    behind: "Principal | None" = None
    looks_until: datetime | None = None

    @property
    def is_staff(self) -> bool:
        """Any role above customer."""
        return self.role is not Role.CUSTOMER

    def require(self, role: Role) -> None:
        """Let pass who has this role or one above it.

        Raises:
            NotPermitted: the role is lower.
        """
        if self.role.rank < role.rank:
            raise NotPermitted
