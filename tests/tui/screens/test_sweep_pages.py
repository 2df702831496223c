"""The pages of sweeps, and the sweep that the form starts. Nothing is trained, and no database is read."""

from pathlib import Path

import made_up_sweeps
import on_disk
import pytest
from textual.widgets import Input, Static
from workbench import Bench, narrow

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.sweeps.command import base_of, command_for_sweep
from fmnist_tui.sweeps.settings import SweepSettings
from fmnist_tui.tui.config_draft import Draft
from fmnist_tui.tui.screens import sweep as sweep_page
from fmnist_tui.tui.screens import sweep_commands, sweep_dialog
from fmnist_tui.tui.screens.runs import RunsScreen
from fmnist_tui.tui.screens.sweep import SweepScreen
from fmnist_tui.tui.screens.sweep_dialog import SweepDialog, free_name
from fmnist_tui.tui.screens.sweeps import SweepsScreen
from fmnist_tui.tui.widgets.choice import Choice

CONFIG = RunConfig.from_flat({"model": "cnn", "data": "demo"})


def field(draft: Draft, name: str) -> str:
    """Return what the line below a field says."""
    spec = next(spec for spec in draft.specs if spec.name == name)
    problem = draft.problem(spec)
    return "" if problem is None else problem.remedy


def test_a_range_in_a_field_is_a_dimension_of_a_sweep() -> None:
    draft = Draft.of(RunConfig.from_preset("fast", "cnn"))
    for name, text in (("learning_rate", "1e-4..1e-1 log"), ("batch_size", "32|64|128"), ("epochs", "2..5")):
        draft = draft.with_text(name, text)
    assert field(draft, "batch_size") == "A sweep: 3 values; s starts it"
    assert field(draft, "epochs") == "A sweep: 4 values; s starts it"
    assert field(draft, "learning_rate").startswith("A sweep: values of 0.0001..0.1, evenly on a logarithmic scale")
    assert set(draft.space()) == {"epochs", "batch_size", "learning_rate"}
    assert draft.sweep_base().batch_size == RunConfig.from_preset("fast", "cnn").batch_size
    bad = draft.with_text("batch_size", "64|x")
    assert "batch_size" not in bad.space()
    found = bad.first_invalid()
    assert found is not None
    assert found.name == "batch_size"
    with pytest.raises(UserError):
        bad.sweep_base()


def test_the_command_of_a_sweep_has_each_field_once() -> None:
    config = base_of(CONFIG.model_copy(update={"batch_size": 77, "seed": 3}), ["batch_size"])
    settings = SweepSettings.of("a", config, {"batch_size": "32|64"}, trials=5, pruner="none")
    command = command_for_sweep(settings)
    assert command[:4] == ["fmnist-tui", "sweep", "new", "a"]
    assert command.count("--batch-size") == 1
    assert command[command.index("--batch-size") + 1] == "32|64"
    assert command[-4:] == ["--trials", "5", "--pruner", "none"]
    assert command[command.index("--seed") + 1] == "3"
    assert free_name("cnn", ["cnn-1", "cnn-3"]) == "cnn-2"


