"""A screen whose panels can be maximized."""

from collections.abc import Iterable

from textual import events, on
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.model_list import ModelList

TOO_SMALL = (Input, ModelList)
"""Widgets that have nothing more to show on a whole screen; Textual allows to maximize all that scrolls."""


SLIM = 80
"""Columns below which panels are one below the other."""

PORTRAIT_LINES = 50
"""Lines of a slim terminal that has room for all panels below each other."""


class PanelScreen(Screen[None]):
    """The base of views and pages.

    Panels are the widgets of the class "panel" and others that set `ALLOW_MAXIMIZE`, such as plots inside a panel.
    """

    BINDINGS = bindings("panel")

    _focused_before: Widget | None = None

    _panels_around_focus: frozenset[Widget] = frozenset()

    def on_mount(self) -> None:
        self.screen_layout_refresh_signal.subscribe(self, self._restore_what_is_hidden)
        self.watch(self, "focused", self._mark_panels_around)

    def _mark_panels_around(self, focused: Widget | None) -> None:
        """Mark the panels around the focus.

        With `:focus-within`, Textual would style all of a panel again whenever the focus moves within it, which took a
        third of the time of each key in the form.
        """
        around: Iterable[object] = () if focused is None else focused.ancestors_with_self
        panels = frozenset(widget for widget in around if isinstance(widget, Widget) and widget.has_class("panel"))
        for panel in panels ^ self._panels_around_focus:
            panel.set_class(panel in panels, "-around-focus")
        self._panels_around_focus = panels

    @on(events.Resize)
    def _resized(self, event: events.Resize) -> None:
        is_slim = event.size.width < SLIM
        self.set_class(is_slim, "-slim")
        self.set_class(is_slim and event.size.height >= PORTRAIT_LINES, "-portrait")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "maximize_panel":
                return self.maximized is None
            case "restore_panels":
                return self.maximized is not None
        return True

    def watch_maximized(self) -> None:
        self.refresh_bindings()

    def action_maximize_panel(self) -> None:
        panel = self._panel()
        if panel is None:
            return
        if self.focused is None or panel not in self.focused.ancestors_with_self:
            # Else keys would go to a widget that is not seen.
            self._focused_before = self.focused
            inside = (widget for widget in panel.walk_children(with_self=True) if isinstance(widget, Widget))
            self.set_focus(next((widget for widget in inside if widget.focusable), None))
        self.maximized = panel  # `maximize` would refuse what can't be focused

    def action_restore_panels(self) -> None:
        self.minimize()

    def minimize(self) -> None:
        super().minimize()
        before, self._focused_before = self._focused_before, None
        if before is not None and before.is_attached:
            self.set_focus(before)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if self.maximized is not None and self.maximized not in event.widget.ancestors_with_self:
            self._focused_before = None
            self.minimize()

    def _panel(self) -> Widget | None:
        """Return the panel around the focus, else the largest one."""
        around: Iterable[object] = () if self.focused is None else self.focused.ancestors_with_self
        for widget in around:
            if isinstance(widget, Widget) and _is_panel(widget):
                return widget
        return max(filter(_is_panel, self.query()), key=lambda panel: panel.region.area, default=None)

    def _restore_what_is_hidden(self, _screen: Screen[object]) -> None:
        """Restore the layout if the maximized panel was hidden: a hidden one would leave the screen empty."""
        panel = self.maximized
        if panel is not None and not all(node.display for node in panel.ancestors_with_self):
            self.call_next(self.minimize)


def _is_panel(widget: Widget) -> bool:
    may = widget.has_class("panel") or bool(widget.ALLOW_MAXIMIZE)
    return may and not isinstance(widget, TOO_SMALL) and widget.is_on_screen
