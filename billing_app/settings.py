"""Every setting of the product, from the environment. Refuses what would be unsafe in live mode."""

import ipaddress
import secrets
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mode(StrEnum):
    """What a database is for. Stamped into it at first start and never changed."""

    SANDBOX = "sandbox"
    LIVE = "live"


class DemoData(StrEnum):
    """What a new sandbox is told at its first start: a few purchases, months of a small company, or a year of one."""

    FEW = "few"
    MONTHS = "months"
    YEAR = "year"


class Settings(BaseSettings):
    """Read from the environment and from `.env`. Secrets are `SecretStr`, so that no log or repr shows them."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = Field(default="", description="PostgreSQL to use; unset: an embedded one in `data_dir`.")
    database_owner_url: str = Field(
        default="", description="Owner of the schema, for migrations; unset: `DATABASE_URL`."
    )
    database_pool_size: int = Field(default=10, ge=1, le=100)

    stripe_secret_key: SecretStr = Field(default=SecretStr(""), description="Unset: the built-in sandbox.")
    stripe_webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="`whsec_...` of your endpoint; unset: that of the one `catalog push` made."
    )
    stripe_api_base: str = Field(default="", description="Address of a sandbox; never set it in live mode.")
    stripe_page_hosts: list[str] = Field(
        default_factory=list, description="Your own domains for Stripe's pages, such as `pay.example.com`; if any."
    )

    secret_key: SecretStr = Field(default=SecretStr(""), description="Signs links and tokens; 32 bytes or more.")
    public_url: str = Field(default="http://localhost:3000", description="Where people reach the app.")
    allowed_return_hosts: list[str] = Field(default_factory=list)
    hand_over_jwt_secret: SecretStr = Field(
        default=SecretStr(""), description="Takes hand-over JWTs signed HS256 with it; 32 characters or more."
    )
    hand_over_jwt_public_key: str = Field(
        default="", description="Takes hand-over JWTs signed EdDSA: an Ed25519 public key in PEM. Instead of a secret."
    )
    hand_over_jwt_audience: str = Field(default="", description="What their `aud` must name; unset: `PUBLIC_URL`.")
    trusted_proxy_hops: int | None = Field(
        default=None, ge=0, le=5, description="Proxies in front that set X-Forwarded-For; unset counts as none."
    )

    admin_allowed_addresses: list[str] = Field(
        default_factory=list,
        description="Networks that staff work from, on their pages and with keys of scope admin; unset: any.",
    )

    catalog: str = Field(default="showcase", description="A preset's name, or the path of a catalogue file.")
    build_catalog: str = Field(
        default="", description="Told by `run` to its parts: the catalogue in force, where it is not that of `CATALOG`."
    )
    data_dir: Path = Field(default=Path(".billing"))
    demo: DemoData = Field(
        default=DemoData.MONTHS,
        description="Demo data of a new sandbox: `few` purchases, `months` or a `year` of life.",
    )

    support_limit_credits: int = Field(
        default=1_000, ge=0, description="Credits that staff with the role support may give or take at once."
    )
    support_limit_minor: int = Field(
        default=10_000, ge=0, description="Minor units of a currency that support may give back at once."
    )

    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        description="smtp://user:password@host:587 or smtps://...:465; unset: mailbox page.",
    )
    mail_from: str = "Billing <billing@localhost>"

    worker_in_process: bool = Field(default=True, description="Run the job worker inside the web process.")
    log_level: str = "INFO"

    @property
    def mode(self) -> Mode:
        """Live when a Stripe key is set that is not the sandbox's."""
        if not self.stripe_secret_key.get_secret_value() or self.stripe_api_base:
            return Mode.SANDBOX
        return Mode.LIVE

    @property
    def shown_catalog(self) -> str:
        """What the pages are built from."""
        return self.build_catalog or self.catalog

    @property
    def owner_url(self) -> str:
        """What migrations connect as."""
        return self.database_owner_url or self.database_url

    @property
    def secure_cookies(self) -> bool:
        """Cookies only over HTTPS, when that is how people reach the app."""
        return self.public_url.startswith("https://")

    @field_validator("admin_allowed_addresses")
    @classmethod
    def _networks(cls, written: list[str]) -> list[str]:
        for one in written:
            try:
                ipaddress.ip_network(one, strict=False)
            except ValueError:
                example = '["10.0.0.0/8", "203.0.113.7"]'
                raise ValueError(f"ADMIN_ALLOWED_ADDRESSES is a list of networks such as {example}") from None
        return written

    @model_validator(mode="after")
    def _one_key_for_hand_overs(self) -> Self:
        secret = self.hand_over_jwt_secret.get_secret_value()
        if secret and self.hand_over_jwt_public_key:
            raise ValueError("set HAND_OVER_JWT_SECRET or HAND_OVER_JWT_PUBLIC_KEY, not both")
        if secret and len(secret) < 32:
            raise ValueError("HAND_OVER_JWT_SECRET must have 32 characters or more")
        return self

    @model_validator(mode="after")
    def _refuse_unsafe_live_values(self) -> Self:
        if self.mode is Mode.SANDBOX:
            return self
        problems: list[str] = []
        if len(self.secret_key.get_secret_value()) < 32:
            problems.append("SECRET_KEY must be set, 32 characters or more")
        if not self.database_url:
            problems.append("DATABASE_URL must be set: the embedded PostgreSQL is for the sandbox only")
        if not self.smtp_url.get_secret_value():
            problems.append("SMTP_URL must be set, or no e-mail would reach anyone")
        live_key = self.stripe_secret_key.get_secret_value().startswith(("sk_live_", "rk_live_"))
        if live_key and not self.secure_cookies:
            problems.append("PUBLIC_URL must start with https://")
        if self.secure_cookies and self.trusted_proxy_hops is None:
            # Left unset behind a proxy, all visitors would share one address, and with it one limit of attempts.
            problems.append("TRUSTED_PROXY_HOPS must be set to the number of proxies in front of the app, 0 if none")
        if problems:
            raise ValueError("; ".join(problems))
        return self


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def new_secret() -> str:
    """A fresh secret for signing, 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)
