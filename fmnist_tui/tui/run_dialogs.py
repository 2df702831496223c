"""What the app asks after a run that ended for a reason that the user can do something about."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from textual.app import App, SuspendNotSupported

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.controller import RunController
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui import system_package
from fmnist_tui.tui.messages import ConfigChosen, ResumeRequested, StartRequested
from fmnist_tui.tui.screens.choice_dialog import Answer, ChoiceDialog, confirms


class RunDialogs:
    """Opens the dialog that fits a run's end, and starts or resumes what the user chooses."""

    def __init__(self, app: App[Any], engine: Engine, controller: RunController) -> None:
        self._app, self._engine, self._controller = app, engine, controller

    def run_ended(self, snapshot: RunSnapshot) -> None:
        """Ask what to do next, if there is something to do after the run with this last snapshot."""
        config, folder, overrides = self._controller.config, self._controller.folder, self._controller.overrides
        flow: Coroutine[Any, Any, None] | None = None
        if folder is not None and snapshot.non_finite is not None:
            # Without a checkpoint, a resume starts the run again.
            way = "resume from the last good checkpoint" if snapshot.non_finite.has_checkpoint else "start again"
            label = f"{way}, learning rate ÷ 3"
            changed = ResumeOverrides(None, 1 / 3)
            flow = self._offer_resume("Training diverged", snapshot.detail, label, folder, changed)
        elif folder is not None and snapshot.plan_unavailable is not None:
            title = "The run can't be resumed on this machine as it was trained"
            label = "resume in fp32 on this machine: results will differ from the uninterrupted run"
            changed = replace(overrides, allow_fp32=True)
            flow = self._offer_resume(title, snapshot.plan_unavailable.problem, label, folder, changed)
        elif snapshot.state is RunState.FAILED and config is not None:
            resumed = self._controller.resumed
            if resumed is not None or snapshot.started is None:
                flow = self._without_data(config, resumed, overrides)
        if flow is not None:
            self._app.run_worker(flow, exclusive=True, group="run dialogs")

    async def _offer_resume(
        self, title: str, problem: str, label: str, folder: RunFolder, overrides: ResumeOverrides
    ) -> None:
        if await confirms(self._app, title, problem, Answer("r", label, True), self._is_moot):
            self._app.post_message(ResumeRequested(folder, overrides))

    async def _without_data(self, config: RunConfig, resumed: RunFolder | None, overrides: ResumeOverrides) -> None:
        """Ask where the images are, if that is what the run failed for."""
        try:
            await asyncio.wrap_future(self._engine.check_data(config))
        except UserError as error:
            chosen = await self._with_data(config, error, can_use_demo=resumed is None)
        except Exception:  # noqa: BLE001 - the run has already reported what is broken
            return
        else:
            return
        if chosen is None:
            return
        if resumed is not None:
            changed = overrides if chosen == config else replace(overrides, data=chosen.data)
            self._app.post_message(ResumeRequested(resumed, changed))
        else:
            self._app.post_message(ConfigChosen(chosen))
            self._app.post_message(StartRequested(chosen, self._controller.labels))

    async def _with_data(self, config: RunConfig, problem: UserError, *, can_use_demo: bool) -> RunConfig | None:
        """Ask where the images are; return the config with the answer, or None if the user cancels."""
        answers = [
            Answer("r", "retry: search and download again", "retry"),
            Answer("f", "choose the folder that holds the files", "folder"),
        ]
        package = config.dataset_spec.package
        install = system_package.command(package)
        if install is not None:
            answers.append(Answer("i", f"install the system package {package}", "package"))
        if can_use_demo:
            answers.append(Answer("d", "use the demo data: synthetic images, so the figures mean nothing", "demo"))
        title = f"{config.dataset_spec.title} can't be read"
        match await self._app.push_screen_wait(ChoiceDialog(title, problem.line(), answers, self._is_moot)):
            case "retry":
                return config
            case "demo":
                return config.with_data(dataset="demo")
            case "folder":
                from fmnist_tui.tui.screens.path_dialog import PathDialog, data_folder_of

                folder = await self._app.push_screen_wait(PathDialog(data_folder_of(config.dataset_spec)))
                return None if folder is None else config.with_data(str(folder))
            case "package" if install is not None:
                return config.with_data("auto") if _install(self._app, install) else None
        return None

    def _is_moot(self) -> bool:
        """Return whether another run is active, so that the question no longer arises."""
        return self._controller.is_active


def _install(app: App[Any], command: list[str]) -> bool:
    try:
        with app.suspend():
            code = system_package.install(command)
    except SuspendNotSupported:
        problem = f"apt-get can't use this terminal. Run: {' '.join(command)}"
        app.notify(one_line(problem), severity="error", markup=False)
        return False
    if code != 0:
        text = f"apt-get ended with code {code}. Try `apt-get update` first, or choose another way."
        app.notify(text, severity="error", timeout=10, markup=False)
    return code == 0
