"""Every screen is drawn in every theme, and on terminals with few colors or none."""

import importlib
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, cycle, islice
from pathlib import Path

import numpy as np
import pytest
import tour
from rich.segment import Segment
from textual.color import Color
from textual.dom import DOMNode
from textual.theme import BUILTIN_THEMES, Theme
from workbench import Bench

import fmnist_tui.tui
from fmnist_tui.runs.run_comparison import MAX_RUNS
from fmnist_tui.tui.app import STYLE_SHEETS
from fmnist_tui.tui.contrast import LEGIBLE, contrast_ratio, legible_text
from fmnist_tui.tui.themes import LIGHT, OWN_THEMES, default_theme, missing_variables

pytestmark = pytest.mark.drawn

ANSI_THEMES = [name for name, theme in BUILTIN_THEMES.items() if theme.ansi]


def draw(bench: Bench) -> str:
    """Draw the screen as the terminal would get it, control sequences included."""
    return "".join(strip.render(bench.app.console) for strip in bench.screen._compositor.render_strips())


def invisible(bench: Bench) -> set[str]:
    """Return the texts that are drawn in the color of their background."""
    return {
        segment.text.strip()
        for segment in segments_of(bench)
        if segment.style is not None
        and segment.style.color is not None
        and not segment.style.color.is_default  # the terminal's own two colors
        and segment.style.color == segment.style.bgcolor
        and any(character.isalnum() for character in segment.text)
    }


def illegible(bench: Bench) -> set[tuple[str, float]]:
    """Return the texts with too little contrast to their background, with the contrast ratio."""
    found = set()
    for segment in segments_of(bench):
        style, text = segment.style, segment.text.strip()
        if any(map(str.isalnum, text)) and style is not None and style.color is not None and style.bgcolor is not None:
            ratio = contrast_ratio(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))
            if ratio < LEGIBLE:
                found.add((text, round(ratio, 2)))
    return found


def segments_of(bench: Bench) -> Iterator[Segment]:
    """Yield what is drawn; under a dialog the interface is dimmed on purpose, and left out."""
    strips = bench.screen._compositor.render_strips()
    screen = bench.screen
    visible = screen._compositor.visible_widgets.items()
    regions = {place.intersection(clip) for widget, (place, clip) in visible if widget is not screen}
    for region in regions if screen.is_modal else {screen.region}:
        for strip in strips[region.y : region.bottom]:
            yield from strip.crop(region.x, region.right)


def test_the_contrast_ratio_is_that_of_wcag() -> None:
    white, black, gray = Color(255, 255, 255), Color(0, 0, 0), Color.parse("#767676")
    assert contrast_ratio(black, white) == pytest.approx(21)
    assert contrast_ratio(gray, white) == pytest.approx(4.54, abs=0.005)  # the lightest gray that passes on white


@pytest.mark.parametrize("gray", [0, 64, 118, 119, 120, 128, 255])
def test_black_or_white_text_is_legible_on_every_background(gray: int) -> None:
    background = Color(gray, gray, gray)
    assert contrast_ratio(legible_text(background), background) >= LEGIBLE


def test_every_variable_of_the_style_sheets_exists_in_every_theme() -> None:
    used = {
        (Path(sheet).name, variable)
        for sheet in STYLE_SHEETS
        for variable in re.findall(r"\$([\w-]+)", Path(sheet).read_text(encoding="utf-8"))
    }
    assert used
    for theme in (*BUILTIN_THEMES.values(), *OWN_THEMES):
        known = {**missing_variables(theme), **theme.to_color_system().generate(), **theme.variables}
        assert not {(sheet, variable) for sheet, variable in used if variable not in known}, theme.name


COLOR_VISIONS = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
"""Linear RGB as it is perceived: G. Machado et al., "A physiologically-based model for simulation of color vision
deficiency" (2009), table 1, severity 1."""

DISTINCT = 0.05
"""The least distance of two colors of runs in OKLab; 0.02 can just be seen."""


def oklab(color: Color, vision: str) -> np.ndarray:
    """Return a color as it is perceived, in B. Ottosson's OKLab (2020)."""
    channels = np.array(color.normalized)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    seen = (np.array(COLOR_VISIONS[vision]) @ linear).clip(0, 1)
    cones = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]) @ seen
    return np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]]) @ np.cbrt(cones)


