"""The Runs view."""

from typing import TYPE_CHECKING

from fmnist_tui.tui.views.view import View

if TYPE_CHECKING:
    from fmnist_tui.tui.app import FmnistApp
    from fmnist_tui.tui.screens.runs import RunsScreen


def _screen(_app: "FmnistApp") -> "RunsScreen":
    from fmnist_tui.tui.screens.runs import RunsScreen

    return RunsScreen()


VIEW = View("runs", "u", "Runs", "List all runs", 3, _screen)
