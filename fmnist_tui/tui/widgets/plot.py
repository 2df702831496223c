"""A plot to look at and to read values from: its range, its crosshair, its keys and the mouse.

Not drawn by a plotting library, whose widgets took many times as long while training needs the cores.
"""

from abc import abstractmethod
from bisect import bisect_right
from dataclasses import replace

from textual import events
from textual.content import Content

from fmnist_tui.plot_axes import Point, Points
from fmnist_tui.tui.glyphs import is_ascii
from fmnist_tui.tui.widgets.curves.drawing import AXIS, BEST, CURSOR, GAP, LABEL, area, draw, stops, time_at
from fmnist_tui.tui.widgets.curves.plot_view import PlotView
from fmnist_tui.tui.widgets.curves.scale import Scale
from fmnist_tui.tui.widgets.curves.series import Series
from fmnist_tui.tui.widgets.styled_lines import Line, StyledLines

ZOOM = 0.5


class Plot(StyledLines, can_focus=True):
    """Curves below a legend; a note while there are none. A subclass binds keys to the actions."""

    DEFAULT_CLASSES = "panel"
    COMPONENT_CLASSES = {AXIS, LABEL, BEST, CURSOR, GAP}

    def __init__(self, title: str, note: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.add_class("-empty")
        self.border_title = self._heading = title
        self._series = Series()
        self._note = note
        self._view = PlotView()

    @property
    def heading(self) -> str:
        """The title: the quantity, its scale and range, and the best value."""
        return self._heading

    @property
    def view(self) -> PlotView:
        """What is shown of the curves."""
        return self._view

    @property
    @abstractmethod
    def scale(self) -> Scale:
        """The scale of the y axis."""

    @abstractmethod
    def legend(self) -> list[Line]:
        """Return the lines above the curves: their names, or their values at the crosshair."""

    @abstractmethod
    def title_parts(self) -> list[str]:
        """Return what the title consists of."""

    def redraw(self) -> None:
        has_points = self._series.has_points
        self.set_class(not has_points, "-empty")
        self._show_heading()
        legend = self.legend()
        if has_points:
            size, heading = self.size, len(legend)
            plot = draw(self._series, self._view, self.scale, size, heading=heading, is_ascii=is_ascii(self))
            self.write([*legend, *plot])
        else:
            width, height = self.size
            self.write([*legend, *[()] * max(0, height // 2 - 1), [(self._note.center(width), LABEL)]])

    def _show_heading(self) -> None:
        heading = " · ".join(self.title_parts())
        if heading != self._heading:  # each change repaints the whole widget
            self._heading = heading
            self.border_title = Content(heading)

    # Keys and mouse

    def look(self, view: PlotView) -> None:
        """Show another view of the curves."""
        if view != self._view and self._series.has_points:
            before, self._view = self._view, view
            self.redraw()
            self.view_changed(before)

    def view_changed(self, before: PlotView) -> None:
        """Called when the user changed the view."""

    @property
    def _plot_area(self) -> tuple[int, int]:
        width, height = area(self.size, len(self.legend()))
        return max(1, width), height

    def _stops(self) -> list[float]:
        return stops(self._series, self._series.span(self._view), self._plot_area[0])

    def action_move(self, steps: int) -> None:
        self.look(self._view.moved(steps, self._stops()))

    def action_move_to(self, place: int) -> None:
        if found := self._stops():
            self.look(replace(self._view, cursor=found[place]))

    def action_pan(self, direction: int) -> None:
        self.look(self._view.panned(direction / 4, self._series.span(self._view), self._series.reach))

    def action_reset(self) -> None:
        self.look(PlotView(is_log=self._view.is_log))

    def action_recent(self) -> None:
        self.look(self._view.with_recent())

    def action_log(self) -> None:
        self.look(replace(self._view, is_log=not self._view.is_log))

    def zoom(self, steps: int, center: float | None = None) -> None:
        """Show less of the curves, or more for a negative number of steps."""
        self.look(self._view.zoomed(ZOOM**steps, self._series.span(self._view), self._series.reach, center))

    def _time_at(self, event: events.MouseEvent) -> float:
        x = event.get_content_offset_capture(self).x
        return time_at(x, self._series.span(self._view), self._plot_area[0])

    def _point_at(self, event: events.MouseEvent) -> None:
        if found := self._stops():
            time = self._time_at(event)
            self.look(replace(self._view, cursor=min(found, key=lambda stop: abs(stop - time))))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._point_at(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._point_at(event)

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.zoom(1, self._time_at(event))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.zoom(-1, self._time_at(event))


def point_at(points: Points, x: float) -> Point | None:
    """Return the newest point at an x, or else the first."""
    place = bisect_right(points, x, key=lambda point: point[0])
    return points[max(0, place - 1)] if points else None


def number_text(x: float) -> str:
    """Return an x as text: "12" or "12.25"."""
    return f"{x:.0f}" if x == int(x) else f"{x:.2f}"
