"""Figures side by side, each below its label."""

from collections.abc import Mapping
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from fmnist_tui.formatting import MISSING
from fmnist_tui.tui.widgets.styled_lines import Part, StyledLines

COLUMNS = 4


class Stat(NamedTuple):
    """A figure with its label.

    Attributes:
        is_synthetic: Whether it was measured on synthetic data, where figures mean nothing.
    """

    label: str
    value: str
    is_synthetic: bool = False

    @property
    def mark(self) -> str:
        return " DEMO" if self.is_synthetic and self.value != MISSING else ""


class StatGrid(StyledLines):
    """Four figures in a row, and as many rows as fit."""

    COMPONENT_CLASSES = {"stat-grid--label", "stat-grid--value", "stat-grid--demo"}

    def __init__(self) -> None:
        super().__init__()
        self._shown: Mapping[str, Stat] = {}

    def show(self, figures: Mapping[str, Stat]) -> None:
        """Show figures in their order; the keys are for `value`."""
        if figures != self._shown:
            self._shown = figures
            self.redraw()

    def value(self, name: str) -> str:
        """Return a figure as it is shown."""
        return f"{self._shown[name].value}{self._shown[name].mark}"

    def redraw(self) -> None:
        width, figures = self.size.width // COLUMNS, list(self._shown.values())
        lines: list[list[Part]] = []
        for start in range(0, len(figures), COLUMNS):
            row = figures[start : start + COLUMNS]
            lines.append([(set_cell_size(figure.label, width), "stat-grid--label") for figure in row])
            lines.append([part for figure in row for part in _value(figure, width)])
        self.write(lines)


def _value(figure: Stat, width: int) -> tuple[Part, ...]:
    text = set_cell_size(figure.value, min(width, cell_len(figure.value)))
    mark = figure.mark[: width - cell_len(text)]
    return (text, "stat-grid--value"), (mark, "stat-grid--demo"), (" " * (width - cell_len(text) - cell_len(mark)), "")
