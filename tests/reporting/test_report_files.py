"""Report files: their content, and that foreign text in them is escaped."""

import base64
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import configs
import numpy as np
import pytest
from PIL import Image
from report_contexts import a_context, a_start, an_epoch

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import to_line
from fmnist_tui.formatting import percent
from fmnist_tui.reporting.context import ReportContext, report_context
from fmnist_tui.reporting.plots import BOTTOM, LEFT, RIGHT, TOP, plot
from fmnist_tui.reporting.write import require_format, write_report
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, write_labels

NASTY = '<script>alert("x")</script>|`[a](b)'


class Page(HTMLParser):
    """A page as a browser parses it: its tags with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.tags if name == tag)


def written(context: ReportContext, folder: Path, name: str) -> str:
    write_report(folder / name, context)
    return (folder / name).read_text(encoding="utf-8")


def test_json_is_the_report_itself(tmp_path: Path) -> None:
    context = a_context()
    assert Report.model_validate(json.loads(written(context, tmp_path, "report.json"))) == context.report


def test_markdown_holds_every_figure(tmp_path: Path) -> None:
    context = a_context()
    text = written(context, tmp_path, "report.md")
    assert f"{percent(context.report.accuracy)} on the test set" in text
    assert "| test-set evaluations of this run | 3 |" in text
    for name, row in zip(context.names, context.report.confusion, strict=True):
        assert f"| {' | '.join(map(str, row))} |" in text
        assert name.replace("-", "\\-") in text
    assert "expected calibration error" in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)


def test_html_shows_the_matrix_and_the_most_confident_errors_as_images(tmp_path: Path) -> None:
    context = a_context()
    page = Page(written(context, tmp_path, "report.html"))
    for row in context.report.confusion:
        for count in row:
            assert not count or str(count) in page.text
    images = list(page.of("img"))
    errors = context.predictions.errors()
    assert len(images) == min(24, len(errors))
    source = images[0]["src"] or ""
    content = base64.b64decode(source.removeprefix("data:image/png;base64,"))
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), context.images[errors[0]])


def test_html_is_self_contained(tmp_path: Path) -> None:
    page = Page(written(a_context(), tmp_path, "report.html"))
    assert not list(page.of("script"))
    assert not list(page.of("link"))
    assert all((image["src"] or "").startswith("data:") for image in page.of("img"))


def test_foreign_text_is_escaped_everywhere(tmp_path: Path) -> None:
    context = a_context(run=NASTY, command=NASTY)
    page = Page(written(context, tmp_path, "report.html"))
    assert not list(page.of("script"))
    assert NASTY in page.text
    markdown = written(context, tmp_path, "report.md")
    assert "\\<script\\>" in markdown
    assert "\\|\\`\\[a\\]\\(b\\)" in markdown


@pytest.mark.parametrize("name", ["report.json", "report.md", "report.html"])
def test_no_report_contains_control_characters(name: str, tmp_path: Path) -> None:
    steering = "\x1b[31m\x07\x7f\x9b2J\u202e\u2028"
    content = written(a_context(run=steering, command=steering, checkpoint=steering, model=steering), tmp_path, name)
    assert content.replace("\n", "").isprintable()
    if name.endswith(".json"):
        assert json.loads(content)["run"] == steering


def test_an_older_report_without_calibration_can_be_written(tmp_path: Path) -> None:
    context = a_context(calibration=None, top2=None)
    for name in ("report.md", "report.html"):
        assert "calibration" not in written(context, tmp_path, name).lower()


def test_curves_come_from_the_runs_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = RunConfig.from_preset("fast", "cnn")
    folder = RunFolder.create(config)
    events = [a_start(config), *(event for epoch in (1, 2) for event in an_epoch(epoch))]
    folder.events_file.write_text("".join(to_line(event) + "\n" for event in events), encoding="utf-8")
    made_up = a_context()
    context = report_context(folder, made_up.report, made_up.predictions, made_up.images)
    assert context.command == "fmnist-tui train --model cnn --device cpu --precision fp32 --threads 2"
    page = Page(written(context, tmp_path, "report.html"))
    lines = [attributes for attributes in page.of("polyline") if attributes["class"] in ("training", "validation")]
    assert len(lines) == 4
    folder.events_file.unlink()
    assert not list(Page(written(report_context(folder, *parts(made_up)), tmp_path, "report.html")).of("polyline"))


def test_the_labels_of_the_run_are_in_the_report_as_text(tmp_path: Path) -> None:
    folder = RunFolder.create(configs.CNN)
    note = f"first line\n{NASTY}"
    write_labels(folder, RunLabels(name="[b]base*line*", note=note, tags=("paper", "<b>")))
    context = report_context(folder, *parts(a_context()))
    page = Page(written(context, tmp_path, "report.html"))
    for text in ("[b]base*line*: run a-run", "first line", NASTY, "tags: paper, <b>"):
        assert text in page.text
    markdown = written(context, tmp_path, "report.md").splitlines()
    assert "| name | \\[b\\]base\\*line\\* |" in markdown
    assert "| tags | paper, \\<b\\> |" in markdown
    assert any(line.startswith("| note | first line ") for line in markdown)
    folder.labels_file.write_text("{")
    assert "base" not in written(report_context(folder, *parts(a_context())), tmp_path, "report.md")


def parts(context: ReportContext) -> tuple:
    return context.report, context.predictions, context.images


def test_a_plot_clips_only_the_first_losses_and_shows_all_marks() -> None:
    training = [(0.1, 2.3), (1.0, float("nan")), (1.5, 0.6), (2.0, 0.4)]
    drawn = plot("loss", {"training": training, "validation": []}, is_share=False)
    assert drawn is not None
    (line,) = drawn.lines
    assert line.name == "training"
    (_x, first), *others = [tuple(map(float, point.split(","))) for point in line.points.split()]
    assert first < TOP, "above the frame, whose height is the others'"
    for x, y in (*others, line.end):
        assert LEFT <= x <= RIGHT
        assert TOP <= y <= BOTTOM
    assert [text for _place, text in drawn.across] == ["0", "1", "2"]
    assert all(TOP <= place <= BOTTOM for place, _text in drawn.up)


def test_a_plot_of_one_point_shows_it_and_one_without_points_is_none() -> None:
    assert plot("loss", {"training": [(1.0, float("inf"))]}, is_share=False) is None
    single = plot("accuracy", {"training": [(1.0, 0.5)]}, is_share=True)
    assert single is not None
    assert single.lines[0].end == (RIGHT, pytest.approx((TOP + BOTTOM) / 2))
    assert "50.00 %" in [text for _place, text in single.up]


def test_other_names_and_places_that_cannot_be_written_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not a report file.*\.json, \.md, \.html"):
        require_format(Path("report.pdf"))
    with pytest.raises(UserError, match="can't write"):
        write_report(tmp_path / "nowhere" / "report.md", a_context())
