"""One field of the form: mark, label, value, and its range and unit. What is wrong with a value is shown below it."""

from dataclasses import dataclass
from textwrap import wrap

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input

from fmnist_tui.fields import FieldSpec
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.config_draft import Draft
from fmnist_tui.tui.widgets.choice import Choice

SWITCH = ("off", "on")

CHANGED = "•"

LABEL_WIDTH = 18
"""Columns of the mark and the label, which the style sheet leaves free to the left of the editor."""

EDITOR_WIDTHS = (14, 20)
"""Columns of a number's editor in a narrow and in a wide row."""

WIDE_ROW = 58


class FieldInput(Input):
    """An input without a border. It accepts every printable character: invalid text is marked, not dropped."""

    BINDINGS = bindings("field")

    # Textual's own lays out the whole screen again after each character. The text scrolls in the field without that.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def action_copy(self) -> None:
        raise SkipAction  # ctrl+c quits here too

    def action_home(self, select: bool = False) -> None:
        if not select and self.cursor_position == 0:
            raise SkipAction  # the form goes to its first field
        super().action_home(select)

    def action_end(self, select: bool = False) -> None:
        if not select and self.cursor_position == len(self.value):
            raise SkipAction
        super().action_end(select)

    def action_leave(self) -> None:
        self.screen.focus_next()

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.replace(one_line(event.text), *self.selection)


class FieldRow(Horizontal):
    """Edits one field of a draft as text."""

    @dataclass
    class Edited(Message):
        """The user changed the field's text."""

        row: "FieldRow"
        text: str

    def __init__(self, spec: FieldSpec, draft: Draft) -> None:
        super().__init__(id=f"field-{spec.name}")
        self.spec = spec
        self.text = draft.texts[spec.name]
        self._draft = draft
        self._fault = ""
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        choices = SWITCH if self.spec.kind == "switch" else self.spec.choices
        is_choice = bool(choices)
        yield Choice(choices, self.text, title=self.spec.label) if is_choice else FieldInput(self.text, compact=True)

    def on_mount(self) -> None:
        self.show(self._draft)

    def on_resize(self) -> None:
        self._fit()

    @property
    def editor(self) -> Choice | FieldInput:
        """The widget that edits the value."""
        editor = self.children[0]
        assert isinstance(editor, Choice | FieldInput)
        return editor

    def show(self, draft: Draft) -> None:
        """Show the field's text in a draft and what is to be said about it, without an `Edited` message."""
        self._draft, self.text = draft, draft.texts[self.spec.name]
        if not self.children:
            return  # `on_mount` shows it
        if self.editor.value != self.text:
            self.editor.value = self.text
        problem = draft.problem(self.spec)
        self._fault = "" if problem is None else problem.remedy or f"Must be {self.spec.constraint}"
        is_changed, ineffective = draft.is_changed(self.spec), draft.ineffective(self.spec)
        before, self._shown = self._shown, (self.text, self._fault, is_changed, ineffective, draft.zero(self.spec))
        if self._shown == before:
            return  # after each character, all rows are shown again
        self.set_class(problem is not None and not draft.has_several(self.spec), "-error")
        self.set_class(is_changed, "-changed")
        self.set_class(bool(ineffective), "-ineffective")
        self._fit()
        self.refresh()

    def render(self) -> Content:
        """Return the label and the note, and the fault below them; the editor covers the space between."""
        mark = CHANGED if self.has_class("-changed") else " "
        note = self._note(self._note_room)
        space = max(1, self.content_size.width - LABEL_WIDTH - len(note))
        label = f"{self.spec.label:<{LABEL_WIDTH - 2}}"
        row = Content.assemble((mark, "$text-accent"), f" {label}{'':<{space}}", (note, "$foreground-disabled"))
        style = "$text-error" if self.has_class("-error") else "$text-accent"
        faults = [Content.styled(f"  {line}", style) for line in self._fault_lines]
        return Content("\n").join([row, *faults])

    def _fit(self) -> None:
        """Give the editor the columns beside the note, and the row the lines of the fault."""
        self.styles.height = 1 + len(self._fault_lines)
        if isinstance(self.editor, FieldInput):
            note = len(self._note(self._note_room))
            self.editor.styles.margin = (0, note + 1 if note else 0, 0, LABEL_WIDTH)

    @property
    def _note_room(self) -> int:
        """Columns that the editor leaves free."""
        width = self.content_size.width
        return width - LABEL_WIDTH - EDITOR_WIDTHS[width >= WIDE_ROW]

    def _note(self, room: int) -> str:
        """Return why the field has no effect, or else the meaning of zero, range and unit, as far as there is room."""
        ineffective = self._draft.ineffective(self.spec)
        if ineffective:
            return ineffective if len(ineffective) <= room + 6 else "no effect"
        return note_for(self.spec, self._draft.zero(self.spec), room)

    @property
    def _fault_lines(self) -> list[str]:
        mark = "✗" if self.has_class("-error") else "+"  # several values are no fault
        return wrap(f"{mark} {self._fault}", max(20, self.content_size.width - 2)) if self._fault else []

    @on(Choice.Changed)
    @on(Input.Changed)
    def _edited(self, event: Choice.Changed | Input.Changed) -> None:
        event.stop()
        if event.value != self.text:  # `show` also causes a Changed message
            self.text = event.value
            self.post_message(self.Edited(self, event.value))


def note_for(spec: FieldSpec, zero: str, room: int) -> str:
    """Return the longest description of a field's valid values that fits, after the meaning of zero if it is zero."""
    short = spec.range.replace(" ", "")
    for text in (f"{spec.range} {spec.hint.unit}".strip(), spec.range, short, spec.hint.unit, ""):
        note = " · ".join(part for part in (zero, text) if part)
        if len(note) <= room:
            return note
    return ""
