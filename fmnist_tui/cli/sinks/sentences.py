"""Output for screen readers and logs: what happens in a run as whole sentences, one a line."""

from collections.abc import Iterable, Iterator
from typing import IO

from fmnist_tui.cli.progress_sentences import ProgressSentences, in_words
from fmnist_tui.datasets import DATASETS
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.events import (
    CheckpointFailed,
    CheckpointQuarantined,
    DownloadProgressed,
    EpochEnded,
    Event,
    RunEnded,
    RunResumed,
    RunStarted,
    RunState,
    StateChanged,
    StepsDone,
    Warned,
)
from fmnist_tui.formatting import count, counted, loss_figure, percent
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.sanitize import printable

QUIET_SECONDS = 30.0
"""Within an epoch, progress is reported after this much training since the last sentence."""


class RunSentences(EventSink):
    """Prints whole sentences that are understood without the ones before."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._snapshot = RunSnapshot()
        self._download = ProgressSentences(stream)
        self._reported_at = 0.0

    def __call__(self, event: Event, /) -> None:
        self._snapshot = self._snapshot.after(event)
        if isinstance(event, DownloadProgressed):
            self._download.fetched(event.file, event.done_bytes, event.total_bytes)
        self._write(self._sentences(event))

    def catch_up(self, snapshot: RunSnapshot) -> None:
        """Report where a run is that began before there was anyone to read about it."""
        self._snapshot = snapshot
        self._write(self._so_far())

    def _write(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            self._reported_at = self._snapshot.active_seconds
            print(printable(f"{sentence[0].upper()}{sentence[1:]}."), file=self._stream, flush=True)

    def _so_far(self) -> Iterator[str]:
        snapshot = self._snapshot
        if snapshot.started is not None:
            yield from _opening(snapshot.started)
        if snapshot.ended is not None:
            if not snapshot.ended.state.is_failure:  # the command reports a failure on stderr
                yield from self._closing(snapshot.ended)
            return
        place = f" in {self._epoch()}{self._time_left()}" if snapshot.epoch else ""
        yield f"the run is {snapshot.state}{place}"
        if snapshot.best is not None:
            accuracy = percent(snapshot.best.validation_accuracy)
            yield f"the best validation accuracy so far is {accuracy}, in epoch {snapshot.best.epoch}"

    def _sentences(self, event: Event) -> Iterator[str]:
        match event:
            case StateChanged(state=RunState.STARTING | RunState.TRAINING | RunState.STOPPING, detail=detail) if detail:
                yield detail
            case StateChanged(state=RunState.PAUSED, detail=detail):
                yield f"the run is paused {detail}".rstrip()
            case RunStarted():
                yield from _opening(event)
            case RunResumed():
                yield from _opening(event.started)
                yield _resumption(event)
            case StepsDone() if event.active_seconds >= self._reported_at + QUIET_SECONDS:
                share = percent(self._snapshot.epoch_fraction, 0)
                yield f"{self._epoch()} is {share} done: training loss {loss_figure(event.loss)}{self._time_left()}"
            case EpochEnded():
                best = ", the best so far" if event.is_best else ""
                accuracy = f"validation accuracy {percent(event.validation_accuracy)}{best}"
                training = f"training accuracy {percent(event.train_accuracy)}"
                yield f"{self._epoch()}: {accuracy}; {training}{self._time_left()}"
            case Warned() | CheckpointFailed() | CheckpointQuarantined():
                yield f"warning: {self._snapshot.log[-1].text}".rstrip(".")
            case RunEnded() if not event.state.is_failure:  # the command reports a failure on stderr
                yield from self._closing(event)

    def _epoch(self) -> str:
        started = self._snapshot.started  # None if the log has lost its beginning
        return f"epoch {self._snapshot.epoch}" + (f" of {started.config.epochs}" if started else "")

    def _time_left(self) -> str:
        seconds = self._snapshot.remaining_seconds
        return f"; about {in_words(seconds)} left" if seconds else ""

    def _closing(self, event: RunEnded) -> Iterator[str]:
        """Yield the result, the findings and the commands that a user may want next."""
        yield f"the run is {event.state} after {in_words(event.active_seconds)} of training: {event.reason}"
        if event.best_epoch:
            accuracy = percent(event.best_validation_accuracy)
            yield f"the best validation accuracy is {accuracy}, in epoch {event.best_epoch}"
        for finding in self._snapshot.findings:
            yield f"finding: {finding.text}; for the next run: {finding.remedy}"
        if self._snapshot.started:
            run = self._snapshot.started.run
            if event.state is RunState.STOPPED:
                yield f"to resume the run, type `fmnist-tui resume {run}`"
            if self._snapshot.checkpoints:
                yield f"to test the run, type `fmnist-tui test {run}`"


def _opening(event: RunStarted) -> Iterator[str]:
    config = event.config
    dataset = DATASETS[event.dataset].title if event.dataset in DATASETS else event.dataset
    yield (
        f"run {event.run} trains model {config.model_name} with {count(event.parameters)} parameters "
        f"for {counted(config.epochs, 'epoch')}"
    )
    yield (
        f"run {event.run} trains on {counted(event.train_images, 'image')} of {dataset} and selects the best epoch on "
        f"{count(event.validation_images)} others"
    )
    yield f"run {event.run} computes on {event.device} in {event.precision} with {counted(event.threads, 'thread')}"


def _resumption(event: RunResumed) -> str:
    """Return where a run is resumed, and what differs from now on."""
    note = f"; {event.note.replace(' → ', ' to ')}" if event.note else ""  # an arrow is not spoken
    if not event.checkpoint:
        return f"the run starts again, because no checkpoint had been saved{note}"
    place = f"epoch {event.epoch}, step {event.step} of {event.started.steps_per_epoch}"
    return f"the run is resumed in {place}, from checkpoint {event.checkpoint}{note}"
