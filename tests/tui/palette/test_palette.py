"""The command palette: it finds what applies now, and runs it where it was opened."""

from pathlib import Path
from typing import Any

import configs
import on_disk
import pytest
from textual.command import CommandList
from workbench import Bench, narrow, with_form, without_form

from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.tui.palette import PROVIDERS
from fmnist_tui.tui.palette.provider import MAX_HITS, CommandProvider
from fmnist_tui.tui.palette.runs import LISTED_RUNS, RunProvider
from fmnist_tui.tui.screens.evaluate import EvaluateScreen
from fmnist_tui.tui.screens.runs import RunsScreen

pytestmark = without_form

RUN, CRASHED = "20260101-000000-cnn", "20260101-111111-mlp"


async def open_palette(bench: Bench, typed: str = "") -> None:
    await bench.press("ctrl+p")
    await bench.until(lambda: bool(bench.screen.query(CommandList)))
    await bench.press(*({" ": "space", "-": "minus"}.get(letter, letter) for letter in typed))


def listed(bench: Bench) -> list[str]:
    """Return the first line of each command in the list."""
    options = bench.screen.query_one(CommandList).options
    return [str(option.prompt).splitlines()[0] for option in options]


async def run_command(bench: Bench, typed: str, name: str) -> None:
    """Type into the palette until a command is first, and run it."""
    await open_palette(bench, typed)
    await bench.until(lambda: bool(listed(bench)) and listed(bench)[0].startswith(name))
    await bench.press("enter")
    await bench.until(lambda: not bench.screen.query(CommandList))
    await bench.rest()


async def test_it_lists_actions_with_their_keys_and_help(bench: Bench) -> None:
    await open_palette(bench)
    await bench.until(lambda: "Start" in bench.text())
    line = next(line for line in listed(bench) if line.startswith("Start"))
    assert line.endswith(" s")
    assert "Train with the values in the form" in bench.text()


@with_form
async def test_a_colon_opens_it_except_in_a_text_field(bench: Bench) -> None:
    await bench.press("colon")
    assert bench.screen.query(CommandList)
    await bench.press("escape")
    await bench.type_into("data", "a")
    await bench.press("colon")
    assert bench.row("data").editor.value.endswith("a:")


async def test_only_what_applies_now_is_offered(bench: Bench) -> None:
    await open_palette(bench, "pause")
    assert not [line for line in listed(bench) if line.startswith("Pause")]
    await bench.press("escape")
    await bench.start(1)
    await run_command(bench, "pause", "Pause")
    assert bench.engine.handle.calls == ["pause"]


