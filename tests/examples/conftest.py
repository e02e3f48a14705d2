"""A real billing API for the examples to talk to, and the examples as modules, loaded from where readers find them."""

import importlib.util
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import ModuleType

import pytest

from billing_app.accounts.api_keys.form import Scope
from tests.client.served import served
from tests.host_api.host import Host

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples"


@pytest.fixture
def sold() -> str:
    return "showcase"


@pytest.fixture
async def billing_url(host: Host, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    async with served(host.app) as address:
        monkeypatch.setenv("BILLING_URL", address)
        monkeypatch.setenv("BILLING_KEY", host.keys[Scope.SERVER])
        yield address


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Loads an example by its name."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"example_{name}", FOLDER / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module

    return load
