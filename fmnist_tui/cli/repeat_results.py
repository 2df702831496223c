"""Prints the results of repeats as they arrive, and their statistics."""

from collections.abc import Sequence
from typing import Any, Protocol, Self

from rich.console import Console, Group
from rich.live import Live

from fmnist_tui.cli.output import Output, console, plain, print_json, score_table
from fmnist_tui.cli.repeat_statistics import statistics_data, statistics_sentences, statistics_table
from fmnist_tui.formatting import MISSING, duration, loss_figure, percent
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.repeat_statistics import Statistic, metrics_of, statistics_of
from fmnist_tui.runs.repeats import Concurrency
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line, printable


class RepeatResults(Protocol):
    """Shows repeats while they are trained."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_error: object) -> None: ...

    def show(self, folders: Sequence[RunFolder]) -> None:
        """Show how far the runs are."""

    def add(self, run: RunSummary) -> None:
        """Take account of a run that has ended."""


def repeat_results(output: Output, seeds: Sequence[int], concurrency: Concurrency) -> RepeatResults:
    """Return what prints the results of repeats with some seeds to standard output."""
    if output is Output.JSON:
        return _JsonLines(seeds, concurrency)
    heading = f"{len(seeds)} repeats with seeds {', '.join(map(str, seeds))}; {concurrency}"
    if output is Output.SENTENCES:
        return _Sentences(heading, len(seeds))
    terminal = console()
    return _LiveResults(terminal, heading) if terminal.is_terminal else _Lines(heading, len(seeds), terminal)


class _Results:
    """The metrics of the runs that have finished."""

    def __init__(self) -> None:
        self.ended = 0
        self._metrics: list[dict[str, float]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return

    @property
    def statistics(self) -> list[Statistic]:
        return statistics_of(self._metrics)

    def show(self, folders: Sequence[RunFolder]) -> None:
        """Show nothing between the results."""

    def _count(self, run: RunSummary) -> dict[str, float]:
        """Return the metrics of a run that has ended; they count only if it has finished."""
        self.ended += 1
        metrics = metrics_of(run)
        if run.status is RunStatus.FINISHED:
            self._metrics.append(metrics)
        return metrics


class _JsonLines(_Results):
    """Prints one line of JSON before the first result, and one for each."""

    def __init__(self, seeds: Sequence[int], concurrency: Concurrency) -> None:
        super().__init__()
        print_json({"type": "repeats_started", "seeds": list(seeds), **concurrency._asdict()})

    def add(self, run: RunSummary) -> None:
        metrics = self._count(run)
        print_json(
            {
                "type": "repeat_ended",
                "run": run.run,
                "seed": run.settings.get("seed"),
                "state": run.status,
                "folder": str(run.folder.path),
                "metrics": metrics,
                "finished": len(self._metrics),
                "statistics": statistics_data(self.statistics),
            }
        )


class _Sentences(_Results):
    """Prints a sentence for each result and each metric."""

    def __init__(self, heading: str, repeats: int) -> None:
        super().__init__()
        self._repeats = repeats
        print(f"{heading}.", flush=True)

    def add(self, run: RunSummary) -> None:
        metrics = self._count(run)
        figures = (
            f", validation accuracy {percent(metrics.get('validation_accuracy'))} at epoch {run.best_epoch}, "
            f"training time {duration(metrics.get('seconds'))}"
            if "validation_accuracy" in metrics
            else ""
        )
        seed = one_line(run.settings.get("seed"))
        print(
            printable(f"Repeat {self.ended} of {self._repeats}, run {run.title}, seed {seed}: {run.status}{figures}."),
            flush=True,
        )
        for sentence in statistics_sentences(self.statistics)[: None if self.ended == self._repeats else 1]:
            print(sentence, flush=True)


class _Lines(_Results):
    """Prints a line for each result with the mean so far, and a table of all statistics at the end."""

    def __init__(self, heading: str, repeats: int, terminal: Console) -> None:
        super().__init__()
        self._repeats, self._terminal = repeats, terminal
        print(heading, flush=True)

    def __exit__(self, *_error: object) -> None:
        self._terminal.print(statistics_table(self.statistics))

    def add(self, run: RunSummary) -> None:
        self._count(run)
        cells = f"seed {'  '.join(_cells(run))}"
        mean = f"  mean {percent(self.statistics[0].mean)}" if self.statistics else ""
        print(printable(f"{self.ended}/{self._repeats}  {cells}{mean}"), flush=True)


class _LiveResults(_Results):
    """Draws the runs and the statistics again whenever something has changed."""

    def __init__(self, terminal: Console, heading: str) -> None:
        super().__init__()
        self._heading = heading
        self._runs: list[RunSummary] = []
        self._live = Live(self._drawn(), console=terminal, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._live.stop()

    def show(self, folders: Sequence[RunFolder]) -> None:
        self._runs = [summary_of(folder) for folder in folders]
        self._live.update(self._drawn(), refresh=True)

    def add(self, run: RunSummary) -> None:
        self._count(run)
        self._runs = [run if other.run == run.run else other for other in self._runs]
        self._live.update(self._drawn(), refresh=True)

    def _drawn(self) -> Group:
        runs = score_table("run", "seed", "state", "validation", "loss", "time")
        for run in self._runs:
            seed, state, accuracy, loss, seconds, title = _cells(run)
            runs.add_row(*map(plain, (title, seed, state, accuracy, loss, seconds)))
        parts: list[Any] = [plain(self._heading), runs]
        if self.statistics:
            parts.append(statistics_table(self.statistics))
        return Group(*parts)


def _cells(run: RunSummary) -> tuple[str, ...]:
    """Return what is printed of a run: seed, state, best accuracy and its loss, time, and what it is called."""
    metrics = metrics_of(run)
    state = f"epoch {run.epochs + 1}/{run.planned_epochs}" if run.status is RunStatus.RUNNING else run.status_text
    return (
        one_line(run.settings.get("seed", MISSING)),
        state,
        percent(metrics.get("validation_accuracy")),
        loss_figure(metrics.get("validation_loss")),
        duration(metrics.get("seconds")),
        one_line(run.title),
    )
