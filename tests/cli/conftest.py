"""Fixtures of the commands' tests."""

import pytest


@pytest.fixture(autouse=True)
def _small_data(commands_use_small_data: None) -> None:
    """No command loads the real data."""
