"""The card of a run: all that one needs to repeat it or to describe it in a paper's appendix."""

from __future__ import annotations

import shlex
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from fmnist_tui.config import RunConfig, command_for, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import accuracy_with_interval, count, counted, duration, measured_accuracy
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.history import Part, RunHistory, read_history
from fmnist_tui.runs.reproduce import PINS, pinned_by
from fmnist_tui.runs.run_facts import differences, facts_of, short_digest
from fmnist_tui.runs.summarize import summarize_run
from fmnist_tui.runs.summary import RunSummary, SavedCheckpoint
from fmnist_tui.sanitize import escape_markdown, one_line


class Section(NamedTuple):
    """Some lines of a card, each a name and a text."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RunCard:
    """What a run's files state about it.

    Attributes:
        config: With all that was chosen automatically pinned, if one config reproduces the run.
        command: The command that trains it again; empty if there is none.
        problem: Why there is none; empty if there is one.
        test: The test accuracy of checkpoint `best`, with its interval; empty if it was not evaluated.
    """

    summary: RunSummary
    config: RunConfig
    command: str
    problem: str
    history: RunHistory
    test: str

    @property
    def title(self) -> str:
        """The run's name, and what identifies it."""
        name, run = one_line(self.summary.name), one_line(self.summary.run)
        return f"{name} ({run})" if name else run

    def sections(self) -> tuple[Section, ...]:
        """Return everything to show, but the command; a section that nothing is known for is left out."""
        found = (
            Section("Result", self._result()),
            Section("Trained with", self._trained_with()),
            Section("Resumed", self._resumes()),
            Section("Checkpoints", tuple(map(_checkpoint, self.summary.checkpoints))),
            Section("Config", self._config()),
        )
        return tuple(section for section in found if section.rows)

    def to_markdown(self) -> str:
        """Return the card as Markdown: a heading, a table for each section, and the command."""
        parts = [f"## Run {escape_markdown(self.title)}"]
        for title, rows in self.sections():
            lines = (f"| {escape_markdown(name)} | {escape_markdown(text)} |" for name, text in rows)
            parts.append("\n".join([f"| {title} | |", "|---|---|", *lines]))
        command = f"```sh\n{one_line(self.command)}\n```" if self.command else f"{escape_markdown(self.problem)}."
        return "\n\n".join([*parts, command]) + "\n"

    def to_data(self) -> dict[str, object]:
        """Return the card as what `--json` prints."""
        parts = self.history.parts
        return {
            "command": self.command or None,
            "problem": self.problem,
            "started": parts[0].started.model_dump(mode="json", exclude={"type", "config"}) if parts else None,
            "resumed": [
                {"epoch": part.epoch, "step": part.step, "differences": _changes(parts[0], part)} for part in parts[1:]
            ],
            "checkpoints": [
                {"name": each.name, "epoch": each.epoch, "weights_sha256": each.weights_sha256}
                for each in self.summary.checkpoints
            ],
        }

    def _result(self) -> tuple[tuple[str, str], ...]:
        summary = self.summary
        done = f"{summary.status_text}, {counted(summary.epochs, 'epoch')} in {duration(summary.active_seconds)}"
        rows = [("state", f"{summary.dataset_mark} {done}".lstrip())]
        if summary.best_validation_accuracy is not None:
            accuracy = measured_accuracy(summary.best_validation_accuracy, summary.validation_size)
            rows.append(("validation accuracy", f"{accuracy}, epoch {summary.best_epoch}"))
        if self.test:
            rows.append(("test accuracy", f"{self.test}, evaluated {counted(summary.test_evaluations, 'time')}"))
        return tuple(rows)

    def _trained_with(self) -> tuple[tuple[str, str], ...]:
        if not self.history.parts:
            return ()
        started = self.history.parts[0].started
        host = f" on {one_line(started.host)}" if started.host else ""
        facts = ((name, one_line(text)) for name, text in facts_of(started).items())
        return (
            ("trained", f"{_moment(started.time)}{host}"),
            ("parameters", count(started.parameters)),
            *facts,
            *((("chosen", one_line(started.plan_reason)),) if started.plan_reason else ()),
        )

    def _resumes(self) -> tuple[tuple[str, str], ...]:
        parts = self.history.parts
        return tuple(
            (f"epoch {part.epoch}", one_line("; ".join([_moment(part.started.time), *_changes(parts[0], part)])))
            for part in parts[1:]
        )

    def _config(self) -> tuple[tuple[str, str], ...]:
        values, specs = self.config.to_flat(), specs_for(self.config.model_name)
        shown = PINS if self.history.parts else ()  # among what the run was trained with
        fields = ((spec.label, one_line(spec.describe(values[spec.name]))) for spec in specs if spec.name not in shown)
        return (("model", self.config.model_name), *fields)


def read_run_card(folder: RunFolder) -> RunCard:
    """Return the card of a run; what its log does not state is left out.

    Raises:
        UserError: Its config can't be read.
    """
    config, history = folder.config(), RunHistory()
    with suppress(OSError):
        history = read_history(folder, with_epochs=False)
    command = problem = ""
    try:
        config = pinned_by(history, config)
        command = shlex.join(command_for(config))
    except UserError as error:
        problem = error.problem
    summary = summarize_run(folder)
    return RunCard(summary, config, command, problem, history, _test_accuracy(summary))


def _test_accuracy(summary: RunSummary) -> str:
    best = next((checkpoint for checkpoint in summary.checkpoints if checkpoint.name == "best"), None)
    report = None if best is None else summary.folder.newest_report("test", best.is_subject_of)
    return "" if report is None else accuracy_with_interval(report.accuracy, report.low, report.high)


def _changes(first: Part, part: Part) -> list[str]:
    return [str(difference) for difference in differences(first.started, part.started)]


def _checkpoint(checkpoint: SavedCheckpoint) -> tuple[str, str]:
    if checkpoint.weights_sha256 is None:
        return checkpoint.name, "its manifest can't be read"
    return checkpoint.name, f"epoch {checkpoint.epoch}, weights {short_digest(checkpoint.weights_sha256)}"


def _moment(seconds: float) -> str:
    with suppress(OverflowError, OSError, ValueError):  # a damaged log may hold any number
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
    return "at an unknown time"
