"""The table of a network's layers fits the columns that it has."""

import pytest

from fmnist_tui.models.summary import LayerSummary
from fmnist_tui.tui.widgets.model_preview import MIN_BAR, layer_lines

LAYERS = (
    LayerSummary("Conv2dNormActivation", (32, 28, 28), 250),
    LayerSummary("AdaptiveAvgPool2d", (128, 1, 1), 0),
    LayerSummary("Linear", (10,), 750),
)


@pytest.mark.parametrize("width", [28, 30, 40, 50, 60, 120])
def test_no_line_is_wider_than_the_panel(width: int) -> None:
    assert max(len(line.plain.rstrip()) for line in layer_lines(LAYERS, width)) <= width


def test_a_long_name_is_shown_in_full_if_there_are_columns_for_it() -> None:
    assert "Conv2dNormActivation" in layer_lines(LAYERS, 40)[1].plain
    assert "Conv2d" in layer_lines(LAYERS, 28)[1].plain
    assert "…" in layer_lines(LAYERS, 28)[1].plain


def test_wide_panels_show_each_layers_share_of_the_parameters() -> None:
    lines = [line.plain for line in layer_lines(LAYERS, 120)]
    assert "share" in lines[0]
    assert "25 %" in lines[1]
    assert "%" not in lines[2]
    assert lines[3].count("━") == 3 * lines[1].count("━") >= MIN_BAR / 2
    assert not any("%" in line.plain for line in layer_lines(LAYERS, 45))
