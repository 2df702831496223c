"""A dialog that asks for a file or folder until it can be read."""

import asyncio
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar
from urllib.parse import unquote, urlsplit

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from fmnist_tui.data.image_types import FILE_FORMATS, GrayImage
from fmnist_tui.datasets import DatasetSpec
from fmnist_tui.errors import error_line
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.path_completion import complete
from fmnist_tui.tui.preferences import preferences_of

T = TypeVar("T")

MAX_SHOWN = 12
"""The number of names that tab shows."""


@dataclass(frozen=True, slots=True)
class PathQuestion(Generic[T]):
    """What the dialog asks for.

    Attributes:
        text: The question.
        example: An example of an answer.
        note: More information.
        what: What the path must lead to: "file" or "folder".
        read: Return what is at such a path. Called on a thread; its errors are shown in the dialog.
    """

    text: str
    example: str
    note: str
    what: Literal["file", "folder"]
    read: Callable[[Path], T]


def _read_image(file: Path) -> GrayImage:
    from fmnist_tui.data.photos import read_photograph  # late: it imports Pillow

    return read_photograph(file)


def data_folder_of(spec: DatasetSpec) -> PathQuestion[Path]:
    """Return the question for the folder with a dataset's files."""
    return PathQuestion(
        text=f"Where are the {len(spec.files)} files of {spec.title}?",
        example=f"such as ~/data/{spec.subfolders[0] if spec.subfolders else spec.name}",
        note="They may be compressed (.gz). tab completes the path, enter accepts the folder.",
        what="folder",
        read=lambda folder: folder,
    )


IMAGE_FILE = PathQuestion(
    text="Which image do you want to classify?",
    example="such as ~/shirt.jpg",
    note=f"{', '.join(FILE_FORMATS)}; any size, of one object. tab completes the path, enter accepts the file.",
    what="file",
    read=_read_image,
)


class PathDialog(ModalScreen[T | None]):
    """Dismissed with what was read, or with None. Stays open, with what was typed, while that fails."""

    BINDINGS = bindings("path")

    def __init__(self, question: PathQuestion[T]) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content.styled(self._question.text, "bold"))
            yield Input(self._first_text(), placeholder=self._question.example, select_on_focus=False)
            yield Static(Content(self._question.note), id="path-note")

    def _first_text(self) -> str:
        """Return the folder that the last file was in, so that only its name remains to be typed."""
        folder = preferences_of(self.app).folder
        return f"{folder.rstrip('/')}/" if folder and self._question.what == "file" else ""

    @work(exclusive=True, group="completion")
    async def action_complete(self) -> None:
        field = self.query_one(Input)
        typed = field.value
        found = await asyncio.to_thread(complete, typed, only_folders=self._question.what == "folder")
        if field.value != typed:  # typed on meanwhile
            return
        field.value, field.cursor_position = found.text, len(found.text)
        names = "  ".join(one_line(name) for name in found.candidates[:MAX_SHOWN])
        more = "  …" if len(found.candidates) > MAX_SHOWN else ""
        if len(found.candidates) != 1:
            note = f"{names}{more}" if names else "nothing there begins like this"
            self.query_one("#path-note", Static).update(Content(note))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        path = existing_path(event.value, Path.is_dir if self._question.what == "folder" else Path.is_file)
        if path is not None:
            self._read(path)
        else:
            self._show_problem(f"there is no {self._question.what} {one_line(event.value) or 'without a name'}")

    @work(exclusive=True)
    async def _read(self, path: Path) -> None:
        try:
            answer = await asyncio.to_thread(self._question.read, path)
        except Exception as error:  # noqa: BLE001 - the user can name another path
            self._show_problem(error_line(error))
        else:
            if self._question.what == "file":
                preferences_of(self.app).folder = str(path.absolute().parent)
            self.dismiss(answer)

    def _show_problem(self, problem: str) -> None:
        self.query_one("#path-note", Static).update(Content.styled(f"✗ {problem}", "$text-error"))


def existing_path(text: str, is_correct: Callable[[Path], bool]) -> Path | None:
    """Return the path that was typed or pasted; None if `is_correct` rejects it."""
    for name in _spellings(text.strip()):
        try:
            path = Path(name).expanduser()
            if name and is_correct(path):
                return path
        except (OSError, RuntimeError, ValueError):  # RuntimeError: ~user without a home
            continue
    return None


def _spellings(text: str) -> Iterator[str]:
    """Yield the text as it is, then as terminals paste a dropped file: quoted, escaped, or as a URL."""
    yield text
    with suppress(ValueError):  # an unclosed quote
        words = shlex.split(text)
        if len(words) == 1:
            yield words[0]
    if text.startswith("file://"):
        yield unquote(urlsplit(text).path)
