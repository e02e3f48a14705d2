"""The environment that every process of an installation is given. What a person has set is never replaced."""

import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

from billing_app.settings import Mode, Settings
from billing_app.supervisor.places import Places, check_catalog_name


def base_environment(settings: Settings, places: Places, port: int) -> dict[str, str]:
    """Our own environment, completed by what the settings leave open."""
    public_url = settings.public_url if "public_url" in settings.model_fields_set else f"http://localhost:{port}"
    made = {
        **os.environ,
        "CATALOG": check_catalog_name(settings.catalog),
        "PUBLIC_URL": public_url,
        "REFLEX_DIR": str(places.reflex),
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "PYTHONUNBUFFERED": "1",
    }
    if settings.mode is Mode.SANDBOX and not settings.secret_key.get_secret_value():
        made["SECRET_KEY"] = places.secret_key()
    return made


def give_runtime_folder(environment: MutableMapping[str, str]) -> None:
    """Set XDG_RUNTIME_DIR where it is missing, as in containers: PostgreSQL's wheel keeps its lock and socket there."""
    if environment.get("XDG_RUNTIME_DIR"):
        return
    folder = Path(tempfile.gettempdir()) / f"billing-app-{os.getuid()}"
    (folder / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = environment["XDG_RUNTIME_DIR"] = str(folder)
