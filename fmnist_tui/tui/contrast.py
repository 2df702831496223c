"""Text that is legible on any background."""

from textual.color import BLACK, WHITE, Color

LEGIBLE = 4.5
"""The least contrast ratio of text: WCAG 2.2, success criterion 1.4.3."""

LEVEL = 0.04045
"""Below this share of a channel, sRGB is linear."""


def legible_text(background: Color) -> Color:
    """Return black or white, whichever has the higher contrast; that is at least 4.5:1 on every background."""
    return max(BLACK, WHITE, key=lambda text: contrast_ratio(text, background))


def contrast_ratio(one: Color, other: Color) -> float:
    """Return the contrast ratio of two opaque colors, from 1 to 21, as WCAG 2.2 defines it."""
    low, high = sorted(_luminance(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    """Return the relative luminance of WCAG 2.2, from 0 to 1."""
    red, green, blue = [
        share / 12.92 if share <= LEVEL else ((share + 0.055) / 1.055) ** 2.4 for share in color.normalized
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
