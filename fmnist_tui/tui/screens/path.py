"""Asks for a file or folder that exists."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from fmnist_tui.sanitize import one_line


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """What is asked.

    Attributes:
        text: The question.
        example: Such as what may be answered.
        note: What else there is to know.
        what: What the path must lead to, in a word or two.
        is_right: Whether a path does; may raise OSError where it can't be told.
    """

    text: str
    example: str
    note: str
    what: str
    is_right: Callable[[Path], bool]


DATA_FOLDER = PathQuestion(
    text="Where are the four Fashion-MNIST files?",
    example="such as ~/data/FashionMNIST/raw",
    note="They may be packed (.gz). enter takes the folder, esc cancels.",
    what="folder",
    is_right=Path.is_dir,
)

PICTURE_FILE = PathQuestion(
    text="Which picture is to be classified?",
    example="such as ~/shirt.jpg",
    note="PNG, JPEG, WebP, any size, of one garment. enter takes the file, esc cancels.",
    what="file",
    is_right=Path.is_file,
)


class PathScreen(ModalScreen[Path | None]):
    """Is dismissed with a path that leads to what was asked for, or with none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss(None)", "Cancel", tooltip="Go back and change nothing", id="path.cancel"),
    ]

    def __init__(self, question: PathQuestion) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content.styled(self._question.text, "bold"))
            yield Input(placeholder=self._question.example)
            yield Static(Content(self._question.note), id="path-note")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        path = path_meant_by(event.value, self._question.is_right)
        if path is not None:
            self.dismiss(path)
        else:
            problem = f"✗ there is no {self._question.what} {one_line(event.value) or 'without a name'}"
            self.query_one("#path-note", Static).update(Content.styled(problem, "$text-error"))


def path_meant_by(text: str, is_right: Callable[[Path], bool]) -> Path | None:
    """The path that someone typed or pasted; none where it isn't right, or can't be told to be."""
    for name in _spellings(text.strip()):
        try:
            path = Path(name).expanduser()
            if name and is_right(path):
                return path
        except (OSError, RuntimeError, ValueError):  # RuntimeError: ~someone who has no home
            continue
    return None


def _spellings(text: str) -> Iterator[str]:
    """The name as it stands, then as terminals paste a file that is dropped on them: quoted, escaped, or as an URL."""
    yield text
    with suppress(ValueError):  # a quote that never ends
        words = shlex.split(text)
        if len(words) == 1:
            yield words[0]
    if text.startswith("file://"):
        yield unquote(urlsplit(text).path)
