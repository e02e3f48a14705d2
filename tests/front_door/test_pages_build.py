"""Pages are built again when something that goes into them changed, and go into service whole or not at all."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from reflex_base.constants import Templates
from reflex_base.environment import environment

from billing_app.supervisor.frontend import KEPT_SITES, fingerprint, publish, site_for, sources_digest
from billing_app.supervisor.places import PROJECT, Places
from billing_app.web import SERVE_WHAT_IS_BUILT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("billing_app/ui/page.py", "billing_app/cli/run.py", "assets/tokens.css", "reflex.lock/package.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    (tmp_path / "rxconfig.py").write_text("one")
    return tmp_path


@pytest.mark.parametrize("changed", ["billing_app/ui/page.py", "assets/tokens.css", "rxconfig.py"])
def test_a_changed_source_means_another_build(project: Path, changed: str) -> None:
    before = sources_digest(project)
    (project / changed).write_text("two")
    assert sources_digest(project) != before


def test_a_new_file_means_another_build(project: Path) -> None:
    before = sources_digest(project)
    (project / "billing_app" / "ui" / "other.py").write_text("")
    assert sources_digest(project) != before


def test_what_only_starts_processes_means_no_other_build(project: Path) -> None:
    before = sources_digest(project)
    (project / "billing_app" / "cli" / "run.py").write_text("two")
    (project / "billing_app" / "ui" / "page.pyc").write_text("bytecode")
    assert sources_digest(project) == before


def test_catalogue_version_address_and_lock_file_each_mean_another_build(project: Path) -> None:
    names = {
        fingerprint("sources", "showcase", "1", "http://localhost:3000", project=project),
        fingerprint("sources", "showcase", "2", "http://localhost:3000", project=project),
        fingerprint("sources", "showcase", "1", "https://billing.example.com", project=project),
        fingerprint("sources", "interview_mate", "1", "http://localhost:3000", project=project),
    }
    (project / "reflex.lock" / "package.json").write_text("2")
    names.add(fingerprint("sources", "showcase", "1", "http://localhost:3000", project=project))
    assert len(names) == 5


def test_a_lock_file_in_another_order_means_no_other_build(project: Path) -> None:
    lock = project / "reflex.lock" / "package.json"
    lock.write_text('{"react": "19", "vite": "8"}')
    before = fingerprint("sources", project=project)
    lock.write_text('{"vite": "8",\n "react": "19"}')
    assert fingerprint("sources", project=project) == before


def a_finished_build(places: Places, text: str) -> None:
    for name in ("build/client/index.html", "backend/stateful_pages.json", "routes.json"):
        path = places.build / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_finished_build_is_found_by_its_name(tmp_path: Path) -> None:
    places = Places(tmp_path / "showcase")
    places.make()
    assert site_for(places, "one") is None
    a_finished_build(places, "first")
    assert publish(places, "one") == site_for(places, "one")


def test_building_again_leaves_what_is_served_alone(tmp_path: Path) -> None:
    places = Places(tmp_path / "showcase")
    places.make()
    a_finished_build(places, "first")
    served = publish(places, "one")
    a_finished_build(places, "second")
    publish(places, "two")
    assert (served / "build" / "client" / "index.html").read_text() == "first"


def test_old_builds_are_cleared_away(tmp_path: Path) -> None:
    places = Places(tmp_path / "showcase")
    places.make()
    (places.sites / ".cut-off.part").mkdir()
    for number in range(4):
        a_finished_build(places, str(number))
        publish(places, f"build{number}")
    assert len(list(places.sites.iterdir())) == KEPT_SITES
    assert site_for(places, "build3")


def test_reflex_reads_the_variables_that_make_it_serve_a_finished_build() -> None:
    assert set(SERVE_WHAT_IS_BUILT) == {
        environment.REFLEX_ENV_MODE.name,
        environment.REFLEX_SKIP_COMPILE.name,
        environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.name,
    }


@pytest.fixture(scope="module")
def rxconfig() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rxconfig_under_test", PROJECT / "rxconfig.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_built_pages_talk_to_the_address_they_came_from(rxconfig: ModuleType) -> None:
    template = (Templates.Dirs.WEB_TEMPLATE / "utils" / "state.js").read_text()
    changed = rxconfig._follow_the_page(template)
    assert "endpoint.port = window.location.port;" in changed
    assert "Assume websocket is on https port" not in changed
    assert rxconfig._follow_the_page(changed) == changed


def test_a_changed_template_of_reflex_is_noticed(rxconfig: ModuleType) -> None:
    with pytest.raises(RuntimeError, match="template has changed"):
        rxconfig._follow_the_page("something else")


@pytest.mark.row("A12")
def test_only_our_own_pages_may_call_the_backend(rxconfig: ModuleType) -> None:
    assert rxconfig._origins("https://billing.example.com") == ["https://billing.example.com"]
    assert rxconfig._origins("http://localhost:3000") == ["http://127.0.0.1:3000", "http://localhost:3000"]
    assert "*" not in rxconfig.config.cors_allowed_origins
