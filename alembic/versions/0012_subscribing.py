"""Plans being bought and changed: checkouts, trials, changes under way."""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
