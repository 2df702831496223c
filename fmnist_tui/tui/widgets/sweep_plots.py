"""The plots of a sweep: best so far, accuracy over each field that varies, and the importances of the fields."""

from collections.abc import Callable, Sequence
from math import ceil, log

from rich.cells import cell_len, set_cell_size

from fmnist_tui.formatting import percent
from fmnist_tui.plot_axes import is_drawable
from fmnist_tui.sanitize import one_line
from fmnist_tui.sweeps.overview import MIN_TRIALS_FOR_IMPORTANCE, SweepOverview, SweepTrial
from fmnist_tui.sweeps.slots import TrialState
from fmnist_tui.sweeps.space import Choice, Dimension, value_text
from fmnist_tui.tui.widgets.bar import bar
from fmnist_tui.tui.widgets.curves.drawing import AXIS, BELOW, LABEL
from fmnist_tui.tui.widgets.curves.scatter import Mark, ScatterAxis, scatter, value_limits
from fmnist_tui.tui.widgets.styled_lines import Line, Part, StyledLines

STYLES = {state: f"sweep--{state}" for state in TrialState}
BEST, CHOSEN, BAR = "sweep--best", "sweep--chosen", "sweep--bar"

SIGNS = {
    TrialState.FAILED: "×",
    TrialState.PRUNED: "○",
    TrialState.RUNNING: "▸",
    TrialState.COMPLETE: "●",
}
"""How trials are drawn, the last ones over the others. Lost trials are drawn where they are continued."""

BEST_SIGN, CHOSEN_SIGN = "★", "◆"

MIN_TILE = (26, 8)
"""Columns and lines of the smallest plot that can be read."""

GOOD_SHAPE = 3.5
"""Columns per line of a plot."""

GAP = 2
"""Columns between two plots."""

JITTER = 0.07
"""How far trials with the same separate value are drawn from each other."""

NAME_WIDTH = 16


class SweepPlots(StyledLines, can_focus=True):
    """As many plots as fit; others are shown in turn."""

    HELP = (
        "Validation accuracy of each trial in the order of trials, with the best so far as a line, and over the values "
        "of each field that varies. Importance is the share of a field in the differences of accuracy, by PED-ANOVA. "
        "Bad values that would hide the differences of good ones are drawn as ▼ at the lower end."
    )

    DEFAULT_CLASSES = "panel"
    COMPONENT_CLASSES = {AXIS, LABEL, BEST, CHOSEN, BAR, *STYLES.values()}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "Plots"
        self._overview: SweepOverview | None = None
        self._chosen: int | None = None
        self._first = 0

    def show(self, overview: SweepOverview, chosen: int | None) -> None:
        """Draw a sweep, with one of its trials marked."""
        self._overview, self._chosen = overview, chosen
        self.redraw()

    def turn(self, pages: int) -> None:
        """Show the next or the previous plots, if not all fit."""
        if self._overview is not None:
            per_page, count = self._per_page, plot_count(self._overview)
            last = (ceil(count / per_page) - 1) * per_page
            self._first = min(max(0, self._first + pages * per_page), last)
            self.redraw()

    @property
    def _per_page(self) -> int:
        assert self._overview is not None
        columns, rows = grid(plot_count(self._overview), self.size.width, self.size.height - 1)
        return columns * rows

    def redraw(self) -> None:
        if self._overview is None or not self.size.width or not self.size.height:
            return
        count, per_page = plot_count(self._overview), self._per_page
        self._first = self._first // per_page * per_page if self._first < count else 0
        pages = ceil(count / per_page)
        self.border_title = f"Plots {self._first // per_page + 1} of {pages}" if pages > 1 else "Plots"
        self.write(drawn(self._overview, self._chosen, self.size, self._first))


def plot_count(overview: SweepOverview) -> int:
    """Return the number of plots of a sweep: best so far, importances, and one for each field."""
    return len(overview.space) + 2


