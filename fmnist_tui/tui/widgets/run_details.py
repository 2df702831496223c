"""The details of a run: its accuracies, config, reproduction command and curves."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from fmnist_tui.config import RunConfig, command_for, specs_for
from fmnist_tui.datasets import mark_of
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import Event, RunResumed, RunStarted
from fmnist_tui.formatting import accuracy_with_interval, measured_accuracy
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.history import RunHistory
from fmnist_tui.runs.reproduce import pinned_by
from fmnist_tui.runs.snapshot import Curves, RunSnapshot, replay
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.cursor_keys import Scroll
from fmnist_tui.tui.widgets.paragraph import Paragraph
from fmnist_tui.tui.widgets.run_plots import RunPlots
from fmnist_tui.tui.widgets.run_status_line import MARK_STYLE


@dataclass(frozen=True, slots=True)
class RunRead:
    """What is read from a run's folder to show it in detail.

    Attributes:
        snapshot: Its state at the end of its log.
        test: The test-set evaluation of its best checkpoint; None if there is none.
        reproduction: The command that reproduces it, or why there is none.
    """

    snapshot: RunSnapshot
    test: Report | None
    reproduction: Content


class RunDetails(Horizontal):
    """Text to the left, curves to the right."""

    HELP = "The chosen run: its accuracies with 95 % intervals, the command that reproduces it, and its config."

    def __init__(self) -> None:
        super().__init__()
        self._run = ""
        self._reproduction: Content | None = None
        self._results, self._text = Paragraph(id="details-results"), Paragraph(id="details-config")
        self._plots = RunPlots(id="details-plots")

    def compose(self) -> ComposeResult:
        with Scroll(id="details-text", classes="panel") as text:
            text.border_title = "Details"
            yield self._results
            yield self._text
        yield self._plots

    def show_note(self, note: str) -> None:
        """Show why no run is shown."""
        self._text.update(Content(note))
        self._results.display = self._plots.display = False

    def show_summary(self, summary: RunSummary, config: RunConfig | None) -> None:
        """Show what is known without reading the run's log; without a config, show why."""
        self._plots.display = True
        if summary.run != self._run:  # reading a long log takes a while, and the old curves are another run's
            self._run, self._reproduction = summary.run, None
            self._plots.show(Curves(), None, 1, "Reading the log…")
            self._show_results(summary, None)
        self._show_text(summary, config)

    def show_read(self, read: RunRead, summary: RunSummary, config: RunConfig | None) -> None:
        """Show a run's final curves, the test accuracy of its best checkpoint and the command that reproduces it."""
        self._reproduction = read.reproduction
        self._show_text(summary, config)
        self._show_results(summary, read.test)
        epochs = summary.planned_epochs or read.snapshot.epoch
        self._plots.show(read.snapshot.curves, read.snapshot.best, epochs, "The log contains no figures.")

    def _show_text(self, summary: RunSummary, config: RunConfig | None) -> None:
        # What the log adds to the config is mostly in it already, so the command rarely changes when the log is read.
        self._text.update(_description(summary, config, self._reproduction or _reproduction(RunHistory(), config)))

    def _show_results(self, summary: RunSummary, test: Report | None) -> None:
        accuracy, images = summary.best_validation_accuracy, summary.validation_size
        lines = [] if accuracy is None else [("validation", measured_accuracy(accuracy, images))]
        if test is not None:
            lines.append(("test", accuracy_with_interval(test.accuracy, test.low, test.high)))
        self._results.display = bool(lines)
        self._results.update(_table(lines, 12))


def read_run(summary: RunSummary, config: RunConfig | None) -> RunRead:
    """Return what `show_read` shows of a run. Run on a thread: a log may be long."""
    history = RunHistory()
    try:
        snapshot = replay(_noted(read_events(summary.folder.events_file), history))
    except OSError:
        snapshot = RunSnapshot()  # a run that ended before its first event has no curves
    best = next((checkpoint for checkpoint in summary.checkpoints if checkpoint.name == "best"), None)
    test = None
    if best is not None and best.test_accuracy is not None:
        test = summary.folder.newest_report("test", best.is_subject_of)
    return RunRead(snapshot, test, _reproduction(history, config))


def _noted(events: Iterator[Event], history: RunHistory) -> Iterator[Event]:
    """Yield the events, and note in the history how the run was started and resumed."""
    for event in events:
        if isinstance(event, RunStarted | RunResumed):
            history.add(event)
        yield event


def _reproduction(history: RunHistory, config: RunConfig | None) -> Content:
    if config is None:
        return Content("")
    try:
        return Content.styled(one_line(shlex.join(command_for(pinned_by(history, config)))), "$text-accent")
    except UserError as error:
        return Content.styled(one_line(error.problem), "$foreground-muted")


def _description(summary: RunSummary, config: RunConfig | None, reproduction: Content) -> Content:
    if config is None:
        return Content.styled(one_line(summary.problem) or "Its config can't be read.", "$text-error")
    values = config.to_flat()
    lines = [reproduction, Content("")]
    if summary.problem:
        lines = [Content.styled(f"△ {one_line(summary.problem)}", "$text-error"), Content(""), *lines]
    if summary.can_resume:
        lines += [Content.styled(f"{summary.status_text}: r resumes it", "$text-warning"), Content("")]
    if config.dataset_spec.is_synthetic:
        text = " images drawn by the program: no accuracy on them means anything elsewhere"
        lines.append(Content.styled(f" {mark_of(config.dataset)} ", MARK_STYLE) + text)
    specs = specs_for(config.model_name)
    fields = [(spec.label, one_line(spec.describe(values[spec.name]))) for spec in specs]
    return Content("\n").join([*_labels(summary), *lines, _table([("model", config.model_name), *fields], 17)])


def _labels(summary: RunSummary) -> list[Content]:
    """Return lines with what the user calls the run; none if it has no labels."""
    lines = [Content(one_line(line)) for line in summary.note.splitlines()]
    if summary.tags:
        lines.insert(0, Content.styled(one_line(" ".join(f"#{tag}" for tag in summary.tags)), "$foreground-muted"))
    if summary.name:
        heading = ((one_line(summary.name), "bold"), (f"  {one_line(summary.run)}", "$foreground-muted"))
        lines.insert(0, Content.assemble(*heading))
    return [*lines, Content("")] if lines else []


def _table(rows: list[tuple[str, str]], width: int) -> Content:
    return Content("\n").join(Content.assemble((f"{name:<{width}}", "$foreground-muted"), text) for name, text in rows)
