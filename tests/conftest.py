"""Fixtures of all tests: an empty home, small data, and the rule for tests that need the real images."""

import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from sessions import small_data

from fmnist_tui.data.dataset import Dataset
from fmnist_tui.data.locate import find_source
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.engine import event_bus
from fmnist_tui.errors import UserError

# The tests' tensors are small: a second thread would only slow them down, and every process beside them.
torch.set_num_threads(1)

# With a number of threads given, no process that a test starts chooses another one because other tests keep it waiting.
os.environ.setdefault("OMP_NUM_THREADS", "2")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots", action="store_true", help="Store the screens as they are now in tests/tui/snapshots."
    )
    parser.addoption("--exhaustive", action="store_true", help="Run the tests marked `exhaustive`, too.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that repeat a covered guarantee at further sizes, in further themes or for further damage."""
    if config.getoption("exhaustive"):
        return
    left_out = [item for item in items if item.get_closest_marker("exhaustive")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item.get_closest_marker("exhaustive") is None]


def pytest_collection_finish() -> None:
    """Leave what was imported out of the garbage collections, which took a third of the interface's tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session")
def demo_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which all processes of the tests cache the images of the demo: they are drawn once."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "cache of all tests"
    (folder / "demo").mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, demo_images: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for runs and cache; tests neither read nor write the user's."""
    monkeypatch.setenv("FMNIST_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FMNIST_TUI_DATA", raising=False)
    monkeypatch.setattr("fmnist_tui.datasets.demo.cache_folder", lambda: demo_images)
    return tmp_path / "home"


@pytest.fixture
def demo_is_cached(home: Path, demo_images: Path) -> None:
    """Spare the processes that a test starts the drawing of the demo's images."""
    (home / "cache").mkdir(parents=True)
    (home / "cache" / "demo").symlink_to(demo_images / "demo")


@pytest.fixture(autouse=True)
def illegal_transitions() -> Iterator[list[str]]:
    """Fail a test in which a run makes an illegal transition between states."""
    found: list[str] = []
    handler = logging.Handler()
    handler.addFilter(lambda record: found.append(record.getMessage()) or False)
    bus_logger = logging.getLogger(event_bus.__name__)
    bus_logger.addHandler(handler)
    yield found
    bus_logger.removeHandler(handler)
    assert not [message for message in found if message.startswith(event_bus.ILLEGAL_TRANSITION)]


@pytest.fixture(autouse=True)
def _real_data(request: pytest.FixtureRequest) -> None:
    """Skip a test marked `real_data` without the images; fail it under CI."""
    if request.node.get_closest_marker("real_data") is None:
        return
    try:
        find_source(FASHION_MNIST, "auto")
    except UserError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI must run the tests on real data: {error}")
        pytest.skip(str(error))


@pytest.fixture
def commands_use_small_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give commands the small dataset in place of any other."""
    for module in ("fmnist_tui.engine.evaluate", "fmnist_tui.data.dataset"):  # the first imports from the second
        monkeypatch.setattr(f"{module}.load_dataset", lambda *_arguments: small_data())


@pytest.fixture(scope="session")
def small_dataset() -> Dataset:
    """Return 600 + 200 + 300 images that a network learns in milliseconds."""
    return small_data()