@with_form
async def test_letters_of_the_view_are_offered_from_a_text_field(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("f")
    await bench.type_into("epochs", "3")
    await run_command(bench, "stop", "Stop")
    assert bench.engine.handle.calls == ["stop"]


@with_form
async def test_no_command_is_there_twice(bench: Bench) -> None:
    on_disk.an_evaluated_run(RUN, configs.CNN)
    for view in ("t", "v", "u", "i"):
        await bench.press(view)
        commands: list[str] = []
        for load in PROVIDERS:
            provider: Any = load()  # type: ignore[call-arg]
            assert issubclass(provider, CommandProvider)
            commands += [command.name for command in await provider(bench.screen).commands()]
        assert len(commands) == len(set(commands))


async def test_it_switches_views(bench: Bench) -> None:
    await run_command(bench, "images", "Switch to Images")
    assert bench.app.current_mode == "images"
    await open_palette(bench)
    await bench.until(lambda: "Switch to Train" in bench.text())
    assert "Switch to Images" not in bench.text()


@with_form
async def test_it_chooses_models_and_presets_and_leads_to_fields(bench: Bench) -> None:
    await bench.press("u")
    await run_command(bench, "model mlp", "Choose model mlp")
    assert bench.train.form.draft.model == "mlp"
    await run_command(bench, "accurate", "Use preset accurate")
    assert bench.train.form.draft.title == "accurate"
    await bench.press("v")
    await run_command(bench, "lr", "Go to field learning rate")
    assert bench.train.focused is bench.row("learning_rate").editor


async def test_it_changes_the_theme(bench: Bench) -> None:
    await run_command(bench, "theme nord", "Use theme nord")
    assert bench.app.theme == "nord"


async def test_it_sets_preferences(bench: Bench) -> None:
    await run_command(bench, "notifications off", "Set notifications: off")
    assert bench.app.preferences.notifications == "off"
    await open_palette(bench, "notifications")
    await bench.until(lambda: "Set notifications: bell" in bench.text())
    assert "Set notifications: off" not in bench.text()


async def test_a_run_is_opened_evaluated_or_resumed(bench: Bench) -> None:
    on_disk.an_evaluated_run(RUN, configs.CNN)
    await run_command(bench, "open run", f"Open run {RUN}")
    assert isinstance(bench.screen, RunsScreen)
    await bench.until(lambda: isinstance(bench.screen, RunsScreen) and bench.screen.chosen is not None)
    assert bench.screen.chosen is not None
    assert bench.screen.chosen.run == RUN
    await run_command(bench, "evaluate run", f"Evaluate run {RUN}")
    assert isinstance(bench.screen, EvaluateScreen)
    await bench.until(lambda: isinstance(bench.screen, EvaluateScreen) and bench.screen.chosen is not None)


async def test_only_an_unfinished_run_can_be_resumed_and_only_while_none_is_active(bench: Bench) -> None:
    config = configs.CNN
    on_disk.a_finished_run(RUN, config)
    on_disk.a_finished_run(CRASHED, config, is_over=False)
    await open_palette(bench, "resume run")
    await bench.until(lambda: bool(listed(bench)) and listed(bench)[0].startswith(f"Resume run {CRASHED}"))
    assert not [line for line in listed(bench) if RUN in line]
    await bench.press("enter")
    await bench.until(lambda: bool(bench.engine.resumed))
    await bench.press("f")
    await open_palette(bench, "resume run")
    await bench.rest()
    assert not [line for line in listed(bench) if CRASHED in line]


def many(number: int) -> list[RunSummary]:
    return [
        RunSummary(Path("/runs"), f"20260101-{place:06}-cnn", model="cnn", state="stopped") for place in range(number)
    ]


async def test_ten_thousand_runs_are_read_once_and_only_the_best_matches_listed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []

    def list_runs() -> list[RunSummary]:
        reads.append(1)
        return many(10_000)

    monkeypatch.setattr("fmnist_tui.tui.palette.runs.list_runs", list_runs)
    await open_palette(bench, "run 009")
    await bench.until(lambda: len([line for line in listed(bench) if " run 2026" in line]) == MAX_HITS)
    await bench.press("backspace", "9", "9", "8", "7")
    await bench.until(lambda: [line.split()[0] for line in listed(bench)[:2]] == ["Open", "Resume"])
    assert all("20260101-00" in line for line in listed(bench)[:2])
    assert len(reads) == 1


async def test_the_newest_runs_are_listed_before_anything_is_typed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fmnist_tui.tui.palette.runs.list_runs", lambda: many(20))
    hits = [hit async for hit in RunProvider(bench.screen).discover()]
    assert [hit.text for hit in hits] == [f"Open run {summary.run}" for summary in many(LISTED_RUNS)]


async def test_a_hostile_name_is_shown_as_it_is(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = RunSummary(Path("/runs"), "[red]x[/] \x1b[31m [@click=app.quit]q", model="cnn", state="stopped")
    monkeypatch.setattr("fmnist_tui.tui.palette.runs.list_runs", lambda: [hostile])
    await open_palette(bench, "click")
    await bench.until(lambda: "Open run [red]x[/]" in bench.text())
    assert "\x1b" not in bench.text()
    assert "[@click=app.quit]" in bench.text()
    await bench.press("escape")
    assert bench.app.is_running


async def test_over_a_dialog_only_its_own_actions_are_offered(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("q")
    await bench.until(lambda: "stop and save" in bench.text())
    await open_palette(bench)
    await bench.until(lambda: "Cancel" in bench.text())
    others = [line for line in listed(bench) if not line.startswith(("Set ", "Use theme "))]
    assert [line.split("  ")[0] for line in others] == ["Cancel"]


@narrow
async def test_it_fits_into_a_small_terminal(bench: Bench) -> None:
    await open_palette(bench, "learning")
    await bench.until(lambda: "Go to field learning rate" in bench.text())
    (line,) = [line for line in bench.text().splitlines() if "Go to field learning rate" in line]
    assert line.rstrip(" │┃▁▂▃▄▅▆▇█").endswith("0.025")
