import numpy as np
import pytest

from fmnist_tui.tui.canvas import Canvas, Pen


def test_a_dab_is_bright_in_its_middle_and_soft_at_its_edge() -> None:
    canvas = Canvas()
    canvas.stroke((10.4, 5), (10.4, 5), 3, Pen.DRAWS)
    assert canvas.image[5, 10] == 255
    assert 0 < canvas.image[5, 12] < 255
    assert not canvas.image[5, 13:].any()
    assert canvas.image.dtype == np.uint8


def test_a_line_leaves_no_gap_however_far_the_mouse_jumps() -> None:
    canvas = Canvas()
    canvas.stroke((2, 3), (25, 20), 2, Pen.DRAWS)
    for share in np.linspace(0, 1, 50):
        x, y = 2 + 23 * share, 3 + 17 * share
        assert canvas.image[round(y), round(x)] > 150


def test_erasing_removes_the_drawing() -> None:
    canvas = Canvas()
    canvas.stroke((0, 10), (27, 10), 5, Pen.DRAWS)
    canvas.stroke((0, 10), (27, 10), 8, Pen.ERASES)
    assert canvas.is_empty


def test_a_lifted_pen_does_not_draw() -> None:
    canvas = Canvas()
    canvas.stroke((0, 0), (20, 20), 5, Pen.UP)
    assert canvas.is_empty


def test_undo_reverts_stroke_by_stroke_to_an_empty_canvas() -> None:
    canvas = Canvas()
    images = [canvas.image]
    for column in (3, 9, 15):
        canvas.remember()
        canvas.stroke((column, 3), (column, 20), 2, Pen.DRAWS)
        images.append(canvas.image)
    canvas.put(np.full((28, 28), 7, np.uint8))
    for expected in reversed(images):
        canvas.undo()
        assert np.array_equal(canvas.image, expected)
    canvas.undo()
    assert canvas.is_empty


@pytest.mark.parametrize("width", [1, 8])
def test_strokes_are_clipped_at_the_edge(width: float) -> None:
    canvas = Canvas()
    canvas.stroke((-5, -5), (40, 33), width, Pen.DRAWS)
    assert canvas.image.shape == (28, 28)
    assert not canvas.is_empty
