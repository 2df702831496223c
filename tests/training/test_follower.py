"""The processes other than the leader compute as it does."""

import pytest
import torch
from sessions import CONFIG

from fmnist_tui.checkpoints.progress import TrainingProgress
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.errors import UserError
from fmnist_tui.training.agreed_control import AgreedControl
from fmnist_tui.training.collective import SingleProcess
from fmnist_tui.training.control import Control
from fmnist_tui.training.denormals import flushes_denormals
from fmnist_tui.training.follower import Assignment, follow

ASSIGNMENT = Assignment(
    config=CONFIG,
    device="cpu",
    precision="fp32",
    threads=1,
    channels_last=False,
    fingerprint="",
    progress=TrainingProgress(),
)


class Leader(SingleProcess):
    def share(self, own: bytes) -> bytes:
        return ASSIGNMENT.model_dump_json().encode()


@pytest.mark.skipif(not torch.set_flush_denormal(False), reason="this processor can't flush denormals")
def test_they_flush_denormal_numbers() -> None:
    seen: list[bool] = []

    def load_images(_config: RunConfig) -> Dataset:
        seen.append(flushes_denormals())
        raise UserError("no images here")

    with pytest.raises(UserError, match="no images here"):
        follow(Leader(), AgreedControl(Control()), load_images)
    assert seen == [True]
    assert not flushes_denormals()
