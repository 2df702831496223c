"""The models with their summaries and numbers of parameters."""

from collections.abc import Mapping

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fmnist_tui.formatting import count
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys


class ModelList(CursorKeys, OptionList):
    """Moving to a model chooses it; enter and right open its form."""

    HELP = (
        "The networks that can be trained, simplest first, with their number of parameters. The form below has the "
        "options of the chosen one."
    )

    DEFAULT_CLASSES = "panel"
    BORDER_TITLE = "Model"

    BINDINGS = bindings("move", "models")

    def __init__(self, chosen: str) -> None:
        super().__init__(*(Option(_line(name), id=name) for name in ARCHITECTURES), id="models", markup=False)
        self._chosen = chosen

    def on_mount(self) -> None:
        self.show_chosen(self._chosen)

    def show_chosen(self, model: str) -> None:
        """Highlight a model that was chosen elsewhere, without a message."""
        with self.prevent(OptionList.OptionHighlighted):
            self.highlighted = list(ARCHITECTURES).index(model)

    def show_parameters(self, parameters: Mapping[str, int]) -> None:
        """Show the known numbers of parameters."""
        for name in ARCHITECTURES:
            line = _line(name, parameters.get(name))
            if line != self.get_option(name).prompt:  # to replace it causes a layout
                self.replace_option_prompt(name, line)

    @property
    def rows_on_page(self) -> int:
        return self.option_count

    def move_cursor(self, columns: int, rows: int) -> None:
        if columns > 0:
            self.action_open()
        self.highlighted = max(0, min((self.highlighted or 0) + rows, self.option_count - 1))

    def move_to_edge(self, *, is_last: bool) -> None:
        self.highlighted = is_last * (self.option_count - 1)

    def action_open(self) -> None:
        self.screen.focus_next()


def _line(name: str, parameters: int | None = None) -> Content:
    size = "…" if parameters is None else count(parameters)
    return Content.assemble((f"{name:<10}", "bold"), f"{size:>9} params  ", ARCHITECTURES[name].summary)
