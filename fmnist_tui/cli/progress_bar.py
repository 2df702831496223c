"""The progress bar on stderr while a checkpoint is evaluated; nothing if stderr is no terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from fmnist_tui.cli.output import console
from fmnist_tui.sanitize import printable


class ProgressBar:
    """A bar that is removed at the end."""

    def __init__(self, progress: Progress, bar: TaskID) -> None:
        self._progress = progress
        self._bar = bar

    def tested(self, done: int, total: int) -> None:
        """Show the images done."""
        self._progress.update(self._bar, description="evaluating", completed=done, total=total)

    def fetched(self, file: str, done: int, total: int) -> None:
        """Show the downloaded bytes of a file."""
        description = f"downloading {printable(file)}"
        self._progress.update(self._bar, description=description, completed=done, total=total or None)


@contextmanager
def progress_bar() -> Iterator[ProgressBar]:
    """Show the bar inside the `with` block."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True, disable=not sys.stderr.isatty()) as progress:
        yield ProgressBar(progress, progress.add_task("loading", total=None))
