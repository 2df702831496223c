"""A terminal with the program in it, on demo data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Terminal


@pytest.fixture(autouse=True)
def _demo(demo_is_cached: None) -> None:
    """No process draws the images of the demo again."""


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    started = Terminal(home, "--data", "demo")
    yield started
    if not started.is_gone:
        started.child.close(force=True)
