"""The figures of a run in a table: loss and accuracy now, of the newest epoch and of the best one; speed and time."""

from typing import NamedTuple

from textual.geometry import Size

from fmnist_tui.events import EpochEnded, StepsDone
from fmnist_tui.formatting import count, duration, loss_figure, percent, rate_figure
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.tui.widgets.styled_lines import Line, StyledLines

LABEL, COLUMN, GAP = 9, 15, 2
SIDE_LABEL, SIDE_VALUE = 13, 9
"""Columns of the speed and time, which are beside the table if it leaves so much room."""

ROWS = 3

LABEL_STYLE, VALUE, BEST, DEMO = (f"run-figures--{name}" for name in ("label", "value", "best", "demo"))


class Figures(NamedTuple):
    """What the table shows.

    Attributes:
        headings: Of the three columns.
        losses: In the order of the columns.
        accuracies: In the same order.
        sides: Speed, learning rate and training time with their labels.
        is_synthetic: Whether they were measured on synthetic data, where figures mean nothing.
    """

    headings: tuple[str, ...] = ("", "", "")
    losses: tuple[str, ...] = ("", "", "")
    accuracies: tuple[str, ...] = ("", "", "")
    sides: tuple[tuple[str, str], ...] = (("", ""),) * ROWS
    is_synthetic: bool = False


def figures_of(snapshot: RunSnapshot, *, is_synthetic: bool) -> Figures:
    """Return the figures of a run."""
    last, best = snapshot.last_epoch, snapshot.best
    now: EpochEnded | StepsDone | None = snapshot.latest
    if snapshot.ended is not None and last is not None:  # the last batches are not representative of the run
        now = last
    train, loss, accuracy = "train, now", None, None
    if isinstance(now, StepsDone):
        loss, accuracy = now.loss, now.accuracy
    elif now is not None:
        train, loss, accuracy = "train", now.train_loss, now.train_accuracy
    losses = (loss, last.validation_loss if last else None, best.validation_loss if best else None)
    accuracies = (accuracy, last.validation_accuracy if last else None, best.validation_accuracy if best else None)
    epoch = "" if best is None else f", epoch {best.epoch}" if best.epoch < 100 else f", ep. {best.epoch}"
    return Figures(
        (train, "validation", f"best{epoch}"),
        tuple(map(loss_figure, losses)),
        tuple(map(percent, accuracies)),
        (
            ("images/s", count(now.images_per_second if now else None)),
            ("learning rate", rate_figure(now.learning_rate if now else None)),
            ("training time", duration(snapshot.active_seconds)),
        ),
        is_synthetic,
    )


class RunFigures(StyledLines):
    """Draws the table. Numbers are aligned to the right, so that nothing moves when they change.

    Attributes:
        shown: What is shown.
    """

    COMPONENT_CLASSES = {LABEL_STYLE, VALUE, BEST, DEMO}

    def __init__(self) -> None:
        super().__init__()
        self.shown = Figures()

    def show(self, figures: Figures) -> None:
        """Show figures."""
        if figures != self.shown:
            self.shown = figures
            self.redraw()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return ROWS if _has_sides(width) else ROWS + 1

    def redraw(self) -> None:
        width, figures = self.size.width, self.shown
        column = max(1, min(COLUMN, (width - LABEL) // 3))
        accuracy = ("acc. DEMO", DEMO) if figures.is_synthetic else ("accuracy", LABEL_STYLE)
        lines: list[Line] = [
            [(" " * LABEL, ""), *((f"{text:>{column}.{column}}", LABEL_STYLE) for text in figures.headings)],
            [(f"{'loss':<{LABEL}}", LABEL_STYLE), *_row(figures.losses, column)],
            [(f"{accuracy[0]:<{LABEL}}", accuracy[1]), *_row(figures.accuracies, column)],
        ]
        if _has_sides(width):
            room = width - LABEL - 3 * column - SIDE_LABEL - SIDE_VALUE
            lines = [
                [
                    *line,
                    (" " * room, ""),
                    (f"{label:<{SIDE_LABEL}}", LABEL_STYLE),
                    (f"{value:>{SIDE_VALUE}.{SIDE_VALUE}}", VALUE),
                ]
                for line, (label, value) in zip(lines, figures.sides, strict=True)
            ]
        else:
            speed, rate, time = (value for _label, value in figures.sides)
            parts = ((speed, VALUE), (" images/s · rate ", LABEL_STYLE), (rate, VALUE), (" · ", LABEL_STYLE))
            lines.append([*parts, (time, VALUE)])
        self.write(lines)


def _has_sides(width: int) -> bool:
    return width >= LABEL + 3 * COLUMN + GAP + SIDE_LABEL + SIDE_VALUE


def _row(texts: tuple[str, ...], column: int) -> Line:
    return [(f"{text:>{column}.{column}}", style) for text, style in zip(texts, (VALUE, VALUE, BEST), strict=True)]
