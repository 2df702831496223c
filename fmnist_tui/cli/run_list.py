"""The list of runs as text: one line for each."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from fmnist_tui.cli.output import console, plain
from fmnist_tui.formatting import duration, percent
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import printable

HEADINGS = ("run", "model", "state", "epochs", "val acc", "test acc", "time")
LEFT = 2
"""Number of left-aligned columns after the first; the others are right-aligned."""


def print_list(summaries: Sequence[RunSummary]) -> None:
    """Print one line for each run. Rich's table would take seconds for 10,000 runs."""
    terminal = console()
    rows = [HEADINGS, *map(_cells, summaries)]
    names, *others = zip(*rows, strict=True)
    # Only a run's name may hold characters that are two cells wide, because it is the name of a folder.
    lengths = [len(name) if name.isascii() else cell_len(name) for name in names]
    widths = [max(map(len, cells)) for cells in others]
    layout = "".join(f"  {{:{'<' if column < LEFT else '>'}{width}}}" for column, width in enumerate(widths))
    widest = max(lengths)
    lines = [
        name + " " * (widest - length) + layout.format(*cells)
        for length, (name, *cells) in zip(lengths, rows, strict=True)
    ]
    lines.insert(1, "─" * (widest + sum(widths) + 2 * len(widths)))
    if terminal.is_terminal:  # a pipe gets whole lines
        lines = [set_cell_size(line, terminal.width) for line in lines]
    terminal.print(plain(lines[0], "bold"), soft_wrap=True)
    terminal.file.write("\n".join(lines[1:]) + "\n")


def _cells(summary: RunSummary) -> tuple[str, ...]:
    return (
        printable(summary.run),
        printable(summary.model or "?"),
        printable(summary.status_text),
        str(summary.epochs),
        accuracy_text(summary.best_validation_accuracy, summary),
        accuracy_text(summary.test_accuracy, summary),
        duration(summary.active_seconds),
    )


def accuracy_text(accuracy: float | None, summary: RunSummary) -> str:
    """Return an accuracy with the label of the run's dataset."""
    return percent(accuracy) if accuracy is None else f"{summary.dataset_mark} {percent(accuracy)}".lstrip()
