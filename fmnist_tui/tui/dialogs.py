"""The questions that several screens or the app itself ask."""

from enum import Enum
from typing import Any, Literal

from textual.app import App, SuspendNotSupported

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.runs.test_set_usage import TestSetUsage
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui import system_package
from fmnist_tui.tui.screens.choice_dialog import Answer, ChoiceDialog, Moot


class QuitChoice(Enum):
    """How to quit while a run is active."""

    SAVE = "save"
    NOW = "now"


DataSource = Literal["retry", "folder", "package", "demo"]
"""Where to get the images of a run that did not find them."""


async def ask_how_to_leave(app: App[Any], is_moot: Moot) -> QuitChoice | None:
    """Ask what happens to the active run; return None if the user stays or the run ended meanwhile."""
    answers = [
        Answer("s", "stop and save a checkpoint, then quit", QuitChoice.SAVE),
        Answer("n", "quit now and lose everything since the last checkpoint", QuitChoice.NOW),
    ]
    return await app.push_screen_wait(ChoiceDialog("Training in progress", "Quit anyway?", answers, is_moot))


async def ask_to_discard(app: App[Any], what: str) -> bool:
    """Return whether the user agrees to discard something unsaved."""
    return await _confirms(app, f"Discard {what}?", "It is not saved.", Answer("d", f"discard {what}", True))


async def ask_after_non_finite(
    app: App[Any], problem: str, is_moot: Moot, *, has_checkpoint: bool
) -> ResumeOverrides | None:
    """Ask how to continue a run whose loss or weights became NaN; return None if the user cancels.

    Args:
        app: The app that asks.
        problem: What happened.
        is_moot: Whether another run has begun meanwhile.
        has_checkpoint: Whether there is a checkpoint; without one, a resume starts the run again.
    """
    way = "resume from the last good checkpoint" if has_checkpoint else "start again"
    answers = [Answer("r", f"{way}, learning rate ÷ 3", ResumeOverrides(None, 1 / 3))]
    return await app.push_screen_wait(ChoiceDialog("Training diverged", problem, answers, is_moot))


async def ask_before_testing_again(app: App[Any], usage: TestSetUsage) -> bool:
    """Return whether to evaluate a checkpoint on the test set although it was evaluated there before."""
    text = f"Every test-set evaluation is counted: {usage}. Enter in the list opens the saved one."
    answer = Answer("t", "evaluate on the test set again", True)  # not e: a key pressed twice must not confirm
    return await _confirms(app, "Already evaluated on the test set", text, answer)


async def ask_for_fp32(app: App[Any], problem: str, is_moot: Moot) -> bool:
    """Return whether to resume in fp32 a run whose device or precision this machine lacks.

    Args:
        app: The app that asks.
        problem: What is missing.
        is_moot: Whether another run has begun meanwhile.
    """
    answer = Answer("r", "resume in fp32 on this machine: results will differ from the uninterrupted run", True)
    title = "The run can't be resumed on this machine as it was trained"
    return await _confirms(app, title, problem, answer, is_moot)


async def _confirms(app: App[Any], title: str, text: str, answer: Answer[bool], is_moot: Moot = lambda: False) -> bool:
    """Ask a question with one answer; return whether it is chosen, with its key or in the list."""
    return await app.push_screen_wait(ChoiceDialog(title, text, [answer], is_moot)) is not None


async def ask_for_data(
    app: App[Any], config: RunConfig, problem: UserError, is_moot: Moot, *, with_demo: bool = True
) -> RunConfig | None:
    """Ask where the images are; return the config with the answer, or None if the user cancels.

    Args:
        app: The app that asks.
        config: The config of the run that failed.
        problem: Why it failed.
        is_moot: Whether another run has begun meanwhile.
        with_demo: Whether to offer the demo data instead.
    """
    answers: list[Answer[DataSource]] = [
        Answer("r", "retry: look and download again", "retry"),
        Answer("f", "choose the folder that holds the files", "folder"),
    ]
    package = config.spec.package
    if system_package.command(package) is not None:
        answers.append(Answer("i", f"install the system package {package}", "package"))
    if with_demo:
        answers.append(Answer("d", "use the demo data: synthetic images, so the figures mean nothing", "demo"))
    answer = await app.push_screen_wait(
        ChoiceDialog(f"{config.spec.title} can't be read", problem.line(), answers, is_moot)
    )
    match answer:
        case "retry":
            return config
        case "demo":
            return config.with_data(dataset="demo")
        case "folder":
            from fmnist_tui.tui.screens.path_dialog import PathDialog, data_folder_of

            folder = await app.push_screen_wait(PathDialog(data_folder_of(config.spec)))
            return None if folder is None else config.with_data(str(folder))
        case "package":
            return config.with_data("auto") if _install(app, config.spec.package) else None
    return None


def _install(app: App[Any], package: str) -> bool:
    try:
        with app.suspend():
            code = system_package.install(package)
    except SuspendNotSupported:
        words = " ".join(system_package.command(package) or [])
        app.notify(one_line(f"apt-get can't use this terminal. Run: {words}"), severity="error", markup=False)
        return False
    if code != 0:
        text = f"apt-get ended with code {code}. Try `apt-get update` first, or choose another way."
        app.notify(text, severity="error", timeout=10, markup=False)
    return code == 0