async def test_the_form_makes_a_sweep_and_opens_its_page(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[SweepSettings] = []
    started: list[tuple[str, int]] = []

    def create(settings: SweepSettings, _location: object) -> None:
        if not made:
            made.append(settings)
            raise UserError("there is a sweep 'cnn-1' already", "Choose another name")
        made.append(settings)

    monkeypatch.setattr("fmnist_tui.tui.screens.sweep_start.require_packages", lambda _packages: None)
    monkeypatch.setattr(sweep_dialog, "_create", create)
    monkeypatch.setattr(
        "fmnist_tui.sweeps.background_workers.start_workers",
        lambda name, _location, number: started.append((name, number)),
    )
    monkeypatch.setattr("fmnist_tui.tui.sweep_reader.SweepReader", made_up_sweeps.Reader)
    await bench.type_into("batch_size", "32|64")
    assert not bench.row("batch_size").has_class("-error")
    await bench.press("ctrl+s")
    await bench.until(lambda: isinstance(bench.app.screen, SweepDialog))
    name = bench.app.screen.query_one("#sweep-name")
    name.value = "lr"  # type: ignore[attr-defined]
    sampler = bench.app.screen.query_one("#sweep-sampler", Choice)
    trials = bench.app.screen.query_one("#sweep-trials", Input)
    assert trials.placeholder == "20"
    sampler.value = "grid"
    await bench.until(lambda: trials.placeholder == "2")  # all points
    sampler.value = "tpe"
    trials.value = "0"
    await bench.until(lambda: "0 trials are not possible" in bench.static("#sweep-message"))
    trials.value = "7"
    await bench.until(lambda: "sweep new lr" in bench.static("#sweep-message"))
    await bench.press("ctrl+s")
    await bench.until(lambda: "there is a sweep" in bench.static("#sweep-message").lower())
    await bench.press("ctrl+s")
    await bench.until(lambda: isinstance(bench.app.screen, SweepScreen) and started == [("lr", 1)])
    assert made[-1].trials == 7
    assert made[-1].space == {"batch_size": "32|64"}


async def test_without_optuna_the_form_names_what_to_install(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fmnist_tui.optional_packages.find_spec", lambda _name: None)
    await bench.type_into("batch_size", "32|64")
    await bench.press("ctrl+s")
    await bench.until(lambda: any("pip install 'optuna" in notice.message for notice in bench.app._notifications))


@narrow
async def test_a_page_keeps_its_picture_when_the_storage_fails(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_page, "READ_SECONDS", 0.0)
    reader = made_up_sweeps.Reader()
    page = SweepScreen("lr", reader)
    await bench.app.push_screen(page)
    await bench.until(lambda: "Best so far" in bench.text())
    reader.error = UserError("can't read sweep 'lr': [b]gone[/b]")
    await bench.until(lambda: "[b]gone[/b]" in str(page.query_one(".page-note", Static).render()))
    assert "Best so far" in bench.text()
    reader.error = None
    reader.sweeps["lr"] = made_up_sweeps.an_overview(trials=500)
    await bench.until(lambda: "Trials (500)" in bench.text())


async def test_trials_are_ordered_stopped_and_put_into_the_form(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[tuple[str, int | None]] = []
    monkeypatch.setattr(sweep_commands, "_stop", lambda name, trial: stopped.append((name, trial)))
    reader = made_up_sweeps.Reader()
    best = reader.sweeps["lr"].best
    assert best is not None
    await bench.app.push_screen(SweepsScreen(reader))
    await bench.until(lambda: "3 sweeps" in bench.text())
    await bench.press("enter")
    await bench.until(lambda: "Trials (18), newest first" in bench.text())
    await bench.press("x", "e")  # the running trial is the newest
    await bench.until(lambda: stopped == [("lr", 17)])
    await bench.press("o", "home", "x")
    assert isinstance(bench.app.screen_stack[-2], SweepScreen)
    assert bench.app.screen_stack[-2].chosen == best
    await bench.press("s")
    await bench.until(lambda: stopped[1:] == [("lr", None)])
    await bench.press("a")
    await bench.until(lambda: len(bench.app.screen_stack) == 1)
    assert bench.train.config.learning_rate == best.params["learning_rate"]


async def test_a_trial_opens_its_run_if_that_is_here(bench: Bench) -> None:
    on_disk.a_finished_run("20260101-000017-cnn", RunConfig.from_preset("fast", "cnn"))
    page = SweepScreen("lr", made_up_sweeps.Reader())
    await bench.app.push_screen(page)
    await bench.until(lambda: page.chosen is not None)
    await bench.press("down", "enter")
    await bench.until(lambda: any("is not in this home" in notice.message for notice in bench.app._notifications))
    await bench.press("up", "enter")
    await bench.until(lambda: isinstance(bench.app.screen, RunsScreen) and bench.app.screen.chosen is not None)


def test_a_run_that_a_study_names_is_looked_for_in_this_home_only(home: Path) -> None:
    from fmnist_tui.sweeps.run_requests import local_run

    on_disk.a_finished_run("20260101-000000-cnn", RunConfig.from_preset("fast", "cnn"))
    assert local_run("20260101-000000-cnn") is not None
    assert [local_run(run) for run in ("", "..", "../runs/20260101-000000-cnn", "/etc", "missing")] == [None] * 5
