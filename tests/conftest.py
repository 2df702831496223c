"""What all tests share: a home of their own, small data, and the rule for tests that need the real images."""

import gc
import os
from pathlib import Path

import pytest
import torch
from drawn_images import draw_images

from fmnist_tui.data.dataset import Dataset
from fmnist_tui.data.locate import find_source
from fmnist_tui.errors import UserError

# The tests' tensors are small: a second thread would only slow them down, and every process beside them.
torch.set_num_threads(1)


def pytest_collection_finish() -> None:
    """Leave what was imported out of the garbage collections, which took a third of the interface's tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for runs and cache; no test sees or touches the user's."""
    monkeypatch.setenv("FMNIST_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FMNIST_TUI_DATA", raising=False)
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _real_data(request: pytest.FixtureRequest) -> None:
    """Skips a test marked `real_data` where the images are not; under CI, they must be there."""
    if request.node.get_closest_marker("real_data") is None:
        return
    try:
        find_source("auto")
    except UserError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI must run the tests on real data: {error}")
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def small_dataset() -> Dataset:
    """600 + 200 + 300 images that take milliseconds to learn."""
    return Dataset(
        name="demo",
        origin="drawn by the tests",
        fingerprint="0" * 64,
        train=draw_images(600, seed=1),
        validation=draw_images(200, seed=2),
        test=draw_images(300, seed=3),
    )
