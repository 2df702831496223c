"""An app under test on a scripted engine, and helpers to operate it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import a_run
import pytest
from scripted_engine import ScriptedEngine
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.screens.train import TrainScreen
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.field_row import FieldRow
from fmnist_tui.tui.widgets.styled_lines import StyledLines


@dataclass
class Bench:
    """An app under test, and helpers to operate it."""

    app: FmnistApp
    engine: ScriptedEngine
    pilot: Pilot[Any]

    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    @property
    def train(self) -> TrainScreen:
        assert isinstance(self.app.screen, TrainScreen)
        return self.app.screen

    async def press(self, *keys: str) -> None:
        """Press keys and wait until the app is idle."""
        await self.pilot.press(*keys)
        await self.rest()

    async def rest(self) -> None:
        """Wait for messages, workers and throttled drawing."""
        await self.pilot.pause(0.03)
        await self.pilot.pause()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until a condition is true, such as the result of another thread."""
        for _attempt in range(1000):
            if is_so():
                return
            await self.pilot.pause(0.02)
        pytest.fail(f"the condition never became true on:\n{self.text()}")

    async def start(self, *epochs: int) -> None:
        """Start a run and emit the events of the given epochs."""
        await self.press("s")
        self.engine.emit(*a_run.opening(self.engine.configs[-1]))
        for number in epochs:
            self.engine.emit(*a_run.epoch(number))
        await self.rest()

    def row(self, name: str) -> FieldRow:
        """Return the form's row of a field."""
        return self.train.query_one(f"#field-{name}", FieldRow)

    def choice(self, selector: str) -> Choice:
        return self.screen.query_one(selector, Choice)

    async def type_into(self, name: str, text: str) -> None:
        """Replace the text of a field by typing."""
        self.row(name).editor.focus()
        await self.pilot.pause()
        await self.press(*(["backspace"] if not text else [{" ": "space"}.get(char, char) for char in text]))

    def text(self) -> str:
        """Return everything on the screen, line by line."""
        return "\n".join(
            "".join(segment.text for segment in strip) for strip in self.screen._compositor.render_strips()
        )

    def snapshot(self) -> RunSnapshot:
        assert self.app.snapshot is not None
        return self.app.snapshot

    def static(self, selector: str) -> str:
        """Return the text of a label."""
        widget: Widget = self.screen.query_one(selector)
        assert isinstance(widget, Static)
        return str(widget.content)

    def lines(self, selector: str) -> str:
        """Return the text of a widget that is drawn line by line."""
        return self.screen.query_one(selector, StyledLines).text


narrow = pytest.mark.parametrize("bench", [(80, 24)], indirect=True)
"""Run a test in the smallest terminal that everything must fit into."""

without_train_view = pytest.mark.train_view("blank")
"""Leave the Train view blank, for tests of everything else: s starts a run, and an app a sixth of the time."""

without_form = pytest.mark.train_view("formless")
"""Leave the fields out of the Train view, for tests of its live run and its models: half of an app's start."""

with_form = pytest.mark.train_view("whole")
"""Show the whole Train view in a test of a module without."""
