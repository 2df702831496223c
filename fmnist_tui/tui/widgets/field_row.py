"""One line of the form: label, value, unit. An invalid value is marked at once."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from fmnist_tui.fields import FieldSpec
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.inputs import FieldInput

SWITCH = ("off", "on")

NOTE_WIDTH = 11
"""Columns for the unit, which the style sheet leaves free to the right of the editor."""


class FieldRow(Horizontal):
    """Edits one field of a config as text, without parsing it."""

    @dataclass
    class Edited(Message):
        """The user changed the field's text."""

        row: "FieldRow"
        text: str

    def __init__(self, spec: FieldSpec, text: str) -> None:
        super().__init__(id=f"field-{spec.name}")
        self.spec = spec
        self.text = text

    def compose(self) -> ComposeResult:
        yield self._editor()

    def render(self) -> Content:
        """Return the label and the unit; the editor covers the space between them."""
        note = "✗ see below" if self.has_class("-wrong") else self.spec.hint.unit
        room = max(0, self.content_size.width - NOTE_WIDTH)
        return Content.assemble(f"{self.spec.label:<{room}}", (note, "" if self.has_class("-wrong") else "dim"))

    def _editor(self) -> Widget:
        match self.spec.kind:
            case "choice":
                return Choice(self.spec.choices, self.text)
            case "switch":
                return Choice(SWITCH, self.text)
            case _:
                return FieldInput(self.text)

    @property
    def editor(self) -> Choice | FieldInput:
        """The widget that edits the value."""
        editor = self.children[0]
        assert isinstance(editor, Choice | FieldInput)
        return editor

    def show(self, text: str) -> None:
        """Show a text without an `Edited` message."""
        self.text = text
        if self.is_mounted and self.editor.value != text:
            self.editor.value = text

    def mark(self, is_wrong: bool) -> None:
        """Show whether the text is invalid."""
        if is_wrong == self.has_class("-wrong"):
            return
        self.set_class(is_wrong, "-wrong")
        self.editor.set_class(is_wrong, "-wrong")
        self.refresh()

    @on(Choice.Changed)
    @on(Input.Changed)
    def _edited(self, event: Choice.Changed | Input.Changed) -> None:
        event.stop()
        if event.value != self.text:  # `show` also causes a Changed message
            self.text = event.value
            self.post_message(self.Edited(self, event.value))
