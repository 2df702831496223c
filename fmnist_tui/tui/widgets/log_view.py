"""What happened in a run, newest at the bottom. The text is plain: it may hold whatever a file name may."""

import time
from collections.abc import Iterator
from itertools import takewhile
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from textual import events
from textual.binding import Binding, BindingType

from fmnist_tui.runs.event_text import LogLine
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.styled_lines import Line, StyledLines

CLOCK_WIDTH = 9


class LogView(StyledLines, can_focus=True):
    """Keeps to the newest line until someone scrolls away from it."""

    COMPONENT_CLASSES = {"log--clock", "log--problem"}  # noqa: RUF012 - as Textual declares it

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(1)", "Older", show=False, tooltip="To older lines of the log", id="log.up"),
        Binding("down", "scroll(-1)", "Newer", show=False, tooltip="To newer lines of the log", id="log.down"),
        Binding("pageup", "scroll(5)", "Much older", show=False, tooltip="Up by some lines", id="log.page_up"),
        Binding("pagedown", "scroll(-5)", "Much newer", show=False, tooltip="Down by some lines", id="log.page_down"),
        Binding("home", "scroll(9999)", "Oldest", show=False, tooltip="To the oldest line there is", id="log.home"),
        Binding("end", "scroll(-9999)", "Newest", show=False, tooltip="Back to the newest line", id="log.end"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._log: tuple[LogLine, ...] = ()
        self._back = 0

    def show(self, log: tuple[LogLine, ...]) -> None:
        """Shows the log as it stands; costs nothing while it is the one shown already."""
        if log is self._log:
            return
        before, self._log = self._log, log
        if not self._back:
            self._scroll(0)
        elif before and any(entry is before[-1] for entry in log):
            # What is being read stays where it is, however many of the oldest entries were dropped meanwhile.
            added = takewhile(lambda entry: entry is not before[-1], reversed(log))
            self._scroll(sum(len(self._lines_of(entry)) for entry in added))
        else:
            self._scroll(-self._back)  # another run's

    def on_resize(self) -> None:
        self._scroll(0)

    def action_scroll(self, lines: int) -> None:
        self._scroll(lines)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(-1)

    def _scroll(self, lines: int) -> None:
        """Goes back by so many lines, as far as there are any."""
        self._back = max(0, self._back + lines)
        height, newest_first = self.size.height, []
        for line in self._newest_first():
            newest_first.append(line)
            if len(newest_first) >= height + self._back:
                break
        self._back = max(0, min(self._back, len(newest_first) - height))
        self.write(newest_first[self._back :][::-1])

    def _newest_first(self) -> Iterator[Line]:
        """The log's lines as they fit into the width, from the last one up."""
        for entry in reversed(self._log):
            yield from reversed(self._lines_of(entry))

    def _lines_of(self, entry: LogLine) -> list[Line]:
        clock = time.strftime("%H:%M:%S ", time.localtime(entry.time))
        style = "log--problem" if entry.is_problem else ""
        first, *others = wrapped(one_line(entry.text), max(1, self.size.width - CLOCK_WIDTH))
        return [[(clock, "log--clock"), (first, style)], *([(" " * CLOCK_WIDTH, ""), (text, style)] for text in others)]


def wrapped(text: str, width: int) -> list[str]:
    """The text in pieces of at most so many cells, parted between words where that can be; one piece at least."""
    pieces = [""]
    for word in text.split(" "):
        together = f"{pieces[-1]} {word}" if pieces[-1] else word
        if cell_len(together) <= width:
            pieces[-1] = together
        else:
            pieces += chop_cells(word, width)
    return pieces if pieces[0] or len(pieces) == 1 else pieces[1:]
