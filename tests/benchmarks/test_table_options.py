"""What the table's trainings differ in from a preset."""

import pytest

from benchmarks.table import config_with
from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError


def test_options_change_the_preset() -> None:
    changed = config_with("best", "resnet", ("width=20", "whitening_init=no", "epochs=60"))
    expected = {"width": 20, "whitening_init": False, "epochs": 60}
    assert changed.to_flat() == RunConfig.from_preset("best", "resnet").to_flat() | expected
    assert config_with("accurate", "mlp", ("hidden_units=512,256",)).to_flat()["hidden_units"] == (512, 256)
    assert config_with("fast", "cnn", ()) == RunConfig.from_preset("fast", "cnn")


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("depth=3", "'depth' is not a field of a run"),
        ("width=20", "width is an option of resnet, not of mlp"),
        ("epochs=many", "epochs is 'many', but must be an integer from 1 to 100,000"),
        ("epochs", "'epochs' has no value, as width=20 has"),
        ("seed=3", "'seed=3' would be overwritten. Use --seeds"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_trained(option: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        config_with("fast", "mlp", (option,))
