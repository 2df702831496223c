"""Draws test accuracy over seconds of training as an SVG picture that suits light and dark pages."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

WIDTH, HEIGHT = 860, 440
LEFT, RIGHT, TOP, BOTTOM = 60, 190, 26, 44
LOWEST, HIGHEST = 0.86, 0.955
FIRST = 0.4
"""Seconds at the left border."""

ACCURACIES = (0.86, 0.88, 0.90, 0.9159, 0.93, 0.94, 0.95)
SECONDS = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h"}
COLORS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7f5fc4", "#8a8a8a", "#a0522d")
"""Mostly the palette of Okabe and Ito, which is safe for color blindness."""

LABEL_HEIGHT = 16

STYLE = """
text { font: 13px ui-monospace, monospace; fill: #333 }
.grid { stroke: #ccc; stroke-width: 1 }
path { fill: none; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #ccc } .grid { stroke: #444 } }
"""

Curve = tuple[Sequence[float], Sequence[float]]
"""Seconds, and the accuracy after each of them."""


def write_chart(file: Path, curves: Mapping[str, Curve]) -> None:
    """Write a chart with a curve for each name; the axis of seconds is logarithmic.

    Curves begin where they enter the chart; each has its name at its end.
    """
    end = max(seconds[-1] for seconds, _ in curves.values())
    marks = [mark for mark in SECONDS if mark <= end]
    parts = [*_grid(marks, end), *_curves(curves, end)]
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Test accuracy over seconds of training"><style>{STYLE}</style>{"".join(parts)}</svg>\n'
    )
    file.write_text(picture, encoding="utf-8")


def _x(seconds: float, end: float) -> float:
    share = math.log(max(FIRST, seconds) / FIRST) / math.log(max(2 * FIRST, end) / FIRST)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(accuracy: float) -> float:
    share = (accuracy - LOWEST) / (HIGHEST - LOWEST)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _grid(marks: Sequence[int], end: float) -> list[str]:
    parts = []
    for accuracy in ACCURACIES:
        y = _y(accuracy)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * accuracy:g}</text>')
    for mark in marks:
        x = _x(mark, end)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{SECONDS[mark]}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 8}" text-anchor="middle">seconds of training</text>')
    parts.append(f'<text x="4" y="{TOP - 6}">test accuracy, %</text>')
    return parts


def _curves(curves: Mapping[str, Curve], end: float) -> list[str]:
    parts, labels = [], []
    for color, (name, (seconds, accuracies)) in zip(_colors(len(curves)), curves.items(), strict=True):
        points = [
            (_x(second, end), _y(accuracy))
            for second, accuracy in zip(seconds, accuracies, strict=True)
            if accuracy >= LOWEST
        ]
        if not points:
            continue
        line = " L ".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f'<path d="M {line}" stroke="{color}"/>')
        x, y = points[-1]
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}"/>')
        labels.append((y, x, name, color))
    bottom = math.inf
    for y, x, name, color in sorted(labels, reverse=True):
        bottom = min(y, bottom - LABEL_HEIGHT)
        place = f'x="{x + 8:.1f}" y="{bottom + 4:.1f}"'
        parts.append(f'<text {place} style="fill: {color}">{escape(name)}</text>')
    return parts


def _colors(count: int) -> list[str]:
    return [COLORS[place % len(COLORS)] for place in range(count)]
