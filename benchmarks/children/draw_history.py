"""Measures the time to draw a run with a long history; the command line names the run's folder.

The app is the real one, without a terminal and with a compute side that does nothing. A frame's cost is the processor
time that it takes this process from the new snapshot to the painted screen, so that waiting is not in it.
"""

import asyncio
import html
import json
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from benchmarks.long_history import epoch_ended, history, steps_done
from benchmarks.terminal import COLUMNS, LINES
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.protocol import EngineInfo
from fmnist_tui.events import Event
from fmnist_tui.runs.snapshot import RunSnapshot, replay
from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.messages import StartRequested

FRAMES = 15
SECONDS_A_FRAME = 0.4
"""Longer than the interval between two drawings of the curves, so that every frame draws everything."""

PATIENCE = 60.0


class NotDrawn(Exception):
    """The app did not draw what is measured."""


class Wheel:
    """A handle without effect."""

    def pause(self) -> None: ...

    def unpause(self) -> None: ...

    def stop(self, reason: str = "") -> None: ...

    def abandon(self) -> None: ...


class IdleEngine:
    """An engine that is loaded at once, and starts runs without events; other requests never complete."""

    def load(self) -> Future[EngineInfo]:
        future: Future[EngineInfo] = Future()
        future.set_result(EngineInfo("0", "cpu", 2))
        return future

    def train(self, *_arguments: object) -> Wheel:
        return Wheel()

    def close(self) -> bool:
        return True

    def __getattr__(self, _name: str) -> Callable[..., Future[Any]]:
        return lambda *_arguments: Future()


async def until(is_so: Callable[[], bool]) -> None:
    """Wait with almost no work."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(0.005)


async def milliseconds_a_frame(app: FmnistApp, snapshot: RunSnapshot, events: list[Event]) -> float:
    """Return the median processor time of the frames after these events, less that of an idle frame interval."""
    with_news, without = [], []
    for event in events:
        began = time.process_time()
        await asyncio.sleep(SECONDS_A_FRAME)
        without.append(time.process_time() - began)
        snapshot = snapshot.after(event)
        began = time.process_time()
        app.snapshot = snapshot
        await asyncio.sleep(SECONDS_A_FRAME)
        with_news.append(time.process_time() - began)
    return 1e3 * (statistics.median(with_news) - statistics.median(without))


def require_drawn(app: FmnistApp, epoch: int) -> None:
    """Check that the measured frames were drawn.

    Raises:
        NotDrawn: The screen doesn't show the epoch's end and a curve.
    """
    shown = html.unescape(app.export_screenshot()).replace("\xa0", " ")
    if f"epoch {epoch}:" not in shown or not any("\u2801" <= character <= "\u28ff" for character in shown):
        raise NotDrawn(f"the end of epoch {epoch} or the curves are not on the screen")


async def measure(config: RunConfig) -> dict[str, float]:
    """Measure frames of the live run, and opening the Runs view."""
    app: Any = FmnistApp(IdleEngine())  # type: ignore[arg-type]  # it has what the app asks for while it only draws
    snapshot = replay(history(config, "made-up", is_over=False))
    following = config.epochs + 1
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        await until(lambda: bool(app.screen.query("LogView")))
        await asyncio.sleep(1.0)
        app.post_message(StartRequested(config))
        await until(lambda: app.controller.config is config)
        app.snapshot = snapshot
        await asyncio.sleep(1.0)
        steps: list[Event] = [steps_done(following + number, 1) for number in range(FRAMES)]
        epochs: list[Event] = [epoch_ended(following + number) for number in range(FRAMES)]
        figures = {
            "frame_steps_ms": await milliseconds_a_frame(app, snapshot, steps),
            "frame_epoch_ms": await milliseconds_a_frame(app, snapshot, epochs),
        }
        require_drawn(app, following + FRAMES - 1)
        return {**figures, "runs_view": await seconds_to_runs_view(app, pilot)}


async def seconds_to_runs_view(app: Any, pilot: Pilot[None]) -> float:
    """Measure the time from the key to the curves of the only run."""
    from fmnist_tui.tui.widgets.curve_plot import CurvePlot

    def has_curves() -> bool:
        plots = list(app.screen.query(CurvePlot))
        return app.current_mode == "runs" and bool(plots) and not any(plot.has_class("-empty") for plot in plots)

    began = time.perf_counter()
    await pilot.press("u")
    await until(has_curves)
    return time.perf_counter() - began


if __name__ == "__main__":
    config = RunConfig.model_validate_json((Path(sys.argv[1]) / "config.json").read_bytes())
    print(json.dumps(asyncio.run(measure(config))))
