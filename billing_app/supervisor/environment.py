"""The environment that every process of an installation is given. What a person has set is never replaced."""

import os

from billing_app.settings import Mode, Settings
from billing_app.supervisor.places import Places, check_catalog_name


def base_environment(settings: Settings, places: Places, port: int) -> dict[str, str]:
    """Our own environment, completed by what the settings leave open."""
    public_url = settings.public_url if "public_url" in settings.model_fields_set else f"http://localhost:{port}"
    made = {
        **os.environ,
        "PUBLIC_URL": public_url,
        "REFLEX_DIR": str(places.reflex),
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "PYTHONUNBUFFERED": "1",
    }
    if "catalog" in settings.model_fields_set:  # told apart from the default: live mode never sells that unasked
        made["CATALOG"] = check_catalog_name(settings.catalog)
    if settings.mode is Mode.SANDBOX and not settings.secret_key.get_secret_value():
        made["SECRET_KEY"] = places.secret_key()
    return made