@pytest.mark.parametrize(
    "theme", [*OWN_THEMES, *(t for t in BUILTIN_THEMES.values() if not t.ansi)], ids=lambda t: t.name
)
def test_the_runs_of_a_comparison_have_legible_and_distinct_colors(theme: Theme) -> None:
    known = {**missing_variables(theme), **theme.to_color_system().generate(), **theme.variables}
    colors = [Color.parse(known[f"series-{number}"]) for number in range(1, MAX_RUNS + 1)]
    background = Color.parse(known["background"])
    assert all(contrast_ratio(color, background) >= LEGIBLE for color in colors)
    if theme in OWN_THEMES:  # others may take lighter or darker ones; the letters tell those apart
        for vision in COLOR_VISIONS:
            pairs = combinations([oklab(color, vision) for color in colors], 2)
            assert min(np.linalg.norm(one - other) for one, other in pairs) >= DISTINCT, vision


def test_every_class_that_the_style_sheets_name_exists() -> None:
    for module in pkgutil.walk_packages(fmnist_tui.tui.__path__, "fmnist_tui.tui."):
        importlib.import_module(module.name)
    classes, names = [DOMNode], set()
    while classes:
        names.add(classes[-1].__name__)
        classes += classes.pop().__subclasses__()
    selectors = {
        (Path(sheet).name, name)
        for sheet in STYLE_SHEETS
        for name in re.findall(
            r"(?<![\w.#$&-])[A-Z][A-Za-z]+",
            re.sub(r"/\*.*?\*/", "", Path(sheet).read_text(encoding="utf-8"), flags=re.DOTALL),
        )
    }
    assert selectors
    assert not {(sheet, name) for sheet, name in selectors if name not in names}


async def tour_in(bench: Bench, themes: Callable[[int], Iterable[str]]) -> None:
    """Open every screen, and draw the n-th of them in the themes for n."""
    await tour.prepare(bench)
    for number, stop in enumerate(tour.STOPS.values()):
        await stop(bench)
        for theme in themes(number):
            bench.app.theme = theme
            await bench.pilot.pause()
            assert draw(bench).strip()
            assert bench.app.no_color or not invisible(bench)  # without colors, text has the color of the terminal
        while len(bench.app.screen_stack) > 1:
            bench.app.pop_screen()
        await bench.pilot.pause()


def test_an_own_theme_that_the_environment_names_is_drawn() -> None:
    script = """if True:
        import asyncio
        from scripted_engine import ScriptedEngine
        from fmnist_tui.tui.app import FmnistApp

        async def show() -> None:
            app = FmnistApp(ScriptedEngine())
            async with app.run_test():
                print(app.screen.styles.background.hex)

        asyncio.run(show())
    """
    environment = {**os.environ, "TEXTUAL_THEME": LIGHT.name, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    assert result.stdout.strip().lower() == LIGHT.background


async def test_every_text_of_the_form_is_visible(bench: Bench) -> None:
    assert "head width" in draw(bench)
    assert not invisible(bench)


@pytest.mark.exhaustive
async def test_every_theme_is_drawn_and_every_screen_in_the_terminals_colors(bench: Bench) -> None:
    others = cycle(theme for theme in BUILTIN_THEMES if theme not in ANSI_THEMES)
    await tour_in(bench, lambda _number: (*islice(others, 2), *ANSI_THEMES))


@pytest.mark.parametrize(
    ("color_system", "environment", "theme"),
    [
        ("truecolor", {}, "fmnist-dark"),
        ("256", {"COLORFGBG": "0;15"}, "fmnist-light"),
        ("truecolor", {"COLORFGBG": "15;0"}, "fmnist-dark"),
        ("standard", {}, "ansi-dark"),
        ("standard", {"COLORFGBG": "0;default;7"}, "ansi-light"),
        (None, {}, "fmnist-dark"),
    ],
)
def test_the_default_theme_follows_the_terminal(
    color_system: str | None, environment: dict[str, str], theme: str
) -> None:
    assert default_theme(color_system, environment) == theme


@pytest.fixture(params=[("NO_COLOR", "1"), ("TERM", "linux")], ids=["no color", "16 colors"])
def few_colors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLORTERM", raising=False)
    name, value = request.param
    monkeypatch.setenv(name, value)


@pytest.mark.exhaustive
async def test_terminals_with_few_colors_draw_every_screen(few_colors: None, bench: Bench) -> None:
    await tour_in(bench, lambda number: [("textual-dark", *ANSI_THEMES)[number % 3], "textual-dark"])
