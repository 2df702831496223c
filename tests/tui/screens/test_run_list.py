"""The list of the Runs view: filter, order, columns, and what it shows of damaged runs."""

import on_disk
import pytest
from workbench import Bench, without_train_view

from fmnist_tui.config import RunConfig
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.tui.screens.columns_dialog import ColumnsDialog
from fmnist_tui.tui.screens.runs import RunsScreen
from fmnist_tui.tui.widgets.filter_line import FilterInput
from fmnist_tui.tui.widgets.run_list import RunList
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

pytestmark = without_train_view

CNN, MLP = (RunConfig.from_preset("fast", model) for model in ("cnn", "mlp"))


async def runs_view(bench: Bench, count: int) -> RunList:
    await bench.press("u")
    assert isinstance(bench.screen, RunsScreen)
    await listed(bench, count)
    return bench.screen.query_one(RunList)


async def listed(bench: Bench, count: int) -> list[str]:
    """Wait until some runs are listed; return them."""
    table = bench.screen.query_one(VirtualTable)
    await bench.until(lambda: table.row_count == count)
    await bench.rest()
    return [key for key, _cells in table._lines]


async def type_text(bench: Bench, text: str) -> None:
    names = {" ": "space", ":": "colon", ">": "greater_than_sign", "(": "left_parenthesis", "%": "percent_sign"}
    await bench.press(*(names.get(character, character) for character in text))


async def test_the_list_is_filtered_while_typing_and_an_error_is_shown_in_place(bench: Bench) -> None:
    for number in range(4):
        on_disk.a_finished_run(f"run-{number}", (CNN, MLP)[number % 2], age=number)
    runs = await runs_view(bench, 4)
    await bench.press("slash")
    await type_text(bench, "model:mlp")
    assert await listed(bench, 2) == ["run-1", "run-3"]
    assert runs.border_title == "Runs (2 of 4)"
    await type_text(bench, " lr>x")
    assert "▲ lr is compared with 'x', but it must be a number." in bench.text()
    assert await listed(bench, 2) == ["run-1", "run-3"], "what is before the error is applied"
    await bench.press("backspace", "0", "enter", "down")
    assert runs.chosen is not None
    assert runs.chosen.run == "run-3"
    await bench.press("escape")
    assert len(await listed(bench, 4)) == 4
    assert runs.chosen.run == "run-3", "the bar stays on its run"
    assert not bench.screen.query_one(FilterInput).is_on_screen
    assert bench.app.current_mode == "runs"


async def test_earlier_filters_are_recalled(bench: Bench) -> None:
    on_disk.a_finished_run("a-run", CNN)
    await runs_view(bench, 1)
    for text in ("cnn", "model:mlp"):
        await bench.press("slash")
        await type_text(bench, text)
        await bench.press("enter", "escape")
    await bench.press("slash", "up")
    field = bench.screen.query_one(FilterInput)
    assert field.value == "model:mlp"
    await listed(bench, 0)
    assert "No run matches the filter" in bench.text()
    await bench.press("up", "up")
    assert field.value == "cnn"
    await bench.press("down", "down")
    assert field.value == ""
    assert bench.app.preferences.runs_filters == ("cnn", "model:mlp")


async def test_a_run_that_another_view_asks_for_is_shown_in_spite_of_the_filter(bench: Bench) -> None:
    on_disk.a_finished_run("a-cnn", CNN)
    on_disk.a_finished_run("an-mlp", MLP, age=10)
    runs = await runs_view(bench, 2)
    await bench.press("slash", "m", "l", "p", "enter")
    await listed(bench, 1)
    runs.select("a-cnn")
    await bench.until(lambda: runs.chosen is not None and runs.chosen.run == "a-cnn")
    assert not runs.is_filtered


