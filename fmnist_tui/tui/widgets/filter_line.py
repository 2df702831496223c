"""The line in which the filter of the list of runs is typed, with what is wrong with it below."""

from contextlib import suppress
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from fmnist_tui.runs.filter import FilterError, Predicate, parse_filter
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.preferences import MAX_FILTERS, preferences_of

EXAMPLE = "model:cnn lr>=1e-3 val>92% -tag:draft"


class FilterInput(Input):
    """The text. Up and down go through the filters that were used before."""

    HELP = (
        "Lists the runs whose identifier, name, note, model or tags contain each word, and of which each comparison is "
        'true: model:cnn, lr>=1e-3, val>92%, duration>5m, created>2026-11-01, tag:paper, note:~"two words" (contains). '
        "Put - or not before what must not match, or between alternatives, parentheses around them. Every "
        "hyperparameter and column can be compared: : = != < <= > >= :~."
    )

    BINDINGS = bindings("filter")

    def __init__(self) -> None:
        super().__init__(placeholder=EXAMPLE, compact=True, select_on_focus=False)
        self.border_title = "Filter"
        self._recalled = 0
        """How many filters back the text is; 0 if it is none of them."""

    def action_recall(self, steps: int) -> None:
        earlier = preferences_of(self.app).runs_filters
        self._recalled = max(0, min(self._recalled - steps, len(earlier)))
        self.value = earlier[-self._recalled] if self._recalled else ""
        self.cursor_position = len(self.value)

    def action_close(self) -> None:
        self.value = ""
        self.post_message(self.Submitted(self, ""))

    def on_focus(self) -> None:
        self._recalled = 0

    def on_blur(self) -> None:
        """Remember the filter."""
        text, preferences = self.value.strip(), preferences_of(self.app)
        if text and (not preferences.runs_filters or preferences.runs_filters[-1] != text):
            others = (one for one in preferences.runs_filters if one != text)
            preferences.runs_filters = (*others, text)[-MAX_FILTERS:]


class FilterLine(Vertical):
    """Hidden while there is no filter, and it is not being typed."""

    @dataclass
    class Changed(Message):
        """The filter changed; of one that can't be understood, the part before the problem counts."""

        matches: Predicate

    class Left(Message):
        """The filter was typed, or removed."""

    def __init__(self) -> None:
        super().__init__()
        self.input = FilterInput()
        self._problem = Static(id="filter-problem")
        self._applied = ""
        self.display = self._problem.display = False

    def compose(self) -> ComposeResult:
        yield self.input
        yield self._problem

    @property
    def text(self) -> str:
        return self.input.value.strip()

    def open(self) -> None:
        """Let a filter be typed."""
        self.display = True
        self.input.focus()

    def clear(self) -> None:
        """Remove the filter."""
        self.input.value = ""
        self.display = self.input.has_focus

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            self._apply(event.value)
        except FilterError as error:
            self._show(error)
            with suppress(FilterError):  # an open parenthesis
                self._apply(event.value[: error.start])
        else:
            self._problem.display = False

    def _apply(self, text: str) -> None:
        """Filter by a text.

        Raises:
            FilterError: It can't be understood.
        """
        matches, text = parse_filter(text), text.strip()
        if text != self._applied:
            self._applied = text
            self.post_message(self.Changed(matches))

    def _show(self, error: FilterError) -> None:
        """Show what is wrong, below the place if there is room for it."""
        line = error.line()
        indent = max(0, min(error.position - self.input.scroll_offset.x, self.size.width - len(line) - 2))
        self._problem.display = True
        self._problem.update(Content(" " * indent) + Content.styled(f"▲ {line}", "$text-error"))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.display = bool(self.text)
        self.post_message(self.Left())
