"""Find what can be added by one file: modules in a folder of this package, and in packages that are installed.

An installed package adds a module to a registry by an entry point of the group that is the registry's package:

    [project.entry-points."fmnist_tui.models"]
    inception = "my_package.inception"
"""

import importlib
import logging
import pkgutil
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from types import ModuleType

logger = logging.getLogger(__name__)

broken_plugins: dict[str, str] = {}
"""The entry points that could not be loaded, with the error; `fmnist-tui doctor` shows them."""


def load_modules(package: ModuleType) -> list[ModuleType]:
    """Import every public module in a package's folder, then those that installed packages add to it.

    A plugin that can't be imported is logged and left out: the program works without it.
    """
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    for plugin in sorted(_installed().select(group=package.__name__), key=lambda plugin: plugin.name):
        try:
            modules.append(plugin.load())
        except Exception as error:
            logger.exception("plugin %s can't be loaded", plugin.value)
            broken_plugins[plugin.value] = f"{type(error).__name__}: {error}"
    return modules


@cache
def _installed() -> EntryPoints:
    """Return all entry points; to read them takes 6 ms, which would be spent again for each registry."""
    return entry_points()  # type: ignore[return-value]  # before Python 3.12 another class with the same `select`
