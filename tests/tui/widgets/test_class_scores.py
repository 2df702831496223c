"""Each class's precision and recall on an axis, at every size that the interface is made for."""

import configs
import on_disk
import pytest
from workbench import Bench, without_train_view

from fmnist_tui.evaluation.report import ClassScore, Report
from fmnist_tui.tui.screens.evaluate import EvaluateScreen
from fmnist_tui.tui.widgets.class_scores import class_intervals
from fmnist_tui.tui.widgets.report_view import ReportView

pytestmark = without_train_view

FAST = configs.CNN


async def lines_of(bench: Bench, report: Report) -> list[str]:
    """Return the lines of points that the Evaluate view shows."""
    on_disk.a_finished_run("a-run", FAST).save_report(report)
    await bench.press("v", "d")
    assert isinstance(bench.screen, EvaluateScreen)
    await bench.until(lambda: "test accuracy" in bench.text())
    return await shown_lines(bench)


async def shown_lines(bench: Bench) -> list[str]:
    """Return the lines of points; where they don't fit, after scrolling to the report's end."""
    bench.screen.query_one(ReportView).scroll_end(animate=False)
    await bench.rest()
    lines = bench.text().splitlines()
    start = next(number for number, line in enumerate(lines) if "prec." in line)
    return [lines[start], *(line for line in lines[start + 1 :] if "◆" in line)]


async def test_every_class_has_its_points_and_figures_in_full(bench: Bench) -> None:
    report = on_disk.a_report("a-run")
    await lines_of(bench, report)
    for size in ((60, 40), (80, 24), (200, 60)):
        await bench.pilot.resize_terminal(*size)
        await bench.rest()
        heading, *lines = await shown_lines(bench)
        assert "100" in heading, size
        assert "recall" in heading, size
        for line, score in zip(lines, report.classes, strict=True):
            assert score.name in line, size
            assert line.count("●") == line.count("◆") == 1, size
            assert f"{100 * score.precision:.1f}" in line
            assert f"{100 * score.recall:.1f}" in line


async def test_matrix_and_scores_fit_without_scrolling(bench: Bench) -> None:
    report = on_disk.a_report("a-run")
    await lines_of(bench, report)
    for size in ((80, 24), (100, 30), (120, 40), (200, 60), (60, 80)):
        await bench.pilot.resize_terminal(*size)
        await bench.rest()
        assert not bench.screen.query_one(ReportView).show_vertical_scrollbar, size
        shown = bench.text().splitlines()
        assert sum("◆" in line for line in shown) >= len(report.classes)
        for score in report.classes:
            assert any(score.name in line for line in shown)


@pytest.mark.parametrize("bench", [(80, 24)], indirect=True)
async def test_figures_are_not_cut_beside_a_matrix_with_wide_cells(bench: Bench) -> None:
    report = on_disk.a_report("a-run")
    perfect = [1000 * (label == 0) for label in range(len(report.classes))]
    await lines_of(bench, report.model_copy(update={"confusion": (tuple(perfect), *report.confusion[1:])}))
    shown = bench.text().splitlines()
    assert any("●prec. ◆recall" in line for line in shown)
    for score in report.classes:
        figures = f"{100 * score.precision:.1f}    {100 * score.recall:.1f}"
        assert any(score.name in line and figures in line for line in shown)


@pytest.mark.parametrize("bench", [(80, 24)], indirect=True)
async def test_marks_that_would_stand_in_one_column_stand_beside_each_other(bench: Bench) -> None:
    report = on_disk.a_report("a-run")
    same = tuple(score.model_copy(update={"precision": 1.0, "recall": 1.0}) for score in report.classes)
    _heading, *lines = await lines_of(bench, report.model_copy(update={"classes": same}))
    assert all("●◆" in line for line in lines)


async def test_points_lie_in_the_order_of_their_shares_on_an_axis_that_begins_near_the_lowest(bench: Bench) -> None:
    counts = ((980, 20, 0), (0, 950, 50), (90, 10, 900))
    scores = [
        ClassScore(name=f"[b]{row[label] / 1000}", precision=0.9, recall=row[label] / 1000, f1=0.9, support=1000)
        for label, row in enumerate(counts)
    ]
    report = on_disk.a_report("a-run").model_copy(update={"classes": tuple(scores), "confusion": counts})
    heading, *lines = await lines_of(bench, report)
    assert "[b]0.98" in lines[0]
    places = [line.index("◆") for line in lines]
    assert places[0] > places[1] > places[2]
    assert places[0] - places[2] > 15, "the axis is zoomed"
    assert " 60 " not in heading
    assert all(line.index("├", line.index("%")) < line.index("◆") for line in lines), "an interval begins left of it"


def test_the_intervals_are_of_what_was_predicted_and_of_what_is_true() -> None:
    report = on_disk.a_report("a-run").model_copy(update={"confusion": ((90, 10), (0, 0))})
    first, second = class_intervals(report)
    assert first["precision"][1] == 1.0
    assert first["recall"] == pytest.approx((0.8256, 0.9448), abs=1e-4)
    assert set(second) == {"precision"}, "no image is of the second class"


async def test_the_scores_are_hidden_without_a_report(bench: Bench) -> None:
    assert await lines_of(bench, on_disk.a_report("a-run"))
    await bench.press("d")
    await bench.until(lambda: "measured during training" in bench.text())
    assert "●" not in bench.text()
