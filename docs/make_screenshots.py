"""Make the screenshots of the documentation: `fmnist-tui train --model cnn && python docs/make_screenshots.py`.

They show the newest run, and its best checkpoint evaluated on the validation images.
"""

import asyncio
import os
from pathlib import Path

os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # read by Textual when it is imported
os.environ["TEXTUAL_ANIMATIONS"] = "none"

from collections.abc import Callable
from functools import partial

from textual.pilot import Pilot

from fmnist_tui.engine.compute_engine import ComputeEngine
from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.widgets.gallery import Gallery
from fmnist_tui.tui.widgets.model_list import ModelList

FOLDER = Path(__file__).parent / "screenshots"
SIZE = (120, 40)

MAX_SECONDS = 120.0

LEG = ["space", *["down"] * 21, "space"]
TROUSERS = ["plus", *["up"] * 11, *["left"] * 4, *LEG, *["up"] * 21, "right", *LEG, *["up"] * 21, "space"]
TROUSERS += [*["right"] * 6, "space", *LEG, *["up"] * 21, "right", *LEG]
"""The keys that draw a pair of trousers: the left leg, the waist, the right leg."""


async def main(theme: str, suffix: str) -> None:
    """Open the views and pages in a theme, and save a screenshot of each."""
    engine = ComputeEngine()
    app = FmnistApp(engine, None, None, theme)
    _shoot = partial(_save, suffix=suffix)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape", "t")  # whatever greets a new user, or another view, in which the last session ended
        await _until(pilot, lambda: app.engine_status.startswith("torch"))
        await _until(pilot, lambda: _is_summarized(app))
        await _shoot(pilot, "train")
        await pilot.press("u")
        await _shoot(pilot, "runs")
        await pilot.press("L")
        await _shoot(pilot, "learning")
        await pilot.press("escape", "v")
        await pilot.pause(1.0)
        await pilot.press("e")
        await _until(pilot, lambda: bool(app.screen.query("#report-heading")) and "accuracy" in _report_heading(app))
        await _shoot(pilot, "evaluate")
        await pilot.press("enter")
        await _shoot(pilot, "matrix")
        await pilot.press("enter")
        await _until(pilot, lambda: bool(app.screen.query(Gallery)) and bool(app.screen.check_action("neighbors", ())))
        await _shoot(pilot, "gallery")
        await pilot.press("escape", "escape", "R")
        await _shoot(pilot, "calibration")
        await pilot.press("escape", "D")
        await pilot.pause(1.0)
        await pilot.press(*TROUSERS)
        await _shoot(pilot, "classify")
        await pilot.press("escape", "d", "i")
        await _until(pilot, lambda: "images" in str(app.screen.query("#images-figures").first().render()))
        await pilot.press("right_square_bracket", "right_square_bracket", "right")
        await _shoot(pilot, "images")
    engine.close()


def _report_heading(app: FmnistApp) -> str:
    return str(app.screen.query_one("#report-heading").render())


def _is_summarized(app: FmnistApp) -> bool:
    return not any("…" in str(option.prompt) for option in app.screen.query_one(ModelList).options)


async def _until(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    for _attempt in range(int(MAX_SECONDS / 0.1)):
        if is_so():
            return
        await pilot.pause(0.1)
    raise TimeoutError("the interface did not get that far")


async def _save(pilot: Pilot[None], name: str, suffix: str) -> None:
    await pilot.pause(1.5)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}{suffix}.svg").write_text(pilot.app.export_screenshot(title="fmnist-tui"), encoding="utf-8")


if __name__ == "__main__":
    for theme, suffix in (("fmnist-dark", ""), ("fmnist-light", "-light")):
        asyncio.run(main(theme, suffix))
    os._exit(0)  # the compute thread may be inside torch
