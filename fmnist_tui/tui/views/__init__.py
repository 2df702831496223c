"""The registry of views: those in this folder, and those of installed packages.

To add one, add a file with a constant that is a `View`; the app's modes, keys, tabs and keys page come from it. A
package of your own names that file as an entry point of the group "fmnist_tui.tui.views".
"""

import sys

from fmnist_tui.registry import load_modules
from fmnist_tui.tui.views.view import View, ViewContext

__all__ = ["VIEWS", "View", "ViewContext"]


def _discover() -> dict[str, View]:
    modules = load_modules(sys.modules[__name__])
    views = [view for module in modules for view in vars(module).values() if isinstance(view, View)]
    return {view.name: view for view in sorted(views, key=lambda view: view.order)}


VIEWS = _discover()
"""Every view by its name, in the order of the tab line."""
