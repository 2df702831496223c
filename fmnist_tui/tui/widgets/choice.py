"""One value out of a few, on one line: ◂ adam ▸."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fmnist_tui.sanitize import one_line


class Choice(Widget, can_focus=True):
    """Shows one of `choices`; left, right, enter or a click change it.

    The value may be another one, such as "custom", which can't be chosen again.
    """

    BINDINGS = [
        Binding("right,enter", "step(1)", "Next", show=False, tooltip="The next value", id="choice.next"),
        Binding("left", "step(-1)", "Previous", show=False, tooltip="The previous value", id="choice.previous"),
    ]

    value: reactive[str] = reactive("", layout=True)

    @dataclass
    class Changed(Message):
        """The user chose another value."""

        choice: "Choice"
        value: str

        @property
        def control(self) -> "Choice":
            return self.choice

    def __init__(self, choices: Sequence[str], value: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.choices = tuple(choices)
        self.set_reactive(Choice.value, value)

    def offer(self, choices: Sequence[str]) -> None:
        """Replace the choices; a value that is not among them becomes the first."""
        self.choices = tuple(choices)
        if self.value not in self.choices:
            self.value = self.choices[0]

    def render(self) -> Content:
        return Content.assemble(("◂ ", "dim"), one_line(self.value), (" ▸", "dim"))

    def action_step(self, steps: int) -> None:
        outside = -1 if steps > 0 else 0
        position = self.choices.index(self.value) if self.value in self.choices else outside
        self.value = self.choices[(position + steps) % len(self.choices)]
        self.post_message(self.Changed(self, self.value))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_step(-1 if event.x <= 1 else 1)
