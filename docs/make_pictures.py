"""Makes the README's pictures from a real run: `python docs/make_pictures.py`, after a `fmnist-tui train` on real data.

The newest run is shown, its best checkpoint measured on the validation images. Everything is done by the keys that a
person would press.
"""

import asyncio
import os
from pathlib import Path

os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"  # before Textual is imported: its pictures have all colors
os.environ["TEXTUAL_ANIMATIONS"] = "none"

from collections.abc import Callable

from textual.pilot import Pilot

from fmnist_tui.engine.local import ComputeEngine
from fmnist_tui.tui.app import FmnistApp

FOLDER = Path(__file__).parent / "pictures"
SIZE = (120, 40)

SECONDS_AT_MOST = 120.0

LEG = ["space", *["down"] * 21, "space"]
TROUSERS = ["plus", *["up"] * 11, *["left"] * 4, *LEG, *["up"] * 21, "right", *LEG, *["up"] * 21, "space"]
TROUSERS += [*["right"] * 6, "space", *LEG, *["up"] * 21, "right", *LEG]
"""The keys that draw a pair of trousers: the left leg, the waist, the right leg."""


async def main() -> None:
    """Walks through the interface and writes what it shows."""
    engine = ComputeEngine()
    app = FmnistApp(engine)
    async with app.run_test(size=SIZE) as pilot:
        await _until(pilot, lambda: app.engine_status.startswith("torch"))
        await _shoot(pilot, "train")
        await pilot.press("u")
        await _shoot(pilot, "runs")
        await pilot.press("l")
        await _shoot(pilot, "learning")
        await pilot.press("escape", "v")
        await pilot.pause(1.0)
        await pilot.press("e")
        await _until(pilot, lambda: bool(app.screen.query("#report-headline")) and "accuracy" in _headline(app))
        await _shoot(pilot, "evaluate")
        await pilot.press("m")
        await _shoot(pilot, "matrix")
        await pilot.press("enter")
        await _shoot(pilot, "gallery")
        await pilot.press("escape", "escape", "r")
        await _shoot(pilot, "calibration")
        await pilot.press("escape", "p")
        await pilot.pause(1.0)
        await pilot.press(*TROUSERS)
        await _shoot(pilot, "classify")
        await pilot.press("escape", "i")
        await _until(pilot, lambda: "images" in str(app.screen.query("#images-figures").first().render()))
        await pilot.press("c", "c", "right")
        await _shoot(pilot, "images")
    engine.close()


def _headline(app: FmnistApp) -> str:
    return str(app.screen.query_one("#report-headline").render())


async def _until(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    for _attempt in range(int(SECONDS_AT_MOST / 0.1)):
        if is_so():
            return
        await pilot.pause(0.1)
    raise TimeoutError("the interface never came so far")


async def _shoot(pilot: Pilot[None], name: str) -> None:
    await pilot.pause(1.5)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.svg").write_text(pilot.app.export_screenshot(title="fmnist-tui"), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
    os._exit(0)  # the compute thread may be inside torch
