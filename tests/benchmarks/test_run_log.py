"""The figures of a run, read from its folder."""

import pytest
from sessions import CONFIG, train

from benchmarks.run_log import UnexpectedRun, figures
from fmnist_tui.runs.resolve import resolve_run


def test_a_run_with_automatic_choices_has_the_expected_config() -> None:
    config = CONFIG.model_copy(update={"device": "auto", "precision": "auto", "threads": 0})
    ended = train(config)
    found = figures(resolve_run("latest").path, config)
    assert found.active_seconds == ended.active_seconds


def test_a_run_with_another_config_is_refused() -> None:
    train(CONFIG)
    with pytest.raises(UnexpectedRun, match="another config"):
        figures(resolve_run("latest").path, CONFIG.model_copy(update={"epochs": 3}))
