"""A figure under its name."""

from textual.content import Content
from textual.widgets import Static

from fmnist_tui.tui.text import NOTHING


class Tile(Static):
    """Redraws only when the figure is another one."""

    def __init__(self, label: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._shown = (label, "", False)

    @property
    def value(self) -> str:
        """The figure as it stands on the screen."""
        return self._shown[1]

    def show(self, value: str, label: str | None = None, is_demo: bool = False) -> None:
        """Shows another figure, marked where it was measured on the drawn images."""
        shown = (label or self._shown[0], value, is_demo and value != NOTHING)
        if shown != self._shown:
            self._shown = shown
            mark = Content.styled(" DEMO", "$text-warning") if shown[2] else Content("")
            self.update(Content.assemble((shown[0], "$foreground-muted"), "\n", (value, "bold"), mark), layout=False)
