"""Asks for the folder that holds the dataset."""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from fmnist_tui.tui.text import one_line


class FolderScreen(ModalScreen[str | None]):
    """Is dismissed with a folder that exists, or with none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss(None)", "Cancel", tooltip="Go back and change nothing", id="folder.cancel"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content.styled("Where are the four Fashion-MNIST files?", "bold"))
            yield Input(placeholder="such as ~/data/FashionMNIST/raw")
            yield Static(Content("They may be packed (.gz). enter takes the folder, esc cancels."), id="folder-note")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        try:
            folder = Path(event.value.strip()).expanduser()
            is_folder = bool(event.value.strip()) and folder.is_dir()
        except (OSError, RuntimeError, ValueError):
            is_folder = False
        if is_folder:
            self.dismiss(str(folder))
        else:
            note = Content.styled(f"✗ there is no folder {one_line(event.value) or 'without a name'}", "$text-error")
            self.query_one("#folder-note", Static).update(note)
