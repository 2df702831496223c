"""Jump mode: a letter on everything that can have the focus, and on the tabs."""

from collections.abc import Iterator, Mapping
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Offset, Region
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.views import VIEWS
from fmnist_tui.tui.widgets.tab_line import Tab

LETTERS = "asdfghjklweryopzxcbnm"
"""Those on the home row first. The letters of built-in views are on their tabs, and q leads back everywhere."""


class JumpScreen(ModalScreen[Widget | None]):
    """Shows the letters over a screen; dismissed with the widget whose letter is typed, or with None on escape.

    Args:
        targets: The widgets by their letters, with what is visible of each.
    """

    BINDINGS = bindings("jump")

    def __init__(self, targets: Mapping[str, tuple[Widget, Region]]) -> None:
        super().__init__()
        self._targets = targets
        self._size = self.app.size

    def compose(self) -> ComposeResult:
        for letter, (_widget, region) in self._targets.items():
            label = Static(Content(letter), classes="jump-letter")
            label.styles.offset = region.offset
            yield label
        yield Static(Content("Type a letter to go there · esc stays"), id="jump-help")

    def on_key(self, event: events.Key) -> None:
        if event.key in self._targets:
            event.stop()
            self.dismiss(self._targets[event.key][0])

    def on_resize(self) -> None:
        if self.app.size != self._size:  # everything is elsewhere now
            self.dismiss(None)


def targets_of(screen: Screen[Any]) -> dict[str, tuple[Widget, Region]]:
    """Return what one can jump to, by letters: from top to bottom, as far as there are letters."""
    regions = {widget: screen.find_widget(widget).visible_region for widget in _candidates(screen)}
    ordered = sorted(
        (widget for widget in regions if regions[widget]), key=lambda widget: (regions[widget].y, regions[widget].x)
    )
    tabs = {_view_key(tab): tab for tab in ordered if isinstance(tab, Tab)}
    others = [widget for widget in ordered if not isinstance(widget, Tab)]
    letters = [letter for letter in LETTERS + LETTERS.upper() if letter not in tabs]
    by_letter = {**tabs, **dict(zip(letters, others, strict=False))}
    return {letter: (widget, _place(widget, regions[widget])) for letter, widget in by_letter.items()}


def _candidates(screen: Screen[Any]) -> Iterator[Widget]:
    for widget in screen.query():
        if widget.is_on_screen and (widget.focusable or isinstance(widget, Tab)):
            yield widget


def _view_key(tab: Tab) -> str:
    return next(view.key for view in VIEWS.values() if tab.id == f"tab-{view.name}")


def _place(widget: Widget, region: Region) -> Region:
    """Return where the letter of a widget stands: on the frame of a panel, else before the text."""
    has_frame = widget.styles.border_top[0] not in ("", "none")
    return region.translate(Offset(2 if has_frame else 0, 0))


async def jump(app: App[Any]) -> None:
    """Show the letters, and go where the user chooses to; over a dialog, do nothing."""
    screen = app.screen
    if screen.is_modal:
        return
    chosen = await app.push_screen_wait(JumpScreen(targets_of(screen)))
    if isinstance(chosen, Tab):
        await chosen.on_click()
    elif chosen is not None and chosen.is_attached:
        screen.set_focus(chosen)
