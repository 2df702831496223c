"""The models: name, what it is in one line, and how many parameters it would have."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.tui.text import count


class ModelList(OptionList):
    """Moving over a model chooses it; moving off the lower end goes on to the form."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "down,enter", "leave_down", "Model below", show=False, tooltip="Next model, then the form", id="models.down"
        ),
        Binding("up", "leave_up", "Model above", show=False, tooltip="The model above", id="models.up"),
    ]

    def __init__(self, chosen: str) -> None:
        super().__init__(*(Option("", id=name) for name in ARCHITECTURES), id="models", markup=False)
        self._chosen = chosen
        self._parameters: dict[str, int] = {}

    def on_mount(self) -> None:
        self.show_chosen(self._chosen)
        self._write()

    def show_chosen(self, model: str) -> None:
        """Moves the mark to a model that was chosen elsewhere; that chooses nothing anew."""
        with self.prevent(OptionList.OptionHighlighted):
            self.highlighted = list(ARCHITECTURES).index(model)

    def show_parameters(self, parameters: Mapping[str, int]) -> None:
        """Shows the parameter counts that are known by now."""
        if self._parameters != parameters:
            self._parameters = dict(parameters)
            self._write()

    def action_leave_down(self) -> None:
        if self.highlighted is None or self.highlighted == self.option_count - 1:
            self.screen.focus_next()
        else:
            self.highlighted += 1

    def action_leave_up(self) -> None:
        if self.highlighted:
            self.highlighted -= 1

    def _write(self) -> None:
        for name, architecture in ARCHITECTURES.items():
            known = self._parameters.get(name)
            size = "…" if known is None else count(known)
            line = Content.assemble((f"{name:<10}", "bold"), f"{size:>9} params  ", (architecture.summary, "dim"))
            self.replace_option_prompt(name, line)
