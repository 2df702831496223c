"""The lines that the plain output and the live table share."""

from collections.abc import Iterator

from fmnist_tui.datasets import mark_of
from fmnist_tui.events import EpochEnded, RunEnded, RunResumed, RunStarted, RunState
from fmnist_tui.formatting import INTERVAL_LABEL, count, duration, loss_figure, measured_accuracy, percent
from fmnist_tui.runs.snapshot import Snapshot

HEADINGS = ("epoch", "train loss", "train acc", "val loss", "val acc", "learn rate", "images/s", "time")
WIDTHS = (7, 10, 9, 8, 9, 10, 8, 8)
"""The width of each column; with the mark of the best epoch, a row fits into 80 columns up to epoch 9,999."""

BEST_MARK = " *"


def row(cells: tuple[str, ...]) -> str:
    """Return cells as a row of the table."""
    return " ".join(cell.rjust(width) for cell, width in zip(cells, WIDTHS, strict=True))


def epoch_row(event: EpochEnded, snapshot: Snapshot) -> str:
    """Return the row of an epoch."""
    epochs = snapshot.started.config.epochs if snapshot.started else event.epoch
    cells = (
        f"{event.epoch}/{epochs}",
        loss_figure(event.train_loss),
        percent(event.train_accuracy),
        loss_figure(event.validation_loss),
        percent(event.validation_accuracy),
        f"{event.learning_rate:.2e}",
        count(event.images_per_second),
        duration(event.active_seconds),
    )
    return row(cells) + (BEST_MARK if event.is_best else "")


def opening(event: RunStarted) -> str:
    """Return the line about a run that begins its first step."""
    mark = f"{label} data · " if (label := mark_of(event.dataset)) else ""
    return (
        f"{mark}run {event.run} · {event.config.model_name} · "
        f"{event.parameters:,} parameters · {event.train_images:,} + {event.validation_images:,} images · "
        f"{event.device} {event.precision}, {event.threads} threads ·{BEST_MARK} marks each best epoch"
    )


def resumption(event: RunResumed) -> str:
    """Return the line about where a run is resumed, and what differs from now on."""
    note = f" · {event.note}" if event.note else ""
    if not event.checkpoint:
        return f"started again: no checkpoint had been saved{note}"
    place = f"epoch {event.epoch}, step {event.step} of {event.started.steps_per_epoch}"
    return f"resumed in {place}, from checkpoint {event.checkpoint}{note}"


def closing(event: RunEnded, snapshot: Snapshot) -> Iterator[str]:
    """Yield the result, the findings and the commands that a user may want next."""
    mark = f"{snapshot.dataset_mark} data: " if snapshot.dataset_mark else ""
    images = snapshot.started.validation_images if snapshot.started else None
    accuracy = measured_accuracy(event.best_validation_accuracy, images, label=INTERVAL_LABEL)
    best = f"{mark}best validation accuracy {accuracy} in epoch {event.best_epoch}"
    figures = f"; {best}" if event.best_epoch else ""
    yield f"{event.state}: {event.reason}{figures}; {duration(event.active_seconds)} of training"
    for finding in snapshot.findings:
        yield f"finding: {finding.text}; for the next run: {finding.remedy}"
    if snapshot.started and event.state is RunState.STOPPED:
        yield f"resume: fmnist-tui resume {snapshot.started.run}"
    if snapshot.started and snapshot.checkpoints:
        yield f"test: fmnist-tui test {snapshot.started.run}"
