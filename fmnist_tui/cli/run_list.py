"""The list of runs as text: one line for each."""

from collections.abc import Sequence

from rich.cells import cell_len

from fmnist_tui.cli.output import console, plain
from fmnist_tui.formatting import percent
from fmnist_tui.runs.column_widths import fit
from fmnist_tui.runs.run_table import RunTable
from fmnist_tui.runs.summary import RunSummary

GAP = "  "


def print_list(table: RunTable) -> None:
    """Print one line for each run. Rich's table would take seconds for 10,000 runs.

    On a terminal, columns are left out and texts are cut as the interface does it; a pipe gets everything.
    """
    terminal = console()
    unlimited = sum(need.width + len(GAP) for need in table.needs)
    shown = fit(table.needs, terminal.width if terminal.is_terminal else unlimited, len(GAP))
    columns = [
        _padded([heading, *texts], width, is_right_aligned=table.columns[place].is_right_aligned)
        for place, width in shown
        for heading, texts in [(table.headings[place], [row[place] for row in table.rows])]
    ]
    lines = [GAP.join(cells).rstrip() for cells in zip(*columns, strict=True)]
    lines.insert(1, "─" * (sum(width for _place, width in shown) + len(GAP) * (len(shown) - 1)))
    terminal.print(plain(lines[0], "bold"), soft_wrap=True)
    terminal.file.write("\n".join(lines[1:]) + "\n")


def _padded(texts: Sequence[str], width: int, *, is_right_aligned: bool) -> list[str]:
    """Return texts of a width in terminal columns; longer ones are cut."""
    if "".join(texts).isascii():
        cut = [text if len(text) <= width else text[: width - 1] + "…" for text in texts]
        return [text.rjust(width) if is_right_aligned else text.ljust(width) for text in cut]
    return [_padded_cells(text, width, is_right_aligned=is_right_aligned) for text in texts]


def _padded_cells(text: str, width: int, *, is_right_aligned: bool) -> str:
    cut = text
    while cell_len(cut) > width:
        # A character may be two columns wide, so one more may have to go for the ellipsis.
        cut = f"{text[: len(cut.removesuffix('…')) - 1]}…"
    room = " " * (width - cell_len(cut))
    return room + cut if is_right_aligned else cut + room


def accuracy_text(accuracy: float | None, summary: RunSummary) -> str:
    """Return an accuracy with the label of the run's dataset."""
    return percent(accuracy) if accuracy is None else f"{summary.dataset_mark} {percent(accuracy)}".lstrip()
