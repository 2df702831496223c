"""Arrays drawn as text."""

import numpy as np
from rich.style import Style

from fmnist_tui.half_blocks import full_blocks, half_blocks, ramp


def gray(level: int) -> str:
    return f"#{level:02x}{level:02x}{level:02x}"


def test_a_character_has_the_colors_of_the_two_pixels_that_it_covers() -> None:
    ((left, right),) = half_blocks(gray)(np.array([[0, 255], [16, 32]]))
    assert (left.text, left.style) == ("▀", Style(color="#000000", bgcolor="#101010"))
    assert right.style == Style(color="#ffffff", bgcolor="#202020")


def test_an_odd_last_row_is_drawn_over_level_zero() -> None:
    rows = half_blocks(gray)(np.array([[1], [2], [3]]))
    assert [row[0].style for row in rows] == [
        Style(color="#010101", bgcolor="#020202"),
        Style(color="#030303", bgcolor="#000000"),
    ]


def test_a_large_pixel_takes_two_characters() -> None:
    ((pixel,),) = full_blocks(gray)(np.array([[7]]))
    assert (pixel.text, pixel.style) == ("  ", Style(bgcolor="#070707"))


def test_without_colors_the_mean_of_two_values_chooses_a_character() -> None:
    rows = ramp(Style())(np.array([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))
    assert [row[0].text for row in rows] == [" +@", "+  "]
