"""The dialog for missing data, and each of its choices."""

import re
from pathlib import Path
from unittest.mock import MagicMock

import a_run
import configs
import on_disk
import pytest
from workbench import Bench, with_form, without_form, without_train_view

from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.tui import system_package
from fmnist_tui.tui.messages import ResumeRequested
from fmnist_tui.tui.screens.choice_dialog import ChoiceDialog
from fmnist_tui.tui.screens.path_dialog import PathDialog, existing_path

pytestmark = without_train_view

PACKAGE = "dataset-fashion-mnist"

PROBLEM = UserError("Fashion-MNIST is not on this machine: not in '[red]x[/'", "Name a folder")


async def fail_for_want_of_data(bench: Bench) -> None:
    bench.engine.data_problem = PROBLEM
    await bench.press("s")
    bench.engine.emit(a_run.ended(RunState.FAILED, PROBLEM.line()))
    await bench.rest()


@without_form
async def test_a_run_without_data_leads_to_the_dialog(bench: Bench) -> None:
    await fail_for_want_of_data(bench)
    assert isinstance(bench.screen, ChoiceDialog)
    assert "[red]x[/" in bench.text()
    await bench.press("escape")
    assert "FAILED" in bench.text()
    assert len(bench.engine.configs) == 1


async def test_retry_starts_the_same_again(bench: Bench) -> None:
    await fail_for_want_of_data(bench)
    await bench.press("r")
    assert bench.engine.configs[1] == bench.engine.configs[0]


@with_form
async def test_the_demo_data_can_be_chosen_and_is_set_in_the_form(bench: Bench) -> None:
    await fail_for_want_of_data(bench)
    await bench.press("d")
    assert bench.engine.configs[-1].dataset_spec.is_synthetic
    assert (bench.row("dataset").text, bench.row("data").text) == ("demo", "auto")
    assert "DEMO" in bench.text()


async def test_a_folder_is_requested_until_it_exists(bench: Bench, tmp_path: Path) -> None:
    await fail_for_want_of_data(bench)
    await bench.press("f")
    assert isinstance(bench.screen, PathDialog)
    await bench.press("/", "n", "o", "enter")
    assert "there is no folder /no" in bench.text()
    bench.screen.query_one("Input").value = str(tmp_path)  # type: ignore[attr-defined]
    await bench.press("enter")
    assert bench.engine.configs[-1].data == str(tmp_path)


async def test_the_system_package_is_offered_if_it_can_be_installed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_package, "command", lambda _package: None)
    await fail_for_want_of_data(bench)
    assert "install" not in bench.text()


async def test_the_system_package_is_installed_in_the_suspended_terminal(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_package, "command", lambda package: ["apt-get", "install", package])
    install = MagicMock(return_value=0)
    monkeypatch.setattr(system_package, "install", install)
    monkeypatch.setattr(bench.app, "suspend", MagicMock())
    await fail_for_want_of_data(bench)
    await bench.press("i")
    install.assert_called_once_with(["apt-get", "install", PACKAGE])
    assert bench.engine.configs[-1].data == "auto"


async def test_a_terminal_that_cannot_be_suspended_shows_the_command(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_package, "command", lambda package: ["sudo", "apt-get", "install", package])
    await fail_for_want_of_data(bench)
    await bench.press("i")
    assert len(bench.engine.configs) == 1
    assert any("sudo apt-get install dataset-fashion-mnist" in note.message for note in bench.app._notifications)


async def test_a_failure_with_data_in_place_opens_no_dialog(bench: Bench) -> None:
    await bench.press("s")
    bench.engine.emit(a_run.ended(RunState.FAILED, "no space left"))
    await bench.rest()
    assert bench.engine.checked == ["auto"]
    assert not isinstance(bench.screen, ChoiceDialog)


async def test_a_resumed_run_without_data_is_resumed_with_the_folder_that_is_chosen(
    bench: Bench, tmp_path: Path
) -> None:
    folder = on_disk.an_evaluated_run("20260101-000000-cnn", configs.CNN)
    bench.engine.data_problem = PROBLEM
    bench.app.post_message(ResumeRequested(folder, ResumeOverrides(epochs=20)))
    await bench.rest()
    bench.engine.emit(*a_run.opening(folder.config()), a_run.ended(RunState.FAILED, PROBLEM.line()))
    await bench.rest()
    assert isinstance(bench.screen, ChoiceDialog)
    assert "demo data" not in bench.text(), "a run is resumed with the images that it started with"
    await bench.press("f")
    bench.screen.query_one("Input").value = str(tmp_path)  # type: ignore[attr-defined]
    await bench.press("enter")
    assert bench.engine.resumed[-1] == (folder.path, ResumeOverrides(epochs=20, data=str(tmp_path)))
    assert not bench.engine.configs, "no new run is started"


async def test_retry_resumes_a_resumed_run_again(bench: Bench) -> None:
    folder = on_disk.an_evaluated_run("20260101-000000-cnn", configs.CNN)
    bench.engine.data_problem = PROBLEM
    bench.app.post_message(ResumeRequested(folder))
    await bench.rest()
    bench.engine.emit(a_run.ended(RunState.FAILED, PROBLEM.line()))
    await bench.rest()
    await bench.press("r")
    assert [run for run, _overrides in bench.engine.resumed] == [folder.path] * 2
    assert not bench.engine.configs


def test_root_needs_no_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert system_package.command(PACKAGE) == ["apt-get", "install", "dataset-fashion-mnist"]
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert system_package.command(PACKAGE) == ["sudo", "apt-get", "install", "dataset-fashion-mnist"]
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert system_package.command(PACKAGE) is None


@pytest.mark.parametrize("spelling", ["{}", "  {}\n", "'{}'", '"{}"', "escaped", "url"])
def test_a_path_is_read_as_terminals_paste_it(tmp_path: Path, spelling: str) -> None:
    file = tmp_path / "my [b]shirt's.png"
    if spelling == "'{}'":
        file = tmp_path / "my [b]shirt.png"
    file.touch()
    others = {"escaped": re.sub(r"([^\w/.])", r"\\\1", str(file)), "url": file.as_uri()}
    text = others.get(spelling, spelling.format(file))
    assert existing_path(text, Path.is_file) == file
    assert existing_path(f"{text}x", Path.is_file) is None
