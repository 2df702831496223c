"""Write screens of a terminal as one animated SVG that needs no font, script or file beside it.

Lines and blocks are drawn as shapes, because fonts differ in them, and every text is set to the width of its cells. A
line that several screens share is stored once. A line is shown by an animation of its own from the moment it appears
until another one takes its place, so that lines that don't change cost nothing.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

WIDTH, HEIGHT = 8, 17
"""Of a cell, in units of the drawing."""

FONT_SIZE = 13
BASELINE = 13
MARGIN, TITLE_HEIGHT = 10, 34

BRAILLE_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of each bit of a Braille character."""

QUADRANTS = dict(zip("▖▗▘▙▚▛▜▝▞▟", (4, 8, 1, 13, 9, 7, 11, 2, 6, 14), strict=True))
"""Bits: upper left, upper right, lower left, lower right."""

Line = tuple[Segment, ...]
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """One screen.

    Attributes:
        lines: Its lines, as Textual renders them.
        seconds: How long it is shown.
        caption: What is shown above it, such as the key that was pressed.
    """

    lines: tuple[Line, ...]
    seconds: float
    caption: str = ""


def animated_svg(frames: Sequence[Frame], foreground: str, background: str) -> str:
    """Return the frames as an SVG that repeats them.

    Args:
        frames: The screens, all of one size.
        foreground: The color of text without one.
        background: The color around the screen.
    """
    duration = sum(frame.seconds for frame in frames)
    columns = sum(segment.cell_length for segment in frames[0].lines[0])
    width, height = columns * WIDTH + 2 * MARGIN, len(frames[0].lines) * HEIGHT + TITLE_HEIGHT + MARGIN
    drawn: dict[str, str] = {}
    animations: dict[tuple[float, float], str] = {}
    body: list[str] = []
    rows = [
        [_draw_line(frame.lines[y], foreground, background) for frame in frames] for y in range(len(frames[0].lines))
    ]
    captions = [_caption(frame.caption, width, foreground) for frame in frames]
    for y, contents in ((0, captions), *((TITLE_HEIGHT + i * HEIGHT, row) for i, row in enumerate(rows))):
        for content, start, end in _spans(contents, [frame.seconds for frame in frames]):
            if not content:
                continue
            name = drawn.setdefault(content, f"l{len(drawn)}")
            shown = ""
            if (start, end) != (0.0, duration):
                key = (100 * start / duration, 100 * end / duration)
                shown = f' class="{animations.setdefault(key, f"a{len(animations)}")}"'
            body.append(f'<use href="#{name}"{shown} x="{MARGIN if y else 0}" y="{y}"/>')
    definitions = "".join(f'<g id="{name}">{content}</g>' for content, name in drawn.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f"<style>{_style(animations, duration)}</style><defs>{definitions}</defs>"
        f'<rect width="{width}" height="{height}" rx="8" fill="{background}"/>{"".join(body)}</svg>\n'
    )


def _style(animations: dict[tuple[float, float], str], duration: float) -> str:
    font = f"font:{FONT_SIZE}px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
    rules = [
        f"text{{{font};white-space:pre}}",
        ".b{font-weight:bold}.i{font-style:italic}.u{text-decoration:underline}",
    ]
    for (start, end), name in animations.items():
        before = "0%{visibility:hidden}" if start else ""
        after = f"{end:.3f}%{{visibility:hidden}}" if end < 100 else ""
        rules.append(f"@keyframes {name}{{{before}{start:.3f}%{{visibility:visible}}{after}}}")
        rules.append(f".{name}{{visibility:hidden;animation:{name} {duration:.2f}s step-end infinite}}")
    return "".join(rules)


def _spans(contents: Sequence[str], seconds: Sequence[float]) -> Iterator[tuple[str, float, float]]:
    """Yield each content with the moments between which it stays the same."""
    start = now = 0.0
    for place, content in enumerate(contents):
        now += seconds[place]
        if place + 1 == len(contents) or contents[place + 1] != content:
            yield content, round(start, 3), round(now, 3)
            start = now


def _caption(text: str, width: int, color: str) -> str:
    dots = "".join(f'<circle cx="{18 + 18 * i}" cy="17" r="5" fill="{color}" opacity=".25"/>' for i in range(3))
    return f'{dots}<text x="{width - MARGIN}" y="22" text-anchor="end" fill="{color}">{escape(text)}</text>'


def _draw_line(line: Line, foreground: str, background: str) -> str:
    grounds: list[str] = []
    marks: list[str] = []
    column = 0
    for (color, ground, style), group in groupby(line, key=lambda each: _look(each, foreground, background)):
        text = "".join(segment.text for segment in group)
        left, width = column * WIDTH, cell_len(text) * WIDTH
        column += cell_len(text)
        if ground != background:
            grounds.append(f'<path d="{_path([(left, 0, width, HEIGHT)])}" fill="{ground}"/>')
        marks.extend(_draw_text(text, left, f' fill="{color}"{style}'))
    return "".join(grounds + marks)


