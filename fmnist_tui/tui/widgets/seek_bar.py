"""The position in a replay: its speed, the part that has been played, and the ends of the epochs."""

from textual import events
from textual.message import Message

from fmnist_tui.engine.replay_player import ReplayPlayer
from fmnist_tui.formatting import duration
from fmnist_tui.tui.widgets.styled_lines import Line, StyledLines

PLAYED, PLAYED_STOP, LEFT, LEFT_STOP, HANDLE = "━", "┿", "─", "┼", "●"

PLAYING, PAUSED = "▶", "‖"

BADGE, TEXT, DONE, REST, HEAD = (f"seek-bar--{name}" for name in ("badge", "text", "done", "left", "handle"))

BADGE_WIDTH, TIME_WIDTH = 17, 20

MIN_BAR = 24
"""Columns of the bar, without which the times are left out."""

MIN_GAP = 4
"""Columns from one end of an epoch to the next on average, without which they are not drawn."""


class SeekBar(StyledLines, can_focus=True):
    """Draws the position of a player; the mouse moves it."""

    HELP = (
        "The replay of a run. Its time is that of the training; pauses, and the time until a resume, are shortened to "
        "two seconds. Crosses mark the ends of the epochs. Click or drag to go to a moment."
    )

    COMPONENT_CLASSES = {BADGE, TEXT, DONE, REST, HEAD}

    class Sought(Message):
        """The user points at a moment.

        Attributes:
            share: The moment as a share of the whole run.
        """

        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

    def __init__(self) -> None:
        super().__init__()
        self._player: ReplayPlayer | None = None

    def show(self, player: ReplayPlayer) -> None:
        """Show the position of a player."""
        self._player = player
        self.redraw()

    def redraw(self) -> None:
        player = self._player
        if player is None:
            return
        badge = f" REPLAY {player.speed:g}× {PLAYING if player.is_playing else PAUSED} "
        self.write([[(badge, BADGE), (" " * (BADGE_WIDTH - len(badge)), ""), *self._bar(player), *self._times(player)]])

    def _bar(self, player: ReplayPlayer) -> Line:
        width = self._bar_width
        cells = [LEFT] * width
        stops = player.timeline.stops
        if len(stops) * MIN_GAP <= width:
            for moment in stops:
                cells[self._cell(moment)] = LEFT_STOP
        handle = self._cell(player.position)
        played = "".join(cells[:handle]).replace(LEFT_STOP, PLAYED_STOP).replace(LEFT, PLAYED)
        return [(played, DONE), (HANDLE, HEAD), ("".join(cells[handle + 1 :]), REST)]

    def _times(self, player: ReplayPlayer) -> Line:
        if not self._has_times:
            return []
        text = f"{duration(player.position)} of {duration(player.timeline.duration)}"
        return [(f"{text:>{TIME_WIDTH}}", TEXT)]

    @property
    def _has_times(self) -> bool:
        return self.size.width >= BADGE_WIDTH + MIN_BAR + TIME_WIDTH

    @property
    def _bar_width(self) -> int:
        return max(1, self.size.width - BADGE_WIDTH - (TIME_WIDTH if self._has_times else 0))

    def _cell(self, moment: float) -> int:
        """Return the column of a moment in the bar."""
        whole = self._player.timeline.duration if self._player else 0.0
        return round(moment / whole * (self._bar_width - 1)) if whole else 0

    # The mouse

    def _seek(self, event: events.MouseEvent) -> None:
        x = event.get_content_offset_capture(self).x - BADGE_WIDTH
        self.post_message(self.Sought(min(1.0, max(0.0, x / max(1, self._bar_width - 1)))))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._seek(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._seek(event)

    def on_mouse_up(self) -> None:
        self.release_mouse()
