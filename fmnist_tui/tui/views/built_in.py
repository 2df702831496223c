"""The views of this program. Each imports its screen when it is opened, not before the first frame."""

from typing import TYPE_CHECKING

from fmnist_tui.tui.views.view import View

if TYPE_CHECKING:
    from fmnist_tui.tui.app import FmnistApp
    from fmnist_tui.tui.screens.view_screen import ViewScreen


def _evaluate(app: "FmnistApp") -> "ViewScreen":
    from fmnist_tui.tui.screens.evaluate import EvaluateScreen

    return EvaluateScreen(app.engine, lambda: app.snapshot)


def _runs(_app: "FmnistApp") -> "ViewScreen":
    from fmnist_tui.tui.screens.runs import RunsScreen

    return RunsScreen()


def _images(app: "FmnistApp") -> "ViewScreen":
    from fmnist_tui.tui.screens.images import ImagesScreen

    return ImagesScreen(app.engine, lambda: app.train_screen.config)


TRAIN = View("train", "t", "Train", "Choose a model, train it and watch it", 1, lambda app: app.train_screen)
EVALUATE = View("evaluate", "v", "Evaluate", "Evaluate checkpoints", 2, _evaluate)
RUNS = View("runs", "u", "Runs", "List all runs", 3, _runs)
IMAGES = View("images", "i", "Images", "Browse the images", 4, _images)
