"""Runs in processes of their own: starts them from the form, and moves the active run into one."""

import asyncio
from collections.abc import Sequence
from typing import Any

from textual.app import App

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.background import resume_in_background, train_in_background
from fmnist_tui.engine.controller import RunController
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.resolve import taken_names
from fmnist_tui.tui.messages import LabelsUnused, WatchRequested

REASON = "to continue in the background"
"""Why the run of this process is stopped; its log has it."""


class BackgroundRuns:
    """Trains in the background what the form or this process has."""

    def __init__(self, app: App[Any], controller: RunController) -> None:
        self._app, self._controller = app, controller

    def start(self, config: RunConfig, labels: RunLabels) -> None:
        """Train a config in the background, and watch it."""
        self._app.run_worker(self._start(config, labels), exclusive=True, group="background")

    async def _start(self, config: RunConfig, labels: RunLabels) -> None:
        self._app.notify("Starting a background process…", markup=False)
        try:
            run = await asyncio.to_thread(train_in_background, config, labels)
        except UserError as error:
            self._show_error(error)
            self._app.post_message(LabelsUnused(labels))
            return
        if self._controller.is_active:
            self._app.notify(f"Run {run.folder.run} trains in the background.", markup=False)
        else:
            self._app.post_message(WatchRequested(run.folder))

    def enqueue(self, configs: Sequence[RunConfig], labels: RunLabels, note: str = "") -> None:
        """Queue runs; ask first if they are several, and show a note on them."""
        self._app.run_worker(self._enqueue(configs, labels, note), exclusive=True, group="background")

    async def _enqueue(self, configs: Sequence[RunConfig], labels: RunLabels, note: str) -> None:
        from fmnist_tui.engine.queue import NewRun, enqueue  # the first frame does without them
        from fmnist_tui.tui.screens.queue_dialog import QueueDialog

        if len(configs) > 1 and not await self._app.push_screen_wait(QueueDialog(configs, note)):
            self._app.post_message(LabelsUnused(labels))
            return
        try:
            taken = await asyncio.to_thread(taken_names) if labels.name else ()
            each = labels.numbered(len(configs), taken)
            await asyncio.to_thread(enqueue, list(map(NewRun, configs, each)))
        except UserError as error:
            self._show_error(error)
            self._app.post_message(LabelsUnused(labels))
        else:
            added = "The run is" if len(configs) == 1 else f"{len(configs)} runs are"
            self._app.notify(f"{added} queued. Q in Runs shows the queue.", markup=False)

    def move(self) -> None:
        """Continue the active run in the background, and watch it."""
        self._app.run_worker(self._move(), exclusive=True, group="background")

    async def _move(self) -> None:
        self._app.notify("The run is saved, and continues in the background.", markup=False)
        try:
            folder = await self.move_active()
        except UserError as error:
            self._show_error(error)
            return
        if folder is not None:
            self._app.post_message(WatchRequested(folder))

    async def move_active(self) -> RunFolder | None:
        """Stop and save the active run, and resume it in a process of its own; return it, or None if it is over.

        Raises:
            UserError: The process can't be started; the run is saved, and can be resumed.
        """
        controller, config = self._controller, self._controller.config
        over = asyncio.wrap_future(controller.ended)
        self._controller.stop(REASON)
        await asyncio.wait([over])  # which may be cancelled, and the run must not be
        ended = over.result()
        snapshot, folder = controller.snapshot, controller.folder
        if ended.state is not RunState.STOPPED or config is None:
            return None
        if folder is not None and (controller.resumed or (snapshot is not None and snapshot.has_trained)):
            run = await asyncio.to_thread(resume_in_background, folder)
        else:  # a run that ends before its first batch leaves nothing behind
            run = await asyncio.to_thread(train_in_background, config, controller.labels)
        return run.folder

    def _show_error(self, error: UserError) -> None:
        self._app.notify(error.line(), severity="error", timeout=10, markup=False)
