"""The Images view."""

from typing import TYPE_CHECKING

from fmnist_tui.tui.views.view import View

if TYPE_CHECKING:
    from fmnist_tui.tui.app import FmnistApp
    from fmnist_tui.tui.screens.images import ImagesScreen


def _screen(app: "FmnistApp") -> "ImagesScreen":
    from fmnist_tui.tui.screens.images import ImagesScreen

    return ImagesScreen(app.engine, lambda: app.train_screen.config)


VIEW = View("images", "i", "Images", "Browse the images", 4, _screen)
