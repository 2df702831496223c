"""One value out of a few, on one line: ◂ adam ▸."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.choice_list import ChoiceList

MIN_LISTED = 4
"""From this many choices on, enter opens a list of them; fewer are stepped through."""


class Choice(Widget, can_focus=True):
    """Shows one of `choices`; left, right, enter, space or a click change it.

    The value may be a text that is not among the choices, such as "fast, 3 changed". It then lies between `base` and
    the next choice.
    """

    BINDINGS = bindings("choice")

    value: reactive[str] = reactive("", layout=True)

    @dataclass
    class Changed(Message):
        """The user chose another value."""

        choice: "Choice"
        value: str

        @property
        def control(self) -> "Choice":
            return self.choice

    def __init__(
        self,
        choices: Sequence[str],
        value: str,
        *,
        title: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.choices = tuple(choices)
        self.base = self.choices[0]
        self._title = title
        self.set_reactive(Choice.value, value)

    def offer(self, choices: Sequence[str]) -> None:
        """Replace the choices; a value that is not among them becomes the first."""
        self.choices = tuple(choices)
        if self.value not in self.choices:
            self.value = self.choices[0]

    def render(self) -> Content:
        return Content.assemble(("◂ ", "dim"), one_line(self.value), (" ▸", "dim"))

    def action_step(self, steps: int) -> None:
        is_known = self.value in self.choices
        position = self.choices.index(self.value if is_known else self.base)
        if not is_known and steps < 0:
            position += 1
        self._choose(self.choices[(position + steps) % len(self.choices)])

    def action_open(self) -> None:
        """Let the user choose from a list, or step to the next value if there are only a few."""
        if len(self.choices) < MIN_LISTED:
            self.action_step(1)
            return
        self.app.push_screen(ChoiceList(self._title, self.choices, self.value, self.region), self._chosen)

    def _chosen(self, value: str | None) -> None:
        if value is not None and value != self.value:
            self._choose(value)

    def _choose(self, value: str) -> None:
        self.value = value
        self.post_message(self.Changed(self, value))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_step(-1 if event.x <= 1 else 1)
