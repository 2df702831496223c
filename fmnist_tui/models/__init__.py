"""The registry of architectures: those in this folder, and those of installed packages.

To add one, add a file with a subclass of `Architecture`; the form, the CLI and the docs show it. An installed package
names its module as an entry point of the group "fmnist_tui.models".
"""

import sys

from fmnist_tui.errors import UserError
from fmnist_tui.models.architecture import Architecture
from fmnist_tui.registry import load_modules
from fmnist_tui.sanitize import quote

__all__ = ["ARCHITECTURES", "Architecture", "architecture_named"]


def _discover() -> dict[str, type[Architecture]]:
    load_modules(sys.modules[__name__])
    found = sorted(Architecture.__subclasses__(), key=lambda architecture: architecture.complexity)
    return {architecture.registered_name(): architecture for architecture in found}


ARCHITECTURES = _discover()
"""Every architecture by its name, simplest first."""


def architecture_named(name: str) -> type[Architecture]:
    """Return an architecture by its name or an alias, in any case.

    Raises:
        UserError: No architecture has that name.
    """
    wanted = " ".join(name.lower().replace("_", " ").replace("-", " ").split())
    for architecture in ARCHITECTURES.values():
        if wanted in (architecture.registered_name(), *architecture.aliases):
            return architecture
    raise UserError(f"model is {quote(name)}, but must be one of {', '.join(ARCHITECTURES)}")
