"""The registry of sinks that `--sink NAME` adds to a run: those in this folder, and those of installed packages.

To add one, add a file with a subclass of `RunSink` named SINK. A package of your own names that file as an entry point
of the group "fmnist_tui.engine.sinks".
"""

import sys

from fmnist_tui.engine.event_sink import RunSink
from fmnist_tui.errors import UserError
from fmnist_tui.optional_packages import require_packages
from fmnist_tui.registry import load_modules
from fmnist_tui.sanitize import quote


def run_sinks() -> dict[str, type[RunSink]]:
    """Return every sink by its name."""
    sinks = [module.SINK for module in load_modules(sys.modules[__name__])]
    return {sink.name: sink for sink in sinks}


def run_sink_named(name: str) -> type[RunSink]:
    """Return the sink of a name.

    Raises:
        UserError: There is none, or it needs a package that is not installed.
    """
    found = run_sinks()
    if name not in found:
        known = f"be one of {', '.join(found)}" if found else "be left out: no sink is installed"
        raise UserError(f"sink is {quote(name)}, but must {known}")
    require_packages(found[name].requires)
    return found[name]
