"""Make the recording at the top of the README, in dark and light: `python docs/make_demo.py`.

It records the program itself, training on synthetic garments. The training is shown in a fixed time, however long it
takes on this machine.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path

os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # read by Textual when it is imported
os.environ["TEXTUAL_ANIMATIONS"] = "none"

from animated_svg import Frame, animated_svg
from textual.pilot import Pilot

from fmnist_tui.engine.compute_engine import ComputeEngine
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.tui.app import FmnistApp

FOLDER = Path(__file__).parent
SIZE = (100, 30)

TRAINING_SECONDS, TRAINING_FRAMES = 8.0, 48
MAX_SECONDS = 300.0


class Recorder:
    """Presses keys and records what the screen shows.

    Attributes:
        frames: The screens so far.
    """

    def __init__(self, app: FmnistApp, pilot: Pilot[None]) -> None:
        self._app, self._pilot = app, pilot
        self.frames: list[Frame] = []

    async def show(self, keys: str, caption: str, seconds: float) -> None:
        """Press keys, wait until the screen is at rest, and show it."""
        await self._pilot.press(*keys.split())
        await self._rest()
        self.frames.append(self._frame(seconds, caption))

    async def show_while(self, is_so: Callable[[], bool], caption: str) -> None:
        """Show a training in a fixed time."""
        taken: list[Frame] = []
        while is_so():
            await self._pilot.pause(0.1)
            if not taken or taken[-1].lines != (frame := self._frame(0, caption)).lines:
                taken.append(frame if taken else self._frame(0, caption))
        count = min(len(taken), TRAINING_FRAMES)
        chosen = [taken[place * (len(taken) - 1) // max(count - 1, 1)] for place in range(count)]
        self.frames += [replace(frame, seconds=TRAINING_SECONDS / count) for frame in chosen]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait without recording."""
        async with asyncio.timeout(MAX_SECONDS):
            while not is_so():
                await self._pilot.pause(0.1)

    async def _rest(self) -> None:
        """Wait until nothing is loading, and the screen has not changed for half a second."""
        before: object = None
        async with asyncio.timeout(MAX_SECONDS):
            while before != (now := self._frame(0, "").lines) or any("loading" in part.text for part in chain(*now)):
                before = now
                await self._pilot.pause(0.5)

    def _frame(self, seconds: float, caption: str) -> Frame:
        update = self._app.screen._compositor.render_update(full=True, screen_stack=self._app._background_screens)
        lines = (tuple(segment for strip in line for segment in strip) for line in update.strips)
        return Frame(tuple(lines), seconds, caption)


async def record(theme: str) -> str:
    """Return the recording in a theme."""
    engine = ComputeEngine()
    app = FmnistApp(engine, "demo", None, theme)
    async with app.run_test(size=SIZE) as pilot:
        recorder = Recorder(app, pilot)
        await recorder.until(lambda: app.engine_status.startswith("torch"))
        await pilot.press("escape")  # whatever greets a new user
        await recorder.show("", "", 1.7)
        await recorder.show("up", "↑  choose the MLP", 2.0)
        await pilot.press("s")
        await recorder.until(lambda: app.snapshot is not None and app.snapshot.latest is not None)
        await recorder.show_while(lambda: app.snapshot is not None and app.snapshot.ended is None, "s  start")
        await recorder.show("v", "v  evaluate", 1.5)
        await pilot.press("enter")
        await recorder.until(lambda: bool(list(resolve_run("latest").reports())))
        await recorder.show("", "enter  the best checkpoint", 1.8)
        await recorder.show("enter", "enter  confusion matrix", 2.0)
        await recorder.show("enter", "enter  the images of a cell", 3.0)
        variables = app.get_css_variables()
    engine.close()
    return animated_svg(recorder.frames, variables["foreground"], variables["background"])


def main() -> None:
    """Write the recording in the program's own themes."""
    for theme, name in (("fmnist-dark", "demo-dark"), ("fmnist-light", "demo-light")):
        os.environ["FMNIST_TUI_HOME"] = tempfile.mkdtemp()  # no runs and no preferences
        (FOLDER / f"{name}.svg").write_text(asyncio.run(record(theme)), encoding="utf-8")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
    os._exit(0)  # the compute thread may be inside torch
