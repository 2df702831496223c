"""The interface, which draws a run in every second window of time only."""

import sys
import time

from benchmarks.drawing import seconds_until_drawing
from fmnist_tui.interface_options import InterfaceOptions
from fmnist_tui.tui import app, main
from fmnist_tui.tui.redraw_throttle import RedrawThrottle


class AlternatingThrottle(RedrawThrottle):
    """Delays frames to the next drawn window."""

    def wait(self) -> float:
        return max(super().wait(), seconds_until_drawing(time.time()))


if __name__ == "__main__":
    app.RedrawThrottle = AlternatingThrottle  # type: ignore[attr-defined]  # what the app builds; all else stays
    sys.exit(main.run_app(InterfaceOptions()))
