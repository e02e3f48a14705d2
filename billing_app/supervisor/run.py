"""`run` and `dev`: the order in which the parts start, and in which they end."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import TYPE_CHECKING

from billing_app.errors import Unavailable
from billing_app.settings import Mode, Settings
from billing_app.supervisor import frontend, ports
from billing_app.supervisor.children import Child
from billing_app.supervisor.environment import base_environment
from billing_app.supervisor.places import PROJECT, Places, Running, check_catalog_name, seller_of, shortened
from billing_app.supervisor.screen import Screen
from billing_app.supervisor.tasks import Interrupted, Tasks, Underway

if TYPE_CHECKING:
    from billing_app.db.embedded import EmbeddedServer

WEBHOOK_PATH = "/api/v1/webhooks/stripe"
_DEVELOPMENT_BACKEND_OFFSET = 5000
_POSTGRES_LOOK_S = 5
_HURRY_S = 2


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    port: int = 3000
    host: str = ""
    sandbox_port: int | None = None
    develop: bool = False


@dataclass
class Supervisor:
    """Starts PostgreSQL, the Stripe sandbox, the database's content, the pages and the web process; watches; ends."""

    settings: Settings
    wishes: Wishes
    screen: Screen = field(default_factory=Screen)

    def __post_init__(self) -> None:
        if not self.wishes.host:
            # A sandbox has printed passwords and an open mailbox; a live server in a container must be reachable.
            everywhere = "0.0.0.0"  # noqa: S104
            host = ports.LOOPBACK if self.settings.mode is Mode.SANDBOX else everywhere
            self.wishes = replace(self.wishes, host=host)
        self.places = Places.of(self.settings)
        self._asked = threading.Event()
        self._postgres: EmbeddedServer | None = None
        self._children: list[Child] = []
        self._environment: dict[str, str] = {}
        self._web_port = self.wishes.port
        self._sandbox_address = ""
        self._tasks = Tasks(self.places, self._asked.is_set)
        self._life: Underway | None = None

    def run(self) -> int:
        """Everything, until asked to end.

        Returns:
            The exit code: 0 when ended by Ctrl-C, SIGTERM or the terminal's going away.

        Raises:
            DomainError: something does not start, or does not stay; one sentence that says what to do.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end_soon)
        began = time.monotonic()
        check_catalog_name(self.settings.catalog)
        ports.must_be_free(self.wishes.port, self.wishes.host, variable="PORT", option="--port")
        with self.places.locked():
            try:
                self._start(began)
                self._watch()
            except Interrupted:
                pass
            finally:
                self._end()
        return 0

    def _end_soon(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked.is_set():
            for child in self._children:
                child.stop_limit_s = _HURRY_S
        self._asked.set()

    def _go_on(self) -> None:
        if self._asked.is_set():
            raise Interrupted

    def _start(self, began: float) -> None:
        self.screen.say(f"\nBilling app: catalogue {self.settings.catalog}, {self.settings.mode.value} mode\n")
        self._environment = base_environment(self.settings, self.places, self.wishes.port)
        if self.wishes.develop:
            self._web_port = ports.first_free(self.wishes.port + _DEVELOPMENT_BACKEND_OFFSET)
        steps: list[Callable[[], object]] = []
        if not self.settings.database_url:
            steps.append(self._start_postgres)
        if self._has_sandbox:
            steps.append(self._start_sandbox)
        for step in steps:
            step()
            self._go_on()
        prepared = self._prepare()
        self._go_on()
        self._life = self._tasks.begin_life(self._environment) if prepared.get("life") else None
        self._pages(str(prepared.get("catalog_hash", "")))
        self._go_on()
        self._tell_life()
        self._start_web()
        self._announce()
        self._show_addresses(prepared, began)

    @property
    def _has_sandbox(self) -> bool:
        return self.settings.mode is Mode.SANDBOX and not self.settings.stripe_api_base

    def _start_postgres(self) -> None:
        with self.screen.step("PostgreSQL", "starting the embedded server") as step:
            from billing_app.db.embedded import EmbeddedServer

            self._postgres = server = EmbeddedServer(self.places.postgres)
            self._bring_up(server)
            self._environment |= {"DATABASE_URL": server.url, "DATABASE_OWNER_URL": server.owner_url}
            step.detail = f"embedded, data in {shortened(self.places.postgres)}"

    def _bring_up(self, server: "EmbeddedServer") -> None:
        try:
            server.start(give_up=self._asked.is_set)
        except RuntimeError as error:
            self._go_on()
            raise Unavailable(str(error)) from error

    def _start_sandbox(self) -> None:
        with self.screen.step("Stripe sandbox", "starting") as step:
            port = self.wishes.sandbox_port or ports.first_free(self.wishes.port + 1)
            ports.must_be_free(port, ports.LOOPBACK, variable="SANDBOX_PORT", option="--sandbox-port")
            address = f"http://localhost:{port}"
            self.places.sandbox.mkdir(parents=True, exist_ok=True)
            arguments = ["--port", str(port), "--base-url", address, "--data", str(self.places.sandbox)]
            in_force = str(self.places.catalog) if self.places.catalog.exists() else self.settings.catalog
            arguments += ["--seller", seller_of(in_force)]
            self._launch(
                Child(
                    name="Stripe sandbox",
                    command=[sys.executable, "-m", "billing_app.sandbox", *arguments],
                    environment=dict(self._environment),
                    log=self.places.logs / "sandbox.log",
                    folder=PROJECT,
                    ready_url=f"http://{ports.LOOPBACK}:{port}/",
                    stop_limit_s=10,
                )
            )
            # Not by name: a bare system may have no /etc/hosts. Browsers know what localhost is without it.
            self._environment["STRIPE_API_BASE"] = f"http://{ports.LOOPBACK}:{port}"
            self._sandbox_address = step.detail = address

    def _prepare(self) -> Mapping[str, object]:
        with self.screen.step("Database", "migrations, catalogue, demo data") as step:
            webhook_url = f"http://{ports.LOOPBACK}:{self._web_port}{WEBHOOK_PATH}" if self._has_sandbox else ""
            prepared = self._tasks.prepare_database(self._environment, webhook_url)
            if secret := prepared.get("webhook_secret"):
                self._environment["STRIPE_WEBHOOK_SECRET"] = str(secret)
            if in_force := prepared.get("catalog_file"):
                self._environment["BUILD_CATALOG"] = str(in_force)
            step.detail = str(prepared.get("summary", ""))
            return prepared

    def _pages(self, catalog_hash: str) -> None:
        if self.wishes.develop:
            with self.screen.step("Pages", "laying out the folder they are built in"):
                self._environment = frontend.build_environment(self._environment, self.places.development)
                self._tasks.lay_out_web_folder(self._environment)
            return
        with self.screen.step("Pages", "building, about a minute the first time") as step:
            # Pages name themselves by the address people use; while none is set, another port must not cost a build.
            address = self.settings.public_url
            parts = (frontend.sources_digest(), self.settings.catalog, catalog_hash, address)
            site = frontend.site_for(self.places, frontend.fingerprint(*parts))
            step.detail = "as built before" if site else "built"
            if site is None:
                building = frontend.build_environment(self._environment, self.places.build)
                self._tasks.build_pages({**building, "PUBLIC_URL": address})
                site = frontend.publish(self.places, frontend.fingerprint(*parts))
            self._environment["REFLEX_WEB_WORKDIR"] = str(site)

    def _tell_life(self) -> None:
        """Nothing is served before it is today: the demo life begins in the past (docs/adr/0012)."""
        if self._life is None:
            return
        with self.screen.step("Demo life", "telling the last months") as step:
            step.detail = self._life.finish()

    def _start_web(self) -> None:
        with self.screen.step("Web", "starting") as step:
            self._launch(
                Child(
                    name="web process",
                    command=self._web_command(),
                    environment=dict(self._environment),
                    log=self.places.logs / "web.log",
                    folder=PROJECT,
                    ready_url=f"http://{ports.LOOPBACK}:{self._web_port}/ping",
                    ready_limit_s=300 if self.wishes.develop else 90,
                    # Reflex's development server waits for its Node; there is nothing to drain.
                    stop_limit_s=3 if self.wishes.develop else 25,
                    echo=self.wishes.develop,
                )
            )
            step.detail = self._environment["PUBLIC_URL"]

    def _web_command(self) -> list[str]:
        port, host = str(self.wishes.port), self.wishes.host
        if not self.wishes.develop:
            return [sys.executable, "-m", "billing_app", "web", "--host", host, "--port", port]
        backend = ["--backend-port", str(self._web_port), "--backend-host", ports.LOOPBACK]
        return [sys.executable, "-m", "reflex", "run", "--env", "dev", "--frontend-port", port, *backend]

    def _launch(self, child: Child) -> None:
        self._children.append(child)
        child.start()
        child.wait_until_ready(self._asked.is_set)
        self._go_on()

    def _announce(self) -> None:
        told = ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "PUBLIC_URL", "STRIPE_API_BASE")
        told += ("STRIPE_WEBHOOK_SECRET",)
        environment = {name: self._environment[name] for name in told if name in self._environment}
        self.places.announce(Running(os.getpid(), self._environment["PUBLIC_URL"], environment))

    def _show_addresses(self, prepared: Mapping[str, object], began: float) -> None:
        rows = [("Open", self._environment["PUBLIC_URL"])]
        if self._has_sandbox:
            rows.append(("Stripe sandbox", f"{self._sandbox_address} (no money moves)"))
        sign_ins = prepared.get("sign_ins")
        for number, row in enumerate(sign_ins if isinstance(sign_ins, list) else []):
            rows.append(("" if number else "Sign in", f"{row['email']} / {row['password']}   {row['what']}"))
        took = f"{time.monotonic() - began:.1f} s. Ctrl-C ends everything; 'make help' lists what else there is."
        self.screen.block([*rows, ("Logs", shortened(self.places.logs)), ("Ready after", took)])

    def _watch(self) -> None:
        looked = time.monotonic()
        while not self._asked.wait(0.5):
            for child in self._children:
                if said := child.tend():
                    self.screen.say(f"  !   {said} Its log: {shortened(child.log)}")
            if self._postgres is not None and time.monotonic() - looked > _POSTGRES_LOOK_S:
                looked = time.monotonic()
                if not self._postgres.alive:
                    self.screen.say("  !   PostgreSQL ended; starting it again.")
                    self._bring_up(self._postgres)

    def _end(self) -> None:
        """The web process first, so that it can finish what it began; PostgreSQL last, because all need it."""
        if self._children or self._postgres:
            self.screen.say("\nEnding ...")
        if self._life is not None:
            self._quietly(self._life.stop)
        for child in reversed(self._children):
            self._quietly(child.stop)
        if self._postgres is not None:
            self._quietly(self._postgres.stop)
        if self._children or self._postgres:
            self.screen.say("Ended. The data is kept.")

    def _quietly(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:
            self.screen.say(f"  !   {error}")
