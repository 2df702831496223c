"""The texts beside the progress bars of a run."""

import pytest

from fmnist_tui.tui.widgets.dashboard import epoch_label
from fmnist_tui.tui.widgets.progress_bar import ProgressBar


@pytest.mark.parametrize(
    ("epoch", "epochs", "label"),
    [
        (0, 12, "epoch"),
        (3, 12, "epoch 3 of 12"),
        (99, 9000, "epoch 99 of 9000"),
        (122, 3000, "epoch 122/3000"),
        (99_999, 100_000, "ep. 99999/100000"),
    ],
)
def test_the_epoch_of_the_longest_run_has_room_beside_its_bar(epoch: int, epochs: int, label: str) -> None:
    assert epoch_label(epoch, epochs) == label
    assert len(label) < ProgressBar.LABEL_WIDTH
