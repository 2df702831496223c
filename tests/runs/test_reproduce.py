"""The config that reproduces a run, and runs that no one config repeats."""

import pytest
from commands import main
from sessions import CONFIG, killed_run, resume, stopped_run

from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import Event, StepsDone
from fmnist_tui.runs.reproduce import pinned_config
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.training.control import Control


def test_a_run_that_was_resumed_as_it_began_is_repeated_by_its_pinned_config() -> None:
    folder = stopped_run()
    resume(folder)
    pinned = pinned_config(folder, folder.config())
    assert pinned == CONFIG.pinned("cpu", "fp32", pinned.threads)


def test_a_run_that_was_resumed_with_another_config_can_not_be_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    folder = stopped_run()
    resume(folder, overrides=ResumeOverrides(epochs=CONFIG.epochs + 1))
    with pytest.raises(UserError, match="cannot be reproduced by one command: resumed with epochs"):
        pinned_config(folder, folder.config())
    assert main("runs", "latest") == 0
    out = capsys.readouterr().out
    why = f"resumed with epochs {CONFIG.epochs + 1} instead of {CONFIG.epochs}"
    assert f"reproduce  cannot be reproduced by one command: {why}" in out
    assert "fmnist-tui train" not in out


def test_a_run_restarted_with_another_config_is_repeated_by_that(monkeypatch: pytest.MonkeyPatch) -> None:
    killed_run(monkeypatch)
    folder = resolve_run("latest")
    resume(folder, overrides=ResumeOverrides(epochs=CONFIG.epochs + 1))
    assert pinned_config(folder, folder.config()).epochs == CONFIG.epochs + 1


def test_a_change_that_a_later_resume_took_back_is_found_too() -> None:
    folder = stopped_run()
    control = Control()

    def stop(event: Event) -> None:
        if isinstance(event, StepsDone) and (event.epoch, event.step) == (2, 4):
            control.stop()

    resume(folder, stop, overrides=ResumeOverrides(epochs=CONFIG.epochs + 1), control=control)
    resume(folder, overrides=ResumeOverrides(epochs=CONFIG.epochs))
    assert folder.config().epochs == CONFIG.epochs
    with pytest.raises(UserError, match="resumed with epochs 3 instead of 2"):
        pinned_config(folder, folder.config())
