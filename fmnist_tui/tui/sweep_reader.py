"""What the pages of sweeps read: on a thread, because a database may be slow."""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fmnist_tui.errors import UserError
from fmnist_tui.optional_packages import SWEEP, require_packages
from fmnist_tui.sanitize import one_line

if TYPE_CHECKING:
    from fmnist_tui.sweeps.overview import SweepOverview
    from fmnist_tui.sweeps.study import Sweep


@dataclass(frozen=True, slots=True)
class ListedSweep:
    """A line of the list of sweeps.

    Attributes:
        name: The name of the sweep.
        overview: Its state; None if it can't be read.
        problem: Why it can't be read.
    """

    name: str
    overview: "SweepOverview | None" = None
    problem: str = ""


class SweepReader:
    """Opens sweeps once, and reads them again and again. Threads take turns."""

    def __init__(self) -> None:
        self._open: dict[str, Sweep] = {}
        self._turn = threading.Lock()

    def sweep(self, name: str) -> "Sweep":
        """Return a sweep.

        Raises:
            UserError: It can't be read, or Optuna is not installed.
        """
        require_packages(SWEEP)
        from fmnist_tui.sweeps.storage import Location
        from fmnist_tui.sweeps.study import open_sweep

        if name not in self._open:
            self._open[name] = open_sweep(name, Location.of(None))
        return self._open[name]

    def overview(self, name: str, *, with_importances: bool) -> "SweepOverview":
        """Return a sweep as it is now.

        Raises:
            UserError: It can't be read, or Optuna is not installed.
        """
        from fmnist_tui.sweeps.overview import overview_of

        with self._turn:
            try:
                return overview_of(self.sweep(name), with_importances=with_importances)
            except UserError:
                self._open.pop(name, None)  # its file may be another one next time
                raise

    def all(self) -> tuple[str, tuple[ListedSweep, ...]]:
        """Return the place where sweeps are stored, and all sweeps there.

        Raises:
            UserError: They can't be listed, or Optuna is not installed.
        """
        require_packages(SWEEP)
        from fmnist_tui.sweeps.storage import Location
        from fmnist_tui.sweeps.study import sweep_names

        location = Location.of(None)
        return location.title, tuple(map(self._listed, sweep_names(location)))

    def _listed(self, name: str) -> ListedSweep:
        try:
            return ListedSweep(one_line(name), self.overview(name, with_importances=False))
        except UserError as error:
            return ListedSweep(one_line(name), problem=error.line())
