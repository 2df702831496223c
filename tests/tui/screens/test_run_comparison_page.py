"""The page that compares runs: its plot, its table, and the way to the comparison of two checkpoints."""

import json
from typing import Any

import a_run as run_events
import on_disk
import pytest
import tour
from workbench import Bench, without_train_view

from fmnist_tui.config import RunConfig
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.events import to_line
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.runs.lock import kept_from_training
from fmnist_tui.tui.screens.comparison import ComparisonScreen
from fmnist_tui.tui.screens.run_comparison import RunComparisonScreen
from fmnist_tui.tui.widgets.comparison_plot import ComparisonPlot
from fmnist_tui.tui.widgets.comparison_table import ComparisonTable

pytestmark = without_train_view


def a_run(number: int, name: str = "", **values: Any) -> RunFolder:
    config = RunConfig.from_flat(tour.FAST.to_flat() | values)
    folder = on_disk.an_evaluated_run(f"2026010{number}-000000-cnn", config, "validation", age=-number)
    write_labels(folder, RunLabels(name=name, is_marked=True))
    return folder


async def opened(bench: Bench, *folders: RunFolder) -> RunComparisonScreen:
    screen = RunComparisonScreen(folders, bench.engine, lambda: False)
    await bench.app.push_screen(screen)
    await bench.until(lambda: "epoch  0" in bench.text())
    return screen


def plot(bench: Bench) -> ComparisonPlot:
    return bench.screen.query_one(ComparisonPlot)


def table(bench: Bench) -> list[list[str]]:
    """Return the words of the table, line by line, with single spaces within them."""
    lines = bench.screen.query_one(ComparisonTable).text.splitlines()
    return [[word.strip() for word in line.split("  ") if word.strip()] for line in lines]


def notices(bench: Bench) -> list[str]:
    return [notice.message for notice in bench.app._notifications]


async def test_marked_runs_are_compared_by_c_the_oldest_first(bench: Bench) -> None:
    rate = str(tour.FAST.learning_rate)
    a_run(1, "[red]first"), a_run(2, "second", learning_rate=0.02), a_run(3, seed=7)
    await bench.press("u")
    await bench.until(lambda: "20260103" in bench.text())
    await bench.press("c")
    await bench.until(lambda: "epoch  0" in bench.text())
    assert table(bench)[0] == ["A [red]first", "B second", "C 20260103-000000-cnn"]
    assert ["learning rate", rate, "0.02", rate] in table(bench)
    assert ["mean of repeats %", "AC 91.87", "–", "AC 91.87"] in table(bench)
    assert "A [red]first  B second  C 20260103-000000-cnn" in plot(bench).text


async def test_without_marks_c_says_what_to_do(bench: Bench) -> None:
    folder = a_run(1)
    await bench.press("u")
    await bench.until(lambda: "20260101" in bench.text())
    await bench.press("c")
    assert notices(bench) == ["1 run is marked. Mark 2 to 8 runs with space, then press c."]
    write_labels(folder, RunLabels())
    await bench.press("f5", "c")
    assert notices(bench)[-1].startswith("No run is marked")


async def test_keys_choose_what_is_plotted(bench: Bench) -> None:
    await opened(bench, a_run(1), a_run(2, seed=1))
    headings = []
    for key in ("right_square_bracket", "d", "left_square_bracket", "plus", "space", "b", "X"):
        await bench.press(key)
        headings.append(plot(bench).heading)
    assert headings == [
        "Validation loss",
        "Training loss",
        "Training accuracy",
        "Training accuracy · smoothed 0.3",
        "Training accuracy · smoothed 0.3 · mean of repeats",
        "Training error rate · log · smoothed 0.3 · mean of repeats",
        "Training error rate · log · smoothed 0.3 · mean of repeats",
    ]
    assert plot(bench).text.splitlines()[-1].startswith("step")
    await bench.press("minus", "space", "X", "w")
    assert plot(bench).text.splitlines()[-1].startswith("seconds")
    assert plot(bench).heading == "Training error rate · log · recent"


