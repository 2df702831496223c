"""Each class's precision and recall on an axis, at every size that the interface is made for."""

import on_disk
import pytest
from workbench import Bench

from fmnist_tui.config import RunConfig
from fmnist_tui.evaluation.report import ClassScore, Report
from fmnist_tui.tui.screens.evaluate import EvaluateScreen
from fmnist_tui.tui.widgets.class_scores import class_intervals
from fmnist_tui.tui.widgets.report_view import ReportView

FAST = RunConfig.from_preset("fast", "cnn")
every_size = pytest.mark.parametrize("bench", [(60, 40), (80, 24), (120, 40), (200, 50)], indirect=True)


async def lines_of(bench: Bench, report: Report) -> list[str]:
    """The lines of points that the Evaluate view shows when the report is scrolled to its end."""
    on_disk.a_finished_run("a-run", FAST).save_report(report)
    await bench.press("v", "d")
    assert isinstance(bench.screen, EvaluateScreen)
    await bench.until(lambda: "test accuracy" in bench.text())
    bench.screen.query_one(ReportView).scroll_end(animate=False)
    await bench.rest()
    lines = bench.text().splitlines()
    start = next(number for number, line in enumerate(lines) if "● prec." in line)
    return lines[start : start + 1 + len(report.classes)]


@every_size
async def test_every_class_has_its_points_and_figures_in_full(bench: Bench) -> None:
    report = on_disk.a_report("a-run")
    heading, *lines = await lines_of(bench, report)
    assert "100" in heading
    assert "◆ recall" in heading
    for line, score in zip(lines, report.classes, strict=True):
        assert score.name in line
        assert line.count("●") == line.count("◆") == 1
        assert f"{score.precision:.1%}".replace("%", " %") in line
        assert f"{score.recall:.1%}".replace("%", " %") in line


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
