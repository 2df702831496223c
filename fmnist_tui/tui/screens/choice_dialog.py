"""A question with a few answers, each on a key of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fmnist_tui.sanitize import one_line

T = TypeVar("T")

Moot = Callable[[], bool]


def never() -> bool:
    """What a question says that arises whatever becomes of the run."""
    return False


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """One way to answer: its key, its words, and what it means to whoever asked."""

    key: str
    label: str
    meaning: T


class ChoiceDialog(ModalScreen[T | None]):
    """Asks, and is dismissed with the chosen answer's meaning, or with none on escape.

    Args:
        title: What it is about.
        text: The question.
        answers: The ways to answer.
        is_moot: Whether a run has ended or begun, and the question no longer arises; it is then dismissed with none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,c,ctrl+c", "dismiss(None)", "Cancel", tooltip="Go back and change nothing", id="ask.cancel"),
    ]

    def __init__(self, title: str, text: str, answers: Sequence[Answer[T]], is_moot: Moot = never) -> None:
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
            yield OptionList(*options, Option(_line("c", "cancel")), markup=False)

    def on_mount(self) -> None:
        self.watch(self.app, "snapshot", self.on_screen_resume, init=False)

    def on_screen_resume(self) -> None:
        # Only the uppermost screen can be dismissed; one that the command palette covers follows when that is closed.
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


def _line(key: str, label: str) -> Content:
    return Content.assemble((f" {key} ", "bold $text-accent"), " ", label)
