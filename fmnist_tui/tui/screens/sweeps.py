"""The sweeps: a line for each, from which its page is opened."""

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult

from fmnist_tui.formatting import MISSING, counted, percent
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.polling import Polling
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.screens.sweep_commands import add_worker, ask_and_stop, copy_worker_command
from fmnist_tui.tui.sweep_reader import ListedSweep, SweepReader
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from fmnist_tui.sweeps.overview import SweepOverview

CHECK_SECONDS = 0.2
"""How often the page looks whether something was read."""

READ_SECONDS = 2.0

COLUMNS = (
    ("sweep", False),
    ("state", False),
    ("results", True),
    ("running", True),
    ("best", True),
    ("model", False),
    ("fields", False),
)

EMPTY = (
    "No sweeps yet. On the form of Train, give a field several values, such as 1e-4..1e-1 log or 32|64|128, and press "
    "s; or use `fmnist-tui sweep new`."
)


class SweepsScreen(PageScreen):
    """Lists the sweeps of this machine, or of the database that the environment names. It is read again and again.

    Args:
        reader: Reads them.
    """

    HELP = (
        "A sweep trains one config many times, with other values for some of its fields. Any number of processes, on "
        "any machines that reach its storage, train its trials."
    )

    BINDINGS = bindings("sweeps")

    def __init__(self, reader: SweepReader) -> None:
        super().__init__("Sweeps", "search hyperparameters by many runs")
        self._reader = reader
        self._polling = Polling(reader.all, READ_SECONDS)
        self._table = VirtualTable(id="sweeps")
        self._table.border_title = "Sweeps"

    def compose_page(self) -> ComposeResult:
        yield self.note
        yield self._table

    def on_mount(self) -> None:
        super().on_mount()
        self.show_note("Reading the sweeps…")
        self._table.display = False
        self.set_interval(CHECK_SECONDS, self._check)

    def _check(self) -> None:
        if self.is_current and self._polling.poll():
            self._show()

    @property
    def _sweeps(self) -> tuple[ListedSweep, ...]:
        return self._polling.newest[1] if self._polling.newest is not None else ()

    @property
    def chosen(self) -> ListedSweep | None:
        """The sweep under the bar."""
        return next((sweep for sweep in self._sweeps if sweep.name == self._table.chosen), None)

    def _show(self) -> None:
        self._table.show(COLUMNS, [(sweep.name, _cells(sweep)) for sweep in self._sweeps])
        if self._table.display != bool(self._sweeps):
            self._table.display = bool(self._sweeps)
            if self._sweeps:
                self._table.focus()
        if self._polling.problem:
            self.show_problem(self._polling.problem)
        elif self._polling.newest is not None:
            place, sweeps = self._polling.newest
            self.show_note(f"{counted(len(sweeps), 'sweep')} in {place}." if sweeps else EMPTY)
        self.refresh_bindings()

    @on(VirtualTable.Highlighted, "#sweeps")
    def _highlighted(self) -> None:
        self.refresh_bindings()

    @on(VirtualTable.Selected, "#sweeps")
    def _open(self) -> None:
        from fmnist_tui.tui.screens.sweep import SweepScreen

        if self.chosen is not None:
            self.app.push_screen(SweepScreen(self.chosen.name, self._reader))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        overview = self.chosen.overview if self.chosen is not None else None
        match action:
            case "stop" | "work":
                return (overview is not None and not overview.is_done) or None
            case "copy":
                return overview is not None or None
        return super().check_action(action, parameters)

    def _overview(self) -> "SweepOverview | None":
        return self.chosen.overview if self.chosen is not None else None

    @work(group="sweep changes")
    async def action_stop(self) -> None:
        if (overview := self._overview()) is not None:
            await ask_and_stop(self.app, overview)
            self._polling.hurry()

    @work(group="sweep changes")
    async def action_work(self) -> None:
        if (overview := self._overview()) is not None:
            await add_worker(self.app, overview)
            self._polling.hurry()

    def action_copy(self) -> None:
        if (overview := self._overview()) is not None:
            copy_worker_command(self.app, overview)

    def action_refresh(self) -> None:
        self._polling.hurry()


def _cells(sweep: ListedSweep) -> tuple[str, ...]:
    overview = sweep.overview
    if overview is None:
        return (sweep.name, "unreadable", "", "", "", "", sweep.problem)
    from fmnist_tui.sweeps.slots import TrialState

    return (
        sweep.name,
        overview.status,
        f"{overview.results} of {overview.settings.trials}",
        str(overview.count(TrialState.RUNNING)),
        percent(overview.best.accuracy if overview.best is not None else None),
        overview.settings.config.model_name,
        ", ".join(one.field.replace("_", " ") for one in overview.space) or MISSING,
    )
