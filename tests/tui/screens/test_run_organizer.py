"""Names, marks and the trash in the Runs view, and the labels of the next run in the Train view."""

import a_run
import configs
import on_disk
from textual.widgets import Input, TextArea
from workbench import Bench, without_form, without_train_view

from fmnist_tui.runs.labels import RunLabels, read_labels
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.resolve import run_folders
from fmnist_tui.runs.trash import list_trash
from fmnist_tui.tui.screens.labels_dialog import LabelsDialog
from fmnist_tui.tui.screens.runs import RunsScreen
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

pytestmark = without_train_view

FAST = configs.CNN


async def runs_view(bench: Bench) -> RunsScreen:
    await bench.press("u")
    assert isinstance(bench.screen, RunsScreen)
    table = bench.screen.query_one(VirtualTable)
    await bench.until(lambda: table.row_count > 0)
    await bench.rest()
    return bench.screen


async def fill(bench: Bench, *, name: str, tags: str = "", note: str = "") -> None:
    """Fill the dialog and save."""
    await bench.until(lambda: bool(bench.app.screen.query("#labels-note")))
    bench.screen.query_one("#labels-tags", Input).value = tags
    bench.screen.query_one("#labels-note", TextArea).text = note
    field = bench.screen.query_one("#labels-name", Input)
    field.value = name
    field.focus()
    await bench.press("enter")


async def test_a_run_is_named_once_the_name_is_valid_and_that_is_undone(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    on_disk.a_finished_run("other", FAST, age=100)
    screen = await runs_view(bench)
    await bench.press("N")
    for name, problem in (("../../x", "has a slash"), ("other", "is the name of run 'other' already")):
        await fill(bench, name=name)
        await bench.until(lambda problem=problem: problem in bench.static("#labels-message"))  # type: ignore[misc]
    await fill(bench, name="[red]base", tags="paper, #draft paper", note="first\n[b]second")
    labels = RunLabels(name="[red]base", tags=("paper", "draft"), note="first\n[b]second")
    await bench.until(lambda: read_labels(folder) == labels)
    await bench.until(lambda: screen.chosen is not None and screen.chosen.name == "[red]base")
    await bench.until(lambda: "[b]second" in bench.text())  # among the details
    await bench.press("ctrl+z")
    await bench.until(lambda: read_labels(folder) == RunLabels())


async def test_escape_leaves_the_labels_as_they_are(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    screen = await runs_view(bench)
    await bench.press("N")
    await bench.until(lambda: isinstance(bench.app.screen, LabelsDialog))
    await bench.press("x", "escape")
    assert bench.screen is screen
    assert read_labels(folder) == RunLabels()


async def test_space_marks_a_run_and_removes_its_mark(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    screen = await runs_view(bench)
    for is_marked in (True, False):
        await bench.press("space")
        await bench.until(lambda is_marked=is_marked: read_labels(folder).is_marked is is_marked)  # type: ignore[misc]
        await bench.until(lambda is_marked=is_marked: screen.chosen.is_marked is is_marked)  # type: ignore[misc, union-attr]


async def test_delete_moves_runs_to_the_trash_and_undo_restores_them_one_by_one(bench: Bench) -> None:
    for age, name in enumerate(("first", "second", "third")):
        on_disk.a_finished_run(name, FAST, age=age)
    screen = await runs_view(bench)
    for left in (2, 1):
        await bench.press("delete")
        await bench.until(lambda left=left: len(screen._list.runs) == left)  # type: ignore[misc]
        await bench.rest()
    assert list(run_folders()) == ["third"]
    assert [trashed.run for trashed in list_trash()] == ["second", "first"]
    for restored in ("second", "first"):
        await bench.press("ctrl+z")
        await bench.until(lambda restored=restored: screen._list.table.chosen == restored)  # type: ignore[misc]
    assert list_trash() == []


async def test_a_run_that_another_process_trains_is_not_deleted(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST)
    await runs_view(bench)
    with lock_run(folder):  # it was resumed since the list was read
        await bench.press("delete")
        await bench.until(lambda: bool(bench.app._notifications))
    assert "is being trained" in next(iter(bench.app._notifications)).message
    assert list(run_folders()) == ["a-run"]


@without_form
async def test_the_next_run_is_labeled_in_the_form_and_only_its_tags_stay_for_the_one_after(bench: Bench) -> None:
    await bench.press("N")
    await fill(bench, name="[red]base", tags="paper", note="why")
    assert "Next run [red]base #paper (with a note)" in bench.text()
    await bench.start(1)
    assert bench.engine.labels == [RunLabels(name="[red]base", tags=("paper",), note="why")]
    assert "TRAINING   [red]base" in bench.text()
    assert bench.app.controller.labels.name == "[red]base"
    await bench.press("f")
    assert "Next run #paper" in bench.text()


@without_form
async def test_the_run_that_is_shown_is_renamed_in_the_live_view(bench: Bench) -> None:
    folder = on_disk.a_finished_run("a-run", FAST, is_over=False)
    await runs_view(bench)
    await bench.press("r")
    bench.engine.emit(*a_run.opening(FAST, "a-run"))
    await bench.until(lambda: "TRAINING   a-run" in bench.text())
    await bench.press("N")
    await fill(bench, name="baseline")
    await bench.until(lambda: read_labels(folder).name == "baseline")
    await bench.until(lambda: "TRAINING   baseline" in bench.text())
