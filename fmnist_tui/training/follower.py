"""The part of a training that the processes other than the leader have: they compute their share and write nothing."""

from collections.abc import Callable, Iterator, Mapping

import torch
from pydantic import BaseModel, ConfigDict
from safetensors.torch import load, save
from torch import Tensor

from fmnist_tui.checkpoints.progress import TrainingProgress
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.errors import UserError
from fmnist_tui.hyperparameters import Precision
from fmnist_tui.training.agreed_control import AgreedControl
from fmnist_tui.training.allocator import keep_freed_memory
from fmnist_tui.training.collective import Collective
from fmnist_tui.training.compute_plan import ComputePlan, choose_plan
from fmnist_tui.training.contention import contention_watch
from fmnist_tui.training.denormals import denormals_flushed
from fmnist_tui.training.determinism import prepare_process
from fmnist_tui.training.memory_check import require_memory
from fmnist_tui.training.trainer import Trainer


class Assignment(BaseModel):
    """What the leader tells the other processes before the first step.

    Attributes:
        config: What to train; the plan is pinned in it.
        channels_last: See `ComputePlan`.
        fingerprint: The digest of the leader's images.
        progress: Where the training begins.
    """

    model_config = ConfigDict(frozen=True)

    config: RunConfig
    device: str
    precision: Precision
    threads: int
    channels_last: bool
    fingerprint: str
    progress: TrainingProgress

    def trainer(self, load_images: Callable[[RunConfig], Dataset], collective: Collective) -> Trainer:
        """Return this process's trainer.

        Raises:
            UserError: This host lacks the images, the device, the precision or the memory.
        """
        choose_plan(self.config)  # refuses what this machine lacks
        plan = ComputePlan(torch.device(self.device), self.precision, self.threads, self.channels_last)
        dataset = load_images(self.config)
        if dataset.fingerprint != self.fingerprint:
            raise UserError(f"it has other {dataset.name} images than process 0", "Copy those of the first host to all")
        require_memory(self.config, dataset, plan)
        keep_freed_memory()
        prepare_process(self.config, plan)
        return Trainer(self.config, dataset, plan, collective)


def packed_state(weights: Mapping[str, Tensor], trainer: Mapping[str, Tensor]) -> bytes:
    """Return all that the next step depends on, for the other processes."""
    named = {f"{kind}/{name}": each for kind, part in _kinds(weights, trainer) for name, each in part.items()}
    return save({name: tensor.cpu().clone(memory_format=torch.contiguous_format) for name, tensor in named.items()})


@denormals_flushed()
def follow(collective: Collective, control: AgreedControl, load_images: Callable[[RunConfig], Dataset]) -> None:
    """Train with the leader until it ends the training.

    Args:
        collective: The processes.
        control: Has the requests that all have agreed on.
        load_images: Returns the images that a config names.

    Raises:
        UserError: Some process can't train.
        PeerLostError: Another process is lost.
    """
    assignment = Assignment.model_validate_json(collective.share(b""))
    trainer = collective.together(lambda: assignment.trainer(load_images, collective))
    tensors = load(collective.share(b""))
    weights, state = (
        {name.partition("/")[2]: tensors[name] for name in tensors if name.startswith(kind)} for kind in _KINDS
    )
    trainer.restore(assignment.progress, weights, state)
    with contention_watch():
        while collective.decide(False):
            for _step in trainer.train_epoch():
                control.wait_while_paused()
                if control.should_end():
                    return
            trainer.validate(lambda: True)
            trainer.next_epoch()


_KINDS = ("weights", "trainer")


def _kinds(*parts: Mapping[str, Tensor]) -> Iterator[tuple[str, Mapping[str, Tensor]]]:
    return zip(_KINDS, parts, strict=True)
