"""Where an installation keeps its things. Each catalogue has a folder of its own, so none sees another's data."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from billing_app.errors import Conflict, InvalidInput, NotFound
from billing_app.settings import Settings, new_secret

PROJECT = Path(__file__).resolve().parents[2]


class AlreadyRunning(Conflict):
    """Another process works on the same data folder."""

    code = "already_running"
    title = "This catalogue is already running"


@dataclass(frozen=True, slots=True)
class Running:
    """What a running supervisor tells other commands about itself. Holds secrets: written for its owner alone."""

    pid: int
    public_url: str
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of one catalogue's installation."""

    root: Path

    @classmethod
    def of(cls, settings: Settings) -> "Places":
        """The places of the catalogue in use: `.billing/<preset>`, or `.billing/<file name>-<hash of its path>`."""
        return cls((PROJECT / settings.data_dir).resolve() / folder_name(settings.catalog))

    @property
    def postgres(self) -> Path:
        """Data of the embedded PostgreSQL."""
        return self.root / "postgres"

    @property
    def sandbox(self) -> Path:
        """State of the Stripe sandbox."""
        return self.root / "sandbox"

    @property
    def logs(self) -> Path:
        """What each process writes."""
        return self.root / "logs"

    @property
    def build(self) -> Path:
        """Where the front end is built: sources, node_modules, output."""
        return self.root / "build"

    @property
    def development(self) -> Path:
        """Where `dev` builds, apart from what `run` serves."""
        return self.root / "development"

    @property
    def sites(self) -> Path:
        """Finished front ends, one folder per fingerprint. What is served is never changed, only replaced."""
        return self.root / "sites"

    @property
    def catalog(self) -> Path:
        """The catalogue in force, where it did not come from what `CATALOG` names: what the pages are built from."""
        return self.root / "catalog.toml"

    @property
    def reflex(self) -> Path:
        """Reflex's own folder, shared by the catalogues."""
        return self.root.parent / "reflex"

    def delete_data(self) -> list[str]:
        """Delete what people and payments have left here; the finished pages stay.

        Returns:
            What was deleted, for the screen.
        """
        deleted: list[str] = []
        for path in (self.postgres, self.sandbox, self.root / "secret_key", self.root / "webhook_secret", self.catalog):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.exists():
                path.unlink()
            else:
                continue
            deleted.append(shortened(path))
        return deleted

    def make(self) -> None:
        """Make the folders that everything else relies on.

        Raises:
            InvalidInput: they cannot be made; says why.
        """
        for folder in (self.root, self.logs, self.sites, self.reflex):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InvalidInput(
                    f"The folder {folder} cannot be made ({error.strerror}). Choose another place for the data with "
                    "DATA_DIR=..."
                ) from error

    def secret_key(self) -> str:
        """What signs links and tokens of a sandbox installation: made at first use, readable by its owner."""
        path = self.root / "secret_key"
        self.root.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            _write_privately(path, new_secret(), exclusive=True)
        return path.read_text().strip()

    def webhook_url(self) -> str | None:
        """Where the sandbox was last told to deliver to."""
        return self._webhook().get("url")

    def webhook_secret(self, url: str) -> str | None:
        """The secret of the sandbox's endpoint that delivers to `url`, if it was kept."""
        kept = self._webhook()
        return kept.get("secret") if kept.get("url") == url else None

    def _webhook(self) -> dict[str, str]:
        try:
            kept = json.loads((self.root / "webhook_secret").read_text())
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def keep_webhook_secret(self, url: str, secret: str) -> None:
        """Keep it: the sandbox tells it once, as Stripe does."""
        _write_privately(self.root / "webhook_secret", json.dumps({"url": url, "secret": secret}))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this installation for one process.

        Raises:
            AlreadyRunning: another process holds it; says which and where it serves.
        """
        self.make()
        with (self.root / "lock").open("a+") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                other = self.running()
                where = f"process {other.pid}, {other.public_url}" if other else "another command"
                raise AlreadyRunning(
                    f"The catalogue folder {self.root} is in use ({where}). Stop that with Ctrl-C first, or choose "
                    "another catalogue with CATALOG=... or another folder with DATA_DIR=..."
                ) from None
            self.forget()  # what somebody announced who could not take it back
            try:
                yield
            finally:
                self.forget()

    def announce(self, running: Running) -> None:
        """Tell other commands how to reach this installation."""
        _write_privately(self._running_file, json.dumps(asdict(running)))

    def forget(self) -> None:
        """Take the announcement back."""
        self._running_file.unlink(missing_ok=True)

    def running(self) -> Running | None:
        """What the running supervisor announced, if one is running."""
        try:
            announced = Running(**json.loads(self._running_file.read_text()))
            os.kill(announced.pid, 0)
        except (OSError, ValueError, TypeError):
            return None
        # The number may belong to another program by now; the lock cannot.
        return announced if self._lock_is_held() else None

    def _lock_is_held(self) -> bool:
        try:
            with (self.root / "lock").open() as handle:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    @property
    def _running_file(self) -> Path:
        return self.root / "running.json"


def check_catalog_name(name: str) -> str:
    """The catalogue's name as every process can use it: a preset's, or a file's full path.

    Raises:
        NotFound: there is neither; names the presets.
    """
    presets = sorted(path.stem for path in (PROJECT / "billing_app" / "catalog" / "presets").glob("*.toml"))
    if name in presets:
        return name
    if Path(name).is_file():
        return str(Path(name).resolve())
    raise NotFound(f"There is no catalogue {name!r}: no such file, and the presets are {', '.join(presets)}.")


def seller_of(catalog: str) -> str:
    """The name a catalogue sells under, for the sandbox's payment page; a bad catalogue is refused later, in full."""
    preset = PROJECT / "billing_app" / "catalog" / "presets" / f"{catalog}.toml"
    try:
        with (preset if preset.exists() else Path(catalog)).open("rb") as file:
            return str(tomllib.load(file)["brand"]["name"])[:60]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError):
        return "Sandbox seller"


def folder_name(catalog: str) -> str:
    """A folder's name for a preset, or for a catalogue file, told apart from another file of the same name."""
    if catalog.endswith(".toml") or "/" in catalog:
        path = Path(catalog).resolve()
        digest = hashlib.sha256(str(path).encode()).hexdigest()[:6]
        return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', path.stem)}-{digest}"
    return re.sub(r"[^A-Za-z0-9_-]+", "-", catalog)


def shortened(path: Path) -> str:
    """A path as people read it: from the project's folder where it lies inside."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)


def _write_privately(path: Path, text: str, *, exclusive: bool = False) -> None:
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if exclusive else os.O_TRUNC)
    with os.fdopen(os.open(path, flags, 0o600), "w") as handle:
        handle.write(text)
