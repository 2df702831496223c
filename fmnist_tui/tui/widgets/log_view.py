"""What happened in a run, newest at the bottom. The text is plain: it may hold whatever a file name may."""

import time

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.runs.snapshot import LogLine
from fmnist_tui.tui.text import one_line


class LogView(VerticalScroll):
    """Keeps to the newest line until someone scrolls away from it."""

    def compose(self) -> ComposeResult:
        yield Static(id="log-lines")

    def on_mount(self) -> None:
        self._shown: tuple[LogLine, ...] = ()
        self.anchor()

    def show(self, log: tuple[LogLine, ...]) -> None:
        """Shows the log as it stands; costs nothing while it is the one shown already."""
        if log is not self._shown:
            self._shown = log
            self.query_one("#log-lines", Static).update(Content("\n").join([_line(entry) for entry in log]))


def _line(entry: LogLine) -> Content:
    clock = time.strftime("%H:%M:%S", time.localtime(entry.time))
    return Content.assemble(
        (f"{clock} ", "$foreground-muted"), (one_line(entry.text), "$text-error" if entry.is_problem else "")
    )
