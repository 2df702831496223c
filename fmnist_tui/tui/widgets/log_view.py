"""The log of a run, newest line last. The text is plain: it may contain any file name."""

import time
from itertools import islice, takewhile

from rich.cells import cell_len, chop_cells
from textual import events

from fmnist_tui.runs.event_text import LogLine
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys
from fmnist_tui.tui.widgets.styled_lines import Line, StyledLines

CLOCK_WIDTH = 9

EVERY_LINE = 1_000_000


class LogView(CursorKeys, StyledLines, can_focus=True):
    """Follows the newest line unless the user scrolls back."""

    HELP = "What happened in the run: its data and device, each epoch, saved checkpoints, warnings and how it ended."

    DEFAULT_CLASSES = "panel"
    BORDER_TITLE = "Log"

    COMPONENT_CLASSES = {"log--clock", "log--problem"}
    BINDINGS = bindings("move")

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
            self.scroll_back(sum(len(self._lines_of(entry)) for entry in added))
        else:
            self.scroll_back(-self._back)  # the newest lines, or the log of another run

    def redraw(self) -> None:
        self.scroll_back(0)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_back(1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_back(-1)

    @property
    def rows_on_page(self) -> int:
        return self.size.height - 1

    def move_cursor(self, columns: int, rows: int) -> None:
        self.scroll_back(-rows)

    def move_to_edge(self, *, is_last: bool) -> None:
        self.scroll_back(-self._back if is_last else EVERY_LINE)

    def scroll_back(self, lines: int) -> None:
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
