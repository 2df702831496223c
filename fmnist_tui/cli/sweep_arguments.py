"""The arguments that the commands for sweeps have in common."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.errors import UserError

if TYPE_CHECKING:
    from fmnist_tui.sweeps.storage import Location


def _complete_sweeps(_context: Any = None) -> Iterator[str]:
    from fmnist_tui.sweeps.storage import Location

    with suppress(UserError):
        yield from Location().names()


SweepName = Annotated[
    str, Parameter(help="The sweep's name.", metavar="SWEEP", completer=_complete_sweeps, show_default=False)
]

Storage = Annotated[
    str | None,
    Parameter(
        help="The database with the sweep, as `postgresql://USER@HOST/DATABASE`; without it, $FMNIST_TUI_STORAGE, or "
        "else a file on this machine. Leave the password to ~/.pgpass or the variable.",
        metavar="URL",
        show_default=False,
    ),
]


def location_of(storage: str | None) -> "Location":
    """Return where sweeps are stored.

    Raises:
        UsageError: The URL is none of a database.
    """
    from fmnist_tui.sweeps.storage import STORAGE_VARIABLE, Location

    with usage_errors():
        location = Location.of(storage)
    if storage is not None and location.has_password:
        print_stderr(
            "all users of this machine can read the password of --storage in the list of processes; use "
            f"~/.pgpass or {STORAGE_VARIABLE}"
        )
    return location
