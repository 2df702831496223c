"""A dialog with a few choices, each with its own key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys

T = TypeVar("T")

Moot = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """One choice: its key, its label, and the value that the dialog returns for it."""

    key: str
    label: str
    meaning: T


class Answers(CursorKeys, OptionList):
    """A list of the choices."""

    BINDINGS = bindings("move", "options")

    @property
    def rows_on_page(self) -> int:
        return self.option_count

    def move_cursor(self, columns: int, rows: int) -> None:
        self.highlighted = max(0, min((self.highlighted or 0) + rows, self.option_count - 1))

    def move_to_edge(self, *, is_last: bool) -> None:
        self.highlighted = is_last * (self.option_count - 1)


class ChoiceDialog(ModalScreen[T | None]):
    """Ask a question; dismissed with the chosen answer's meaning, or with None on escape.

    Args:
        title: The heading.
        text: The question.
        answers: The choices.
        is_moot: Return whether the question is no longer relevant; the dialog is then dismissed with None.
    """

    BINDINGS = bindings("ask")

    def __init__(self, title: str, text: str, answers: Sequence[Answer[T]], is_moot: Moot = lambda: False) -> None:
        super().__init__()
        self._is_moot = is_moot
        self._heading = one_line(title)
        self._text = one_line(text)
        self._answers = tuple(answers)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content.styled(self._heading, "bold"), id="dialog-title")
            yield Static(Content(self._text), id="dialog-text")
            options = [Option(_line(answer.key, answer.label)) for answer in self._answers]
            yield Answers(*options, Option(_line("esc", "cancel")), markup=False)

    def on_mount(self) -> None:
        self.watch(self.app, "snapshot", self.on_screen_resume, init=False)

    def on_screen_resume(self) -> None:
        # Only the top screen can be dismissed; one under the command palette follows when that is closed.
        if self.is_active and self._is_moot():
            self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        answer = next((answer for answer in self._answers if answer.key == event.key), None)
        if answer is not None:
            event.stop()
            self.dismiss(answer.meaning)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option_index
        self.dismiss(self._answers[chosen].meaning if chosen < len(self._answers) else None)


async def confirms(app: App[Any], title: str, text: str, answer: Answer[bool], is_moot: Moot = lambda: False) -> bool:
    """Ask a question with one answer; return whether it is chosen, with its key or in the list."""
    return await app.push_screen_wait(ChoiceDialog(title, text, [answer], is_moot)) is not None


def _line(key: str, label: str) -> Content:
    return Content.assemble((f" {key:<3} ", "bold"), " ", label)
