"""The Evaluate view."""

from typing import TYPE_CHECKING

from fmnist_tui.tui.views.view import View

if TYPE_CHECKING:
    from fmnist_tui.tui.app import FmnistApp
    from fmnist_tui.tui.screens.evaluate import EvaluateScreen


def _screen(app: "FmnistApp") -> "EvaluateScreen":
    from fmnist_tui.tui.screens.evaluate import EvaluateScreen

    return EvaluateScreen(app.engine, lambda: app.snapshot)


VIEW = View("evaluate", "v", "Evaluate", "Evaluate checkpoints", 2, _screen)
