"""The questions that several screens or the app itself ask."""

from enum import Enum
from typing import Any

from textual.app import App

from fmnist_tui.runs.test_set_usage import TestSetUsage
from fmnist_tui.tui.screens.choice_dialog import Answer, ChoiceDialog, Moot


class QuitChoice(Enum):
    """How to quit while a run is active."""

    SAVE = "save"
    NOW = "now"


async def ask_how_to_leave(app: App[Any], is_moot: Moot) -> QuitChoice | None:
    """Ask what happens to the active run; return None if the user stays or the run ended meanwhile."""
    answers = [
        Answer("s", "stop and save a checkpoint, then quit", QuitChoice.SAVE),
        Answer("n", "quit now and lose everything since the last checkpoint", QuitChoice.NOW),
    ]
    return await app.push_screen_wait(ChoiceDialog("Training in progress", "Quit anyway?", answers, is_moot))


async def ask_before_testing_again(app: App[Any], usage: TestSetUsage) -> bool:
    """Return whether to evaluate a checkpoint on the test set although it was evaluated there before."""
    text = f"Every test-set evaluation is counted: {usage}. Enter in the list opens the saved one."
    answer = Answer("t", "evaluate on the test set again", True)  # not e: a key pressed twice must not confirm
    return await confirms(app, "Already evaluated on the test set", text, answer)


async def confirms(app: App[Any], title: str, text: str, answer: Answer[bool], is_moot: Moot = lambda: False) -> bool:
    """Ask a question with one answer; return whether it is chosen, with its key or in the list."""
    return await app.push_screen_wait(ChoiceDialog(title, text, [answer], is_moot)) is not None