def _look(segment: Segment, foreground: str, background: str) -> tuple[str, str, str]:
    """Return the colors of a text and its background, and its other attributes."""
    style = segment.style or Style()
    color, ground = _hex(style.color) or foreground, _hex(style.bgcolor) or background
    classes = [name for name, is_so in (("b", style.bold), ("i", style.italic), ("u", style.underline)) if is_so]
    rest = (f' class="{" ".join(classes)}"' if classes else "") + (' opacity=".6"' if style.dim else "")
    return (ground, color, rest) if style.reverse else (color, ground, rest)


def _draw_text(text: str, left: int, look: str) -> Iterator[str]:
    """Yield one shape for all drawings in a text, and the text between them."""
    shapes: list[Rectangle] = []
    for is_drawing, group in groupby(enumerate(text), key=lambda each: bool(list(_shapes(each[1])))):
        characters = list(group)
        offset = left + cell_len(text[: characters[0][0]]) * WIDTH
        if is_drawing:
            shapes += [
                (offset + i * WIDTH + x, y, w, h) for i, (_, c) in enumerate(characters) for x, y, w, h in _shapes(c)
            ]
            continue
        words = "".join(character for _place, character in characters).replace("\u2800", " ")
        offset += cell_len(words[: len(words) - len(words.lstrip(" "))]) * WIDTH
        words = words.strip(" ")
        if words:
            length = f' textLength="{cell_len(words) * WIDTH}"' if len(words) > 1 else ""
            yield f'<text x="{offset}" y="{BASELINE}"{length}{look}>{escape(words, quote=False)}</text>'
    if shapes:
        yield f'<path d="{_path(shapes)}"{look}/>'


def _path(rectangles: Iterable[Rectangle]) -> str:
    """Return the rectangles as a path; those that continue one another become one."""
    joined: list[Rectangle] = []
    for x, y, w, h in sorted(rectangles, key=lambda each: (each[1], each[3], each[0])):
        if joined and joined[-1][1::2] == (y, h) and x <= joined[-1][0] + joined[-1][2] + 0.01:
            start = joined[-1][0]
            joined[-1] = (start, y, max(x + w - start, joined[-1][2]), h)
        else:
            joined.append((x, y, w, h))
    return "".join(f"M{x:g} {y:g}h{w:g}v{h:g}h{-w:g}z" for x, y, w, h in joined)


def _hex(color: Color | None) -> str:
    if color is None or color.is_default:
        return ""
    return "#" + "".join(f"{part:02x}" for part in color.get_truecolor())


def _shapes(character: str) -> Iterable[Rectangle]:
    """Yield the rectangles of a character that is a drawing; none for a text."""
    code = ord(character)
    if 0x2800 < code < 0x2900:
        for bit, (x, y) in enumerate(BRAILLE_DOTS):
            if code & 1 << bit:
                yield (1 + 4 * x, 1.2 + 4.25 * y, 2.2, 2.2)
    elif 0x2581 <= code <= 0x2588:
        part = (code - 0x2580) * HEIGHT / 8
        yield (0, HEIGHT - part, WIDTH, part)
    elif 0x2589 <= code <= 0x258F:
        yield (0, 0, (0x2590 - code) * WIDTH / 8, HEIGHT)
    elif character in QUADRANTS:
        for bit in range(4):
            if QUADRANTS[character] & 1 << bit:
                yield (bit % 2 * WIDTH / 2, bit // 2 * HEIGHT / 2, WIDTH / 2, HEIGHT / 2)
    elif character in "▀▔":
        yield (0, 0, WIDTH, HEIGHT / (2 if character == "▀" else 8))
    elif character in "▐▕":
        part = WIDTH / (2 if character == "▐" else 8)
        yield (WIDTH - part, 0, part, HEIGHT)
    elif 0x2500 <= code < 0x2580:
        yield from _box_lines(unicodedata.name(character))


def _box_lines(name: str) -> Iterator[Rectangle]:
    """Yield the arms of a line or corner, which its Unicode name lists."""
    thick = 2.4 if "HEAVY" in name else 1.2
    words = set(name.split())
    middle_x, middle_y = (WIDTH - thick) / 2, (HEIGHT - thick) / 2
    if words & {"LEFT", "HORIZONTAL"}:
        yield (0, middle_y, middle_x + thick, thick)
    if words & {"RIGHT", "HORIZONTAL"}:
        yield (middle_x, middle_y, WIDTH - middle_x, thick)
    if words & {"UP", "VERTICAL"}:
        yield (middle_x, 0, thick, middle_y + thick)
    if words & {"DOWN", "VERTICAL"}:
        yield (middle_x, middle_y, thick, HEIGHT - middle_y)