def grid(count: int, width: int, height: int) -> tuple[int, int]:
    """Return in how many columns and rows to draw some plots; fewer than all if they would be too small."""

    def rank(columns: int) -> tuple[int, float]:
        rows = min(max_rows, ceil(count / columns))
        return min(count, columns * rows), -abs(log(max(1, width // columns) / max(1, height // rows) / GOOD_SHAPE))

    max_rows = max(1, height // MIN_TILE[1])
    columns = max(range(1, max(1, min(count, width // MIN_TILE[0])) + 1), key=rank)
    return columns, min(max_rows, ceil(count / columns))


def drawn(overview: SweepOverview, chosen: int | None, size: tuple[int, int], first: int = 0) -> list[Line]:
    """Return the plots from the one with number `first` on, and the legend below them."""
    width, height = size[0], size[1] - 1
    columns, rows = grid(plot_count(overview), width, height)
    tile = (width - (columns - 1) * GAP) // columns, height // rows
    makers: list[Callable[[tuple[int, int]], list[Line]]] = [lambda size: _best_so_far(overview, chosen, size)]
    makers += [_slice_maker(overview, chosen, dimension) for dimension in overview.space]
    makers.append(lambda size: _importances(overview, size))
    tiles = [make(tile) for make in makers[first : first + columns * rows]]
    lines: list[Line] = []
    for start in range(0, len(tiles), columns):
        row = tiles[start : start + columns]
        lines += [_beside([one[y] if y < len(one) else [] for one in row], tile[0]) for y in range(tile[1])]
    return [*lines, _legend(overview)]


def _beside(parts: Sequence[Line], width: int) -> Line:
    line: list[Part] = []
    for part in parts:
        line += [*part, (" " * max(0, width + GAP - sum(cell_len(text) for text, _style in part)), "")]
    return line


def _legend(overview: SweepOverview) -> Line:
    """Return the signs of the states that some trials have."""
    entries: list[Part] = []
    for state, sign in reversed(SIGNS.items()):
        if number := overview.count(state):
            entries.append((f"{sign} {number} {state}  ", STYLES[state]))
    if overview.best is not None:
        entries.append((f"{BEST_SIGN} best  ", BEST))
    low, _high = _limits(overview)
    if any(trial.accuracy is not None and trial.accuracy < low for trial in overview.trials):
        entries.append((f"{BELOW} below  ", LABEL))
    return [*entries, (f"{CHOSEN_SIGN} chosen", CHOSEN)]


def _marks(overview: SweepOverview, chosen: int | None, x_of: Callable[[SweepTrial], float | None]) -> list[Mark]:
    """Return a mark for each trial that has a place on an x axis; the best and the chosen one are last."""
    order = list(SIGNS)

    def rank(trial: SweepTrial) -> tuple[bool, bool, int]:
        return trial.number == chosen, trial is overview.best, order.index(trial.state)

    marks = []
    for trial in sorted((one for one in overview.trials if one.state in SIGNS), key=rank):
        x = x_of(trial)
        if x is None or (trial.accuracy is None and trial.state is not TrialState.FAILED):
            continue
        sign, style = SIGNS[trial.state], STYLES[trial.state]
        if trial.number == chosen:
            sign, style = CHOSEN_SIGN, CHOSEN
        elif overview.best is not None and trial.number == overview.best.number:
            sign, style = BEST_SIGN, BEST
        marks.append(Mark(x, trial.accuracy, sign, style))
    return marks


def _limits(overview: SweepOverview) -> tuple[float, float]:
    return value_limits(
        [one.accuracy for one in overview.trials if one.accuracy is not None and is_drawable(one.accuracy)]
    )


def _best_so_far(overview: SweepOverview, chosen: int | None, size: tuple[int, int]) -> list[Line]:
    best, line = 0.0, []
    for trial in overview.trials:
        if trial.state is TrialState.COMPLETE and (trial.accuracy or 0.0) > best:
            best = trial.accuracy or 0.0
            line.append((float(trial.number), best))
    last = float(overview.trials[-1].number if overview.trials else 0)
    if line:
        line.append((last, best))
    axis = ScatterAxis(0.0, max(1.0, last), is_whole=True)
    marks = _marks(overview, chosen, lambda trial: float(trial.number))
    title = f"Best so far {percent(best)}" if line else "Accuracy"
    return scatter(title, marks, axis, _limits(overview), size, line=line, line_style=BEST)


def _slice_maker(
    overview: SweepOverview, chosen: int | None, dimension: Dimension
) -> Callable[[tuple[int, int]], list[Line]]:
    def make(size: tuple[int, int]) -> list[Line]:
        axis = _axis(dimension)
        marks = _marks(overview, chosen, lambda trial: _place(dimension, axis, trial))
        return scatter(_title(overview, dimension, axis, size[0]), marks, axis, _limits(overview), size)

    return make


def _title(overview: SweepOverview, dimension: Dimension, axis: ScatterAxis, width: int) -> str:
    """Return the field, its scale if there is room, and its importance if that is known."""
    share = overview.importances.get(dimension.field)
    rest = "" if share is None else f" · {percent(share, 0)}"
    name = _name(dimension.field)
    full = f"{name}, log{rest}" if axis.is_log else f"{name}{rest}"
    return full if cell_len(full) <= width else f"{name}{rest}"


def _axis(dimension: Dimension) -> ScatterAxis:
    if isinstance(dimension, Choice):
        names = tuple(one_line(value_text(value)) for value in dimension.values)
        return ScatterAxis(-0.5, len(names) - 0.5, names=names)
    plain = ScatterAxis(0.0, 1.0, is_log=dimension.is_log)
    return ScatterAxis(plain.place(dimension.low), plain.place(dimension.high), dimension.is_log, dimension.is_integer)


def _place(dimension: Dimension, axis: ScatterAxis, trial: SweepTrial) -> float | None:
    """Return where a trial is on the axis of a field; None if it has no value there."""
    value = trial.params.get(dimension.field)
    if value is None or not dimension.contains(value):
        return None
    if isinstance(dimension, Choice):
        return dimension.values.index(value) + (trial.number % 5 - 2) * JITTER
    return axis.place(float(value))


def _importances(overview: SweepOverview, size: tuple[int, int]) -> list[Line]:
    lines: list[Line] = [[("Importance", LABEL)]]
    if not overview.importances:
        has_enough = overview.count(TrialState.COMPLETE) >= MIN_TRIALS_FOR_IMPORTANCE
        reason = "not known yet" if has_enough else f"after {MIN_TRIALS_FOR_IMPORTANCE} complete trials"
        return [*lines, [(reason, LABEL)]]
    room = max(4, size[0] - NAME_WIDTH - 6)
    for field, share in overview.importances.items():
        name = set_cell_size(_name(field), NAME_WIDTH - 1)
        lines.append([(f"{name} ", LABEL), (bar(share, room), BAR), (f"{percent(share, 0):>6}", LABEL)])
    return lines[: size[1]]


def _name(field: str) -> str:
    return one_line(field.replace("_", " "))