async def test_the_crosshair_shows_the_value_of_each_run(bench: Bench) -> None:
    await opened(bench, a_run(1), a_run(2, seed=1))
    await bench.press("end", "left")
    assert plot(bench).text.splitlines()[0].split("  ") == ["epoch 1", "A 88.19 %", "B 88.19 %"]
    await bench.press("0")
    assert "20260101-000000-cnn" in plot(bench).text.splitlines()[0]


async def test_two_runs_lead_to_the_comparison_of_their_checkpoints(bench: Bench) -> None:
    await opened(bench, a_run(1), a_run(2, seed=1))
    await bench.press("c")
    await bench.until(lambda: isinstance(bench.screen, ComparisonScreen))
    assert "20260101-000000-cnn" in bench.static("#comparison-summary")


async def test_runs_with_other_validation_images_are_not_compared_image_by_image(bench: Bench) -> None:
    first, second = a_run(1), a_run(2, validation_size=100)
    (report,) = second.reports()
    made = on_disk.predictions_of(report)
    other = Predictions(made.labels[::-1], made.logits)
    second.save_report(report.model_copy(update={"time": report.time + 1}), other)
    await opened(bench, first, second)
    await bench.press("c")
    await bench.until(lambda: "not evaluated on the same images" in bench.text())


async def test_of_more_runs_two_are_chosen_and_evaluated_if_they_were_not(bench: Bench) -> None:
    third = a_run(3)
    for file in third.evaluations.iterdir():
        file.unlink()
    await opened(bench, a_run(1), a_run(2, seed=1), third)
    await bench.press("tab", "enter", "right", "right")
    assert table(bench)[0][0] == "▸ A 20260101-000000-cnn"
    await bench.press("enter")
    await bench.until(lambda: bool(bench.engine.evaluations))
    await bench.press("enter", "c")  # impatience starts no second evaluation
    assert len(bench.engine.evaluations) == 1
    assert "best on validation" in bench.text()
    await bench.press("escape")
    await bench.until(lambda: "best on validation" not in bench.text())
    await bench.press("escape")
    assert table(bench)[0][0] == "A 20260101-000000-cnn"
    assert isinstance(bench.screen, RunComparisonScreen)


@pytest.mark.parametrize("bench", [(80, 24)], indirect=True)
async def test_eight_runs_scroll_in_a_small_terminal(bench: Bench) -> None:
    other = {"epochs": 9, "batch_size": 64, "dropout": 0.5, "weight_decay": 0.1}
    await opened(bench, *(a_run(number, seed=number, **(other if number > 4 else {})) for number in range(1, 9)))
    await bench.press("tab", "end")
    assert table(bench)[0][-1].startswith("H")
    await bench.press("down", "down")
    assert "best validation %" not in {line[0] for line in table(bench)}
    await bench.press("home")
    assert table(bench)[0][0].startswith("A")
    await bench.press("end")
    await bench.pilot.resize_terminal(220, 40)
    await bench.until(lambda: table(bench)[0][0].startswith("A"))


async def test_damaged_runs_are_compared_by_what_can_be_read(bench: Bench) -> None:
    torn, old = a_run(1), a_run(2, random_erasing=0.5)
    torn.events_file.write_text("{")
    stored = json.loads(old.config_file.read_text())
    del stored["epochs"]
    old.config_file.write_text(json.dumps(stored | {"extra": "\x1b[31m"}))
    gone = a_run(3)
    gone.config_file.unlink()
    await opened(bench, torn, old, gone)
    lines = {line[0]: line[1:] for line in table(bench)[1:]}
    assert lines["random erasing"] == ["0", "0.5", "–"]
    assert lines["best validation %"][0] == "–"


async def test_a_run_that_another_process_trains_grows(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fmnist_tui.tui.screens.run_comparison.REFRESH_SECONDS", 0.05)
    running = on_disk.a_finished_run("20260109-000000-cnn", tour.FAST, is_over=False)
    with kept_from_training(running):
        await opened(bench, a_run(1), running)
        await bench.press("end")
        assert "epoch 2" in plot(bench).text
        with running.events_file.open("a") as log:
            log.writelines(to_line(event) + "\n" for event in run_events.epoch(3))
        await bench.until(lambda: "B" in plot(bench).text and "3" in plot(bench).text.splitlines()[-1])
        await bench.until(lambda: ["at epoch", "2", "3"] in table(bench))
