"""The views of this program. Each imports its screen when it is opened, not before the first frame."""

from collections.abc import Callable

from textual.screen import Screen

from fmnist_tui.keymap.table import BY_ID
from fmnist_tui.tui.views.view import View, ViewContext


def _evaluate(context: ViewContext) -> Screen[None]:
    from fmnist_tui.tui.screens.evaluate import EvaluateScreen

    return EvaluateScreen(context.engine, context.snapshot)


def _runs(_context: ViewContext) -> Screen[None]:
    from fmnist_tui.tui.screens.runs import RunsScreen

    return RunsScreen()


def _images(context: ViewContext) -> Screen[None]:
    from fmnist_tui.tui.screens.images import ImagesScreen

    return ImagesScreen(context.engine, context.config)


def _view(name: str, order: int, screen: Callable[[ViewContext], Screen[None]]) -> View:
    action = BY_ID[f"view.{name}"]
    return View(name, action.keys[0], action.label, action.help, order, screen)


TRAIN = _view("train", 1, lambda context: context.train_screen)
EVALUATE = _view("evaluate", 2, _evaluate)
RUNS = _view("runs", 3, _runs)
IMAGES = _view("images", 4, _images)
