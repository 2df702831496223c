"""Each class's precision, recall and F1 as bars, at every size that the interface is made for."""

import on_disk
import pytest
from workbench import Bench

from fmnist_tui.config import RunConfig
from fmnist_tui.evaluation.report import ClassScore, Report
from fmnist_tui.tui.screens.evaluate import EvaluateScreen
from fmnist_tui.tui.widgets.report_view import ReportView

FAST = RunConfig.from_preset("fast", "cnn")
every_size = pytest.mark.parametrize("bench", [(80, 24), (120, 40), (200, 50)], indirect=True)


async def bars_of(bench: Bench, report: Report) -> list[str]:
    """The lines of bars that the Evaluate view shows when the report is scrolled to its end."""
    on_disk.a_finished_run("a-run", FAST).save_report(report)
    await bench.press("v", "d")
    assert isinstance(bench.screen, EvaluateScreen)
    await bench.until(lambda: "test accuracy" in bench.text())
    bench.screen.query_one(ReportView).scroll_end(animate=False)
    await bench.rest()
    return [line for line in bench.text().splitlines() if "█" in line]


@every_size
async def test_every_class_has_its_bars_figures_and_images_in_full(bench: Bench) -> None:
    report = on_disk.a_report("a-run")
    lines = await bars_of(bench, report)
    assert len(lines) == len(report.classes)
    for line, score in zip(lines, report.classes, strict=True):
        assert score.name in line
        for figure in (f"{score.precision:.1%}", f"{score.recall:.1%}", "91.0%"):
            assert figure.replace("%", " % █") in line
        assert line.rstrip(" ▁▂▃▄▅▆▇").endswith("1,000")


@every_size
async def test_the_length_of_a_bar_is_its_share(bench: Bench) -> None:
    shares = (1.0, 0.5, 0.0)
    scores = [ClassScore(name=f"[b]{share}", precision=share, recall=share, f1=share, support=7) for share in shares]
    report = on_disk.a_report("a-run").model_copy(update={"classes": tuple(scores), "confusion": ((7, 0, 0),) * 3})
    full, half = await bars_of(bench, report)
    assert "[b]1.0" in full
    assert "100.0 % █" in full
    assert full.count("█") == pytest.approx(2 * half.count("█"), abs=3)
    assert "  0.0 %  " in bench.text()


async def test_the_bars_are_hidden_without_a_report(bench: Bench) -> None:
    assert await bars_of(bench, on_disk.a_report("a-run"))
    await bench.press("d")
    await bench.until(lambda: "measured during training" in bench.text())
    assert "█" not in bench.text()
