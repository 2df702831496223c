"""The tour: a few notes beside what they are about, in the real interface, at the first start."""

from collections.abc import Callable
from textwrap import wrap
from typing import NamedTuple

from textual.content import Content
from textual.geometry import Offset, Region, Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static


class Step(NamedTuple):
    """One note: the selector of what it is about, its title and its text."""

    target: str
    title: str
    text: str


STEPS = (
    Step("ModelList", "Models", "These networks can be trained. ↑ ↓ choose one; the form below has its settings."),
    Step(
        "#preset-row",
        "Form",
        "A preset fills in all fields: fast takes seconds, accurate takes minutes. F1 explains the focused field.",
    ),
    Step("KeyFooter", "Keys", "s starts training. This line shows the keys that work now, ? shows all of them."),
    Step(
        "TabLine",
        "Views",
        "v evaluates what you have trained, u lists all runs, i shows the images. Runs continue meanwhile.",
    ),
    Step(
        "KeyFooter",
        "Find anything",
        "ctrl+p finds any command, run or setting by its name, this tour included. ctrl+o puts letters on everything.",
    ),
)

WIDTH = 46
"""Columns of the panel, where there is room."""


class TourPanel(Static):
    """Shows a step beside its target. It never has the focus: the app asks `takes_key` before it forwards a key.

    Args:
        when_over: Called when the tour is finished or skipped.
    """

    def __init__(self, when_over: Callable[[], None]) -> None:
        super().__init__()
        self._when_over = when_over
        self._steps: list[Step] = []
        self._step = 0

    def on_mount(self) -> None:
        self._steps = [step for step in STEPS if self._target_of(step) is not None]
        self._show()
        self.screen.screen_layout_refresh_signal.subscribe(self, self._place)

    def takes_key(self, key: str) -> bool:
        """Return whether the tour uses a key. Any other ends it, and does what it does without a tour."""
        if key == "enter" and self._step + 1 < len(self._steps):
            self._step += 1
            self._show()
            return True
        self.end()
        return key in ("enter", "escape")

    def on_click(self) -> None:
        self.takes_key("enter")

    def end(self) -> None:
        """Remove the panel for good."""
        self._mark(None)
        self.remove()
        self._when_over()

    def _show(self) -> None:
        step, is_last = self._steps[self._step], self._step + 1 == len(self._steps)
        self.update(Content(step.text))
        self.border_title = f"{step.title} · {self._step + 1} of {len(self._steps)}"
        self.border_subtitle = "enter closes" if is_last else "enter next · esc skips the tour"
        self._mark(self._target_of(step))
        self._place(self.screen)

    def _mark(self, target: Widget | None) -> None:
        for marked in self.screen.query(".-tour-target"):
            marked.remove_class("-tour-target")
        if target is not None:
            target.add_class("-tour-target")

    def _target_of(self, step: Step) -> Widget | None:
        return next((widget for widget in self.screen.query(step.target) if widget.is_on_screen), None)

    def _place(self, screen: Screen[object]) -> None:
        """Move beside the target, which may have moved itself."""
        target = self._target_of(self._steps[self._step])
        if target is not None:
            width = min(WIDTH, screen.size.width - 4)
            height = 2 + len(wrap(self._steps[self._step].text, width - 4))
            offset = beside(target.region, Size(width, height), screen.size)
            self.styles.width, self.styles.height, self.styles.offset = width, height, offset


def beside(target: Region, size: Size, screen: Size) -> Offset:
    """Return where a panel of a size stands below, above or beside a target, without covering it if there is room."""
    width, height = size
    x = min(max(1, target.x + 4), max(0, screen.width - width - 1))
    y = min(max(1, target.y), max(0, screen.height - height - 1))
    for place in (
        Offset(x, target.bottom),
        Offset(x, target.y - height),
        Offset(target.right + 1, y),
        Offset(target.x - width - 1, y),
    ):
        if screen.region.contains_region(Region.from_offset(place, size)):
            return place
    return Offset(max(0, screen.width - width), max(0, screen.height - height - 1))
