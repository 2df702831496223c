"""The colors: two themes of this program, and what the style sheets need in every other theme.

A theme gives three levels of text (`$foreground`, `$foreground-muted`, `$foreground-disabled`), one accent, three
states, the two series of a plot, and those of up to eight runs. Every text has a contrast of at least 4.5:1, and the
colors of the runs differ with every kind of color vision, which the tests check.
"""

import os
from collections.abc import Iterable, Mapping

from textual.color import BLACK, WHITE, Color
from textual.theme import Theme

from fmnist_tui.tui.contrast import LEGIBLE, contrast_ratio

RUNS_ON_DARK = ("#74b9ff", "#ffab66", "#ff5a87", "#e1f000", "#69a500", "#ffc3f0", "#1ea5a5", "#87d2b4")
RUNS_ON_LIGHT = ("#0a58b5", "#9c4400", "#004500", "#b4005a", "#784b87", "#000fa5", "#780f3c", "#3c2d69")
RUNS_IN_ANSI = ("blue", "yellow", "red", "green", "magenta", "cyan", "black", "white")
"""The colors of the runs in a comparison; the first ones differ most."""


def _of_runs(colors: Iterable[str]) -> dict[str, str]:
    """Return the variables of the colors of the runs."""
    return {f"series-{number}": color for number, color in enumerate(colors, 1)}


DARK = Theme(
    name="fmnist-dark",
    primary="#b8a4ff",
    secondary="#8b94a8",
    accent="#b8a4ff",
    warning="#f2c96b",
    error="#ff8a93",
    success="#7fd99a",
    foreground="#e6e8ef",
    background="#12141b",
    surface="#171a22",
    panel="#1f232d",
    boost="#262b38",
    dark=True,
    variables={
        "foreground-muted": "#a9b1c2",
        "foreground-disabled": "#8b94a8",
        "text": "#e6e8ef",
        "text-muted": "#a9b1c2",
        "text-disabled": "#8b94a8",
        "text-primary": "#b8a4ff",
        "text-secondary": "#a9b1c2",
        "text-accent": "#b8a4ff",
        "text-success": "#7fd99a",
        "text-warning": "#f2c96b",
        "text-error": "#ff8a93",
        "primary-muted": "#2c2945",
        "series-train": "#74b9ff",
        "series-validation": "#ffab66",
        **_of_runs(RUNS_ON_DARK),
        "block-cursor-background": "#b8a4ff",
        "block-cursor-foreground": "#12141b",
        "block-cursor-blurred-background": "#2c2945",
        "block-cursor-blurred-foreground": "#e6e8ef",
        "border": "#b8a4ff",
        "border-blurred": "#3a4152",
        "panel-border": "#3a4152",
        "footer-background": "#1f232d",
        "footer-key-foreground": "#b8a4ff",
        "footer-description-foreground": "#a9b1c2",
        "scrollbar": "#3a4152",
        "scrollbar-hover": "#525b70",
        "scrollbar-active": "#b8a4ff",
        "scrollbar-background": "#171a22",
        "scrollbar-background-hover": "#171a22",
        "scrollbar-background-active": "#171a22",
        "scrollbar-corner-color": "#171a22",
        "input-selection-background": "#b8a4ff 35%",
    },
)

LIGHT = Theme(
    name="fmnist-light",
    primary="#5b36c9",
    secondary="#596174",
    accent="#5b36c9",
    warning="#7a5000",
    error="#a81e2d",
    success="#12682f",
    foreground="#1c2030",
    background="#f6f6f9",
    surface="#ffffff",
    panel="#e8e9f0",
    boost="#eceaf8",
    dark=False,
    variables={
        "foreground-muted": "#4b5366",
        "foreground-disabled": "#596174",
        "text": "#1c2030",
        "text-muted": "#4b5366",
        "text-disabled": "#596174",
        "text-primary": "#5b36c9",
        "text-secondary": "#4b5366",
        "text-accent": "#5b36c9",
        "text-success": "#12682f",
        "text-warning": "#7a5000",
        "text-error": "#a81e2d",
        "primary-muted": "#ded7f7",
        "series-train": "#0a58b5",
        "series-validation": "#9c4400",
        **_of_runs(RUNS_ON_LIGHT),
        "block-cursor-background": "#5b36c9",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#e3ddf9",
        "block-cursor-blurred-foreground": "#1c2030",
        "border": "#5b36c9",
        "border-blurred": "#b9bdcb",
        "panel-border": "#b9bdcb",
        "footer-background": "#e8e9f0",
        "footer-key-foreground": "#5b36c9",
        "footer-description-foreground": "#4b5366",
        "scrollbar": "#b9bdcb",
        "scrollbar-hover": "#8f96a8",
        "scrollbar-active": "#5b36c9",
        "scrollbar-background": "#f0f0f5",
        "scrollbar-background-hover": "#f0f0f5",
        "scrollbar-background-active": "#f0f0f5",
        "scrollbar-corner-color": "#f0f0f5",
        "input-selection-background": "#5b36c9 30%",
    },
)

OWN_THEMES = (DARK, LIGHT)


def default_theme(color_system: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """Return the theme for a terminal: its own palette if it has 16 colors, dark or light by `COLORFGBG`.

    Args:
        color_system: Rich's name of what the terminal can show: "standard" is 16 colors.
        environment: `COLORFGBG`, which some terminals set, ends with the number of the background color: 7 and 15 are
            white.
    """
    is_light = environment.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")
    if color_system == "standard":
        return "ansi-light" if is_light else "ansi-dark"
    return (LIGHT if is_light else DARK).name


def missing_variables(theme: Theme) -> dict[str, str]:
    """Return the variables of the style sheets that a theme of Textual does not have."""
    known = {**theme.to_color_system().generate(), **theme.variables}
    return {
        "series-train": known["text-primary"],
        "series-validation": known["text-warning"],
        **_of_runs(_run_colors(theme, known["background"])),
        "foreground-disabled": known["text-disabled"],
        "panel-border": "ansi_bright_black" if theme.ansi else known["foreground-disabled"],
    }


def _run_colors(theme: Theme, background: str) -> list[str]:
    """Return the colors of the runs in a theme of Textual: those of the own themes, legible on its background."""
    if theme.ansi:
        return [f"ansi_bright_{color}" if theme.dark else f"ansi_{color}" for color in RUNS_IN_ANSI]
    colors, end = (RUNS_ON_DARK, WHITE) if theme.dark else (RUNS_ON_LIGHT, BLACK)
    return [_legible(Color.parse(color), Color.parse(background), end).hex for color in colors]


def _legible(color: Color, background: Color, end: Color) -> Color:
    """Return a color, as far on the way to `end` as it takes to be legible."""
    steps = (color.blend(end, step / 10) for step in range(10))
    return next((found for found in steps if contrast_ratio(found, background) >= LEGIBLE), end)
