"""A dialog that asks how many runs of a config to train that differ in their seeds only."""

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
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.repeats import MAX_REPEATS, MIN_REPEATS, config_to_repeat, first_repeats_of, repeats_of
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.messages import QueueRequested

LIMITS = f"{MIN_REPEATS} to {MAX_REPEATS}"


class RepeatDialog(ModalScreen[int | None]):
    """Dismissed with the number of repeats, or with None."""

    BINDINGS = bindings("repeat")

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content.styled(one_line(self._question), "bold"))
            yield Input("5", placeholder=LIMITS, max_length=2)
            yield Static(Content("Each has another seed. The queue trains them."), id="repeat-note")

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
    repeats = await app.push_screen_wait(RepeatDialog(f"How many times is {run.title} to be repeated?"))
    if repeats is None:
        return []
    return await asyncio.to_thread(lambda: repeats_of(config_to_repeat(run.folder), repeats, runs))


async def ask_for_new_repeats(app: App[Any], config: RunConfig, engine: Engine) -> QueueRequested | None:
    """Ask with how many seeds to train a config; return the request to queue them, or None if the user cancels.

    What the runs would choose is pinned, so that only the seeds differ and several may be trained at once.

    Raises:
        UserError: This machine lacks what the config names, or the runs can't be listed.
    """
    repeats = await app.push_screen_wait(RepeatDialog("With how many seeds are the values in the form to be trained?"))
    if repeats is None:
        return None
    planned = await asyncio.wrap_future(engine.plan_repeats(config, repeats))
    configs = await asyncio.to_thread(lambda: first_repeats_of(planned.config, repeats, list_runs()))
    return QueueRequested(configs, note=f"They are trained {planned.concurrency}.")
