"""What the app asks after a run that ended for a reason that the user can do something about."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.tui.dialogs import ask_after_non_finite, ask_for_data, ask_for_fp32

if TYPE_CHECKING:
    from fmnist_tui.tui.app import FmnistApp


class RunDialogs:
    """Opens the dialog that fits a run's end, and starts or resumes what the user chooses."""

    def __init__(self, app: "FmnistApp") -> None:
        self._app = app
        self._controller = app.controller

    def run_ended(self, snapshot: Snapshot) -> None:
        """Ask what to do next, if there is something to do after the run with this last snapshot."""
        config, folder, overrides = self._controller.config, self._controller.folder, self._controller.overrides
        flow: Coroutine[Any, Any, None] | None = None
        if folder is not None and snapshot.non_finite is not None:
            flow = self._after_non_finite(snapshot.detail, folder, has_checkpoint=snapshot.non_finite.has_checkpoint)
        elif folder is not None and snapshot.plan_unavailable is not None:
            flow = self._without_the_plan(snapshot.plan_unavailable.problem, folder, overrides)
        elif snapshot.state is RunState.FAILED and config is not None:
            resumed = self._controller.resumed
            if resumed is not None or snapshot.started is None:
                flow = self._without_data(config, resumed, overrides)
        if flow is not None:
            self._app.run_worker(flow, exclusive=True, group="run dialogs")

    async def _after_non_finite(self, problem: str, folder: RunFolder, *, has_checkpoint: bool) -> None:
        overrides = await ask_after_non_finite(self._app, problem, self._is_moot, has_checkpoint=has_checkpoint)
        if overrides is not None:
            await self._app.launch(lambda: self._controller.resume(folder, overrides))

    async def _without_the_plan(self, problem: str, folder: RunFolder, overrides: ResumeOverrides) -> None:
        if await ask_for_fp32(self._app, problem, self._is_moot):
            await self._app.launch(lambda: self._controller.resume(folder, replace(overrides, allow_fp32=True)))

    async def _without_data(self, config: RunConfig, resumed: RunFolder | None, overrides: ResumeOverrides) -> None:
        """Ask where the images are, if that is what the run failed for."""
        try:
            await asyncio.wrap_future(self._app.engine.check_data(config))
        except UserError as error:
            chosen = await ask_for_data(self._app, config, error, self._is_moot, with_demo=resumed is None)
        except Exception:  # noqa: BLE001 - the run has already reported what is broken
            return
        else:
            return
        if chosen is None:
            return
        if resumed is not None:
            changed = overrides if chosen == config else replace(overrides, data=chosen.data)
            await self._app.launch(lambda: self._controller.resume(resumed, changed))
        else:
            await self._app.show_in_form(chosen)
            await self._app.launch(lambda: self._controller.start(chosen))

    def _is_moot(self) -> bool:
        """Return whether another run is active, so that the question no longer arises."""
        return self._controller.is_active
