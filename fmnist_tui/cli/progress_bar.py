"""The progress bar on stderr while a checkpoint is evaluated; nothing if stderr is no terminal."""

import sys

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from fmnist_tui.cli.output import console
from fmnist_tui.sanitize import printable


class ProgressBar(Progress):
    """A bar that is shown inside the `with` block."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
        terminal = console(sys.stderr)
        super().__init__(*columns, console=terminal, transient=True, disable=not sys.stderr.isatty())
        self._bar = self.add_task("loading", total=None)

    def tested(self, done: int, total: int) -> None:
        """Show the images done."""
        self.update(self._bar, description="evaluating", completed=done, total=total)

    def fetched(self, file: str, done: int, total: int) -> None:
        """Show the downloaded bytes of a file."""
        self.update(self._bar, description=f"downloading {printable(file)}", completed=done, total=total or None)
