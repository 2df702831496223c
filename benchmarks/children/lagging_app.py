"""The interface with a timer in its event loop that measures every 5 ms how late it was woken.

The samples go to the file that the command line names, as [time, seconds too late] each, when the interface is left.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import ClassVar

from fmnist_tui.interface_options import InterfaceOptions
from fmnist_tui.tui import main
from fmnist_tui.tui.app import FmnistApp

POLL_INTERVAL_SECONDS = 0.005


class LaggingApp(FmnistApp):
    """Textual also calls the base class's handlers of the same name."""

    lags: ClassVar[list[tuple[float, float]]] = []

    def on_mount(self) -> None:
        self._measuring = asyncio.create_task(self._measure())

    def on_unmount(self) -> None:
        self._measuring.cancel()
        Path(sys.argv[1]).write_text(json.dumps(self.lags), encoding="utf-8")

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + POLL_INTERVAL_SECONDS
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
            self.lags.append((time.time(), loop.time() - due))


if __name__ == "__main__":
    main.FmnistApp = LaggingApp  # type: ignore[misc]  # what run_app builds, and all else that it does, stays
    sys.exit(main.run_app(InterfaceOptions()))
