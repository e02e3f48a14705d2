"""Bring a database's schema up to date, from Python, the same way `alembic upgrade head` does."""

from pathlib import Path

from alembic import command
from alembic.config import Config

ROOT = Path(__file__).resolve().parents[2]


def config(owner_url: str) -> Config:
    """Alembic's configuration for one database, without reading its logging section."""
    made = Config(ROOT / "alembic.ini")
    made.attributes["configure_logger"] = False
    made.set_main_option("sqlalchemy.url", owner_url.replace("%", "%%"))
    return made


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Run every migration up to `revision`. Needs the owner of the schema."""
    command.upgrade(config(owner_url), revision)
