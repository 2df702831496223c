"""`--background`: the flag, and what is printed when the run has its own process."""

import shlex
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.output import Output, print_json
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.engine.background import BackgroundRun
from fmnist_tui.engine.sinks import run_sink_named
from fmnist_tui.sanitize import printable

Background = Annotated[
    bool,
    Parameter(
        help="Train in a process of its own, which outlives the terminal and the SSH connection, and return at once; "
        "--json then prints run, pid and folder.",
        negative="",
    ),
]


def checked_sinks(names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of sinks that a background process is to add.

    Raises:
        UsageError: There is no such sink.
    """
    with usage_errors():
        for name in names or ():
            run_sink_named(name)
    return tuple(names or ())


def print_started(run: BackgroundRun, output: Output) -> int:
    """Print what trains in the background and how it is controlled; return the exit code."""
    name = run.folder.run
    if output is Output.JSON:
        print_json({"run": name, "pid": run.pid, "folder": str(run.folder.path)})
        return 0
    ref = shlex.quote(printable(name))
    print(printable(f"Run {name} trains in the background, in process {run.pid}."))
    ways = {"watch": "To watch it", "pause": "To pause it", "stop": "To stop and save it"}
    if output is Output.SENTENCES:
        for command, purpose in ways.items():
            print(f"{purpose}, type `fmnist-tui {command} {ref}`.")
    else:
        for command in ways:
            print(f"  fmnist-tui {command} {ref}")
    return 0
