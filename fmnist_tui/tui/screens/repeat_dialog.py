"""A dialog that asks how many times to repeat a run with other seeds."""

import asyncio
from collections.abc import Sequence
from typing import Any

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from fmnist_tui.config import RunConfig
from fmnist_tui.runs.repeats import MAX_REPEATS, MIN_REPEATS, config_to_repeat, repeats_of
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings

LIMITS = f"{MIN_REPEATS} to {MAX_REPEATS}"


class RepeatDialog(ModalScreen[int | None]):
    """Dismissed with the number of repeats, or with None."""

    BINDINGS = bindings("repeat")

    def __init__(self, run: str) -> None:
        super().__init__()
        self._run = run

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content.styled(f"How many times is {one_line(self._run)} to be repeated?", "bold"))
            yield Input("5", placeholder=LIMITS, max_length=2)
            yield Static(Content("Each repeat has another seed; the queue trains one after another."), id="repeat-note")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if text.isascii() and text.isdigit() and MIN_REPEATS <= int(text) <= MAX_REPEATS:
            self.dismiss(int(text))
        else:
            problem = f"✗ {one_line(text) or 'nothing'} is no number from {LIMITS}"
            self.query_one("#repeat-note", Static).update(Content.styled(problem, "$text-error"))


async def ask_for_repeats(app: App[Any], run: RunSummary, runs: Sequence[RunSummary]) -> list[RunConfig]:
    """Ask how many times to repeat a run; return their configs, none if the user cancels.

    What the run chose is pinned, so that only the seeds differ.

    Raises:
        UserError: The run's config can't be read.
    """
    repeats = await app.push_screen_wait(RepeatDialog(run.name or run.run))
    if repeats is None:
        return []
    return await asyncio.to_thread(lambda: repeats_of(config_to_repeat(run.folder), repeats, runs))
