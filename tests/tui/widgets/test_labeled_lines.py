"""Texts with labels are complete, fit, and continue below their beginning."""

import pytest
from textual.content import Content

from fmnist_tui.tui.widgets.labeled_lines import LabeledText, wrapped

COMMAND = "fmnist-tui train --model cnn --epochs 30 --learning-rate 0.005 --宽宽宽宽宽宽宽宽宽宽宽宽"


def lines(width: int) -> list[Content]:
    rows = [
        LabeledText(Content("again"), Content.styled(COMMAND, "bold")),
        LabeledText(Content(""), Content("Result")),
        LabeledText(Content("[red]"), Content("")),
    ]
    return wrapped(rows, 8, width).split("\n")


@pytest.mark.parametrize("width", [24, 40, 200])
def test_a_text_continues_below_its_beginning(width: int) -> None:
    *command, result, empty = lines(width)
    assert command[0].plain.startswith("again   fmnist-tui")
    assert all(line.plain[:8].isspace() and not line.plain[8].isspace() for line in command[1:])
    assert "".join(line.plain[8:] for line in command).replace(" ", "") == COMMAND.replace(" ", "")
    assert max(line.cell_length for line in command) <= width
    assert all(any(span.style == "bold" for span in line.spans) for line in command)
    assert (result.plain, empty.plain.rstrip()) == ("Result", "[red]")


def test_a_widget_without_a_size_yet_wraps_something() -> None:
    assert len(lines(0)) > len(lines(40))
