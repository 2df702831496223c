"""The log of a run, newest line last. The text is plain: it may contain any file name."""

import time
from itertools import islice, takewhile

from rich.cells import cell_len, chop_cells
from textual import events
from textual.binding import Binding

from fmnist_tui.runs.event_text import LogLine
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.styled_lines import Line, StyledLines

CLOCK_WIDTH = 9


class LogView(StyledLines, can_focus=True):
    """Follows the newest line unless the user scrolls back."""

    HELP = "What happened in the run: its data and device, each epoch, saved checkpoints, warnings and how it ended."

    DEFAULT_CLASSES = "panel"
    BORDER_TITLE = "Log"

    COMPONENT_CLASSES = {"log--clock", "log--problem"}

    BINDINGS = [
        Binding("up", "scroll(1)", "Older", show=False, tooltip="Scroll to older lines", id="log.up"),
        Binding("down", "scroll(-1)", "Newer", show=False, tooltip="Scroll to newer lines", id="log.down"),
        Binding("pageup", "scroll(5)", "Page up", show=False, tooltip="Scroll up by five lines", id="log.page_up"),
        Binding(
            "pagedown", "scroll(-5)", "Page down", show=False, tooltip="Scroll down by five lines", id="log.page_down"
        ),
        Binding("home", "scroll(9999)", "Oldest", show=False, tooltip="To the oldest line", id="log.home"),
        Binding("end", "scroll(-9999)", "Newest", show=False, tooltip="To the newest line", id="log.end"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._log: tuple[LogLine, ...] = ()
        self._back = 0

    def show(self, log: tuple[LogLine, ...]) -> None:
        """Show a log; do nothing if it is the one that is shown."""
        if log is self._log:
            return
        before, self._log = self._log, log
        if self._back and any(entry is before[-1] for entry in log):
            # Keep the lines in place while the user reads, even if the oldest entries were dropped.
            added = takewhile(lambda entry: entry is not before[-1], reversed(log))
            self.action_scroll(sum(len(self._lines_of(entry)) for entry in added))
        else:
            self.action_scroll(-self._back)  # the newest lines, or the log of another run

    def redraw(self) -> None:
        self.action_scroll(0)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_scroll(1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_scroll(-1)

    def action_scroll(self, lines: int) -> None:
        """Scroll back by `lines`, up to the oldest line."""
        self._back = max(0, self._back + lines)
        height = self.size.height
        every_line = (line for entry in reversed(self._log) for line in reversed(self._lines_of(entry)))
        newest_first = list(islice(every_line, height + self._back))
        self._back = max(0, min(self._back, len(newest_first) - height))
        self.write(newest_first[self._back :][::-1])

    def _lines_of(self, entry: LogLine) -> list[Line]:
        clock = time.strftime("%H:%M:%S ", time.localtime(entry.time))
        style = "log--problem" if entry.is_problem else ""
        first, *others = wrapped(one_line(entry.text), max(1, self.size.width - CLOCK_WIDTH))
        return [[(clock, "log--clock"), (first, style)], *([(" " * CLOCK_WIDTH, ""), (text, style)] for text in others)]


def wrapped(text: str, width: int) -> list[str]:
    """Return the text in one or more pieces of at most `width` cells, split between words if possible."""
    pieces = [""]
    for word in text.split(" "):
        together = f"{pieces[-1]} {word}" if pieces[-1] else word
        if cell_len(together) <= width:
            pieces[-1] = together
        else:
            pieces += chop_cells(word, width)
    return pieces if pieces[0] or len(pieces) == 1 else pieces[1:]
