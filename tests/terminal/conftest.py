"""A terminal with the program in it, on demo data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Terminal


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    started = Terminal(home, "--data", "demo")
    yield started
    if not started.is_gone:
        started.child.close(force=True)
