"""Asks before several runs are queued, and lists them."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from fmnist_tui.config import RunConfig
from fmnist_tui.runs.run_comparison import differing_settings
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

MAX_LINES = 14
"""Lines of the table; more are scrolled."""


class QueueDialog(ModalScreen[bool]):
    """Lists the settings in which some configs differ; dismissed with whether they are to be queued.

    Args:
        configs: Those of the runs.
        note: A sentence on them.
    """

    BINDINGS = bindings("plan")

    def __init__(self, configs: Sequence[RunConfig], note: str = "") -> None:
        super().__init__()
        self._configs, self._note = configs, note

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content.styled(f"Queue these {len(self._configs)} runs?", "bold"))
            yield VirtualTable(id="plan")
            if self._note:
                yield Static(Content(self._note))
            yield Static(Content("enter queues them, esc cancels"), id="dialog-keys")

    def on_mount(self) -> None:
        settings = differing_settings(self._configs)
        table = self.query_one(VirtualTable)
        columns = [("", True), *((setting.label, setting.name != "model") for setting in settings)]
        numbers = range(len(self._configs))
        table.show(columns, [(str(n), (str(n + 1), *(setting.texts[n] for setting in settings))) for n in numbers])
        table.styles.height = min(len(self._configs) + 1, MAX_LINES) + 2  # and the frame
        table.focus()

    @on(VirtualTable.Selected)
    def action_accept(self) -> None:
        self.dismiss(True)

    def action_cancel(self) -> None:
        self.dismiss(False)
