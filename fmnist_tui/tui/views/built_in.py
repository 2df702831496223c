"""The views of this program. Each imports its screen when it is opened, not before the first frame."""

from textual.screen import Screen

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


TRAIN = View("train", "t", "Train", "Choose a model, train it and watch it", 1, lambda context: context.train_screen)
EVALUATE = View("evaluate", "v", "Evaluate", "Evaluate checkpoints", 2, _evaluate)
RUNS = View("runs", "u", "Runs", "List all runs", 3, _runs)
IMAGES = View("images", "i", "Images", "Browse the images", 4, _images)