async def test_the_list_is_sorted_and_its_columns_are_chosen_in_a_dialog_and_remembered(bench: Bench) -> None:
    for number, rate in enumerate((0.01, 0.0001, 0.001)):
        on_disk.a_finished_run(f"run-{number}", CNN.model_copy(update={"learning_rate": rate}), age=number)
    await runs_view(bench, 3)
    await bench.press("O")
    assert isinstance(bench.screen, ColumnsDialog)
    bench.screen._options.highlighted = bench.screen._names.index("learning_rate")
    await bench.press("space", "enter", "escape")
    assert await listed(bench, 3) == ["run-1", "run-2", "run-0"]
    assert "lr ▲" in bench.text()
    await bench.press("o")
    assert isinstance(bench.screen, ColumnsDialog)
    assert bench.screen._column() == "learning_rate", "the bar is on the column that the list is sorted by"
    await bench.press("enter", "escape")
    assert await listed(bench, 3) == ["run-0", "run-2", "run-1"]
    assert bench.app.preferences.runs_order == "-learning_rate"
    assert "learning_rate" in bench.app.preferences.runs_columns
    await bench.press("o", "ctrl+r", "escape")
    assert await listed(bench, 3) == ["run-0", "run-1", "run-2"]
    assert (bench.app.preferences.runs_order, bench.app.preferences.runs_columns) == ("", ())


async def test_a_click_on_a_heading_sorts(bench: Bench) -> None:
    for number, config in enumerate((MLP, CNN)):
        on_disk.a_finished_run(f"run-{number}", config, age=number)
    runs = await runs_view(bench, 2)
    x = bench.text().splitlines()[2].index("model")
    await bench.pilot.click(offset=(x, 2))
    await bench.until(lambda: "model ▲" in bench.text())
    assert await listed(bench, 2) == ["run-1", "run-0"]
    assert runs.order[0].column.name == "model"


@pytest.mark.parametrize("bench", [(60, 20)], indirect=True)
async def test_columns_are_left_out_where_there_is_no_room(bench: Bench) -> None:
    labels = RunLabels(name="a name that is much longer than the list is wide [red]", tags=("paper",), note="a note")
    for number, config in enumerate((CNN, MLP)):
        write_labels(on_disk.a_finished_run(f"run-{number}", config, age=number), labels)
    await runs_view(bench, 2)
    table = bench.screen.query_one(VirtualTable)
    assert table.max_scroll_x == 0
    assert "a name that is" in bench.text()
    assert "91.87" in bench.text()
    await bench.pilot.resize_terminal(200, 40)
    await bench.until(lambda: "a name that is much longer than the list is wide [red]" in bench.text())
    assert "a note" in bench.text()
    assert "91.32–92.39" in bench.text()


async def test_damaged_runs_are_listed_with_a_mark_and_the_reason_in_the_details(bench: Bench) -> None:
    folder = on_disk.a_finished_run("no-config", CNN)
    folder.config_file.write_text("{")
    on_disk.a_finished_run("no-log", CNN, age=10).events_file.unlink()
    marked = on_disk.a_finished_run("bad-labels", CNN, age=20)
    marked.labels_file.write_text("[red]")
    runs = await runs_view(bench, 3)
    assert "△ no-config" in bench.text()
    assert "△ bad-labels" in bench.text()
    assert "config.json" in bench.static("#details-config")
    await bench.press("end")
    assert runs.chosen is not None
    assert "labels.json" in runs.chosen.problem
    await bench.until(lambda: "labels.json" in bench.static("#details-config"))


async def test_the_list_follows_what_other_processes_do(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fmnist_tui.tui.screens.runs.SECONDS_BETWEEN_POLLS", 0.05)
    folder = on_disk.a_finished_run("run-1", CNN)
    on_disk.a_finished_run("run-2", CNN, age=10)
    runs = await runs_view(bench, 2)
    await bench.press("down")
    write_labels(folder, RunLabels(name="baseline", is_marked=True))
    await bench.until(lambda: "● baseline" in bench.text())
    assert runs.border_title == "Runs (2 · 1 marked)"
    assert runs.chosen is not None
    assert runs.chosen.run == "run-2"
