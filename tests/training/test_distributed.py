"""What several processes do together, with threads in their place."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._C._distributed_c10d import HashStore

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.training import liveness
from fmnist_tui.training.agreed_control import AgreedControl
from fmnist_tui.training.collective import SingleProcess, part_of
from fmnist_tui.training.compute_plan import choose_plan
from fmnist_tui.training.control import Control, Request
from fmnist_tui.training.gradients.whole_batch import WholeBatch, divide_layers
from fmnist_tui.training.launch import Launch, this_launch
from fmnist_tui.training.liveness import Liveness, Loss
from fmnist_tui.training.meeting import meet
from fmnist_tui.training.train_step import TrainStep

TIMEOUT = timedelta(seconds=30)


class ThreadCollective(SingleProcess):
    """A thread in the place of one of several processes; adds up gradients only."""

    def __init__(self, rank: int, slots: list[Tensor], barrier: threading.Barrier) -> None:
        self.rank, self.processes, self._slots, self._barrier = rank, len(slots), slots, barrier

    def divides(self, batch: int) -> bool:
        return 1 < self.processes <= batch

    def part(self, batch: int) -> slice:
        return part_of(batch, self.rank, self.processes) if self.divides(batch) else slice(0, batch)

    def add_up(self, sums: Tensor) -> None:
        self._slots[self.rank] = sums.clone()
        self._barrier.wait(TIMEOUT.total_seconds())
        total = torch.stack(self._slots).sum(0)
        self._barrier.wait(TIMEOUT.total_seconds())
        sums.copy_(total)

    def reduce_step(self, gradients: Tensor, loss: Tensor, logits: Tensor, batch: int) -> tuple[Tensor, Tensor]:
        if not self.divides(batch):
            gradients.div_(self.processes)
        self.add_up(gradients)
        return loss, logits


def in_threads(work: Callable[[int], Any], count: int) -> list[Any]:
    """Return what `work` returns in each of some threads."""
    results: list[Any] = [None] * count

    def run(rank: int) -> None:
        results[rank] = work(rank)

    threads = [threading.Thread(target=run, args=(rank,), daemon=True) for rank in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT.total_seconds())
        assert not thread.is_alive(), "it waits for another"
    return results


def weights_after(config: RunConfig, processes: int, sizes: tuple[int, ...]) -> dict[str, Tensor]:
    """Return the network's state after steps on batches of these sizes."""
    device = choose_plan(config).device
    slots, barrier = [torch.empty(0)] * processes, threading.Barrier(processes)
    generator = torch.Generator().manual_seed(0)
    batches = [
        (
            torch.randn(size, 1, 28, 28, generator=generator).to(device),
            torch.randint(10, (size,), generator=generator).to(device),
        )
        for size in sizes
    ]
    steps = [
        TrainStep(config, choose_plan(config), 100, ThreadCollective(rank, slots, barrier)) for rank in range(processes)
    ]

    def train(rank: int) -> dict[str, Tensor]:
        torch.set_num_threads(config.threads)
        for number, batch in enumerate(batches):
            steps[rank].step(*batch, number)
        return steps[rank].network.state_dict()

    first, *others = in_threads(train, processes)
    for other in others:
        for name, tensor in first.items():
            assert torch.equal(other[name], tensor), "all processes have the same network"
    return first


@pytest.mark.parametrize(
    "options",
    [
        {"model": "mlp", "hidden_units": (32,), "dropout": 0.0},
        {"model": "mlp", "hidden_units": (32, 16), "batch_norm": True},
        {"model": "mlp", "hidden_units": (64, 32), "dropout": 0.0, "threads": 2},
        {"model": "cnn", "channels": (4, 8), "dropout": 0.0},
        {"model": "resnet", "width": 8, "blocks": 1},
    ],
    ids=[
        "mlp",
        "mlp with batch normalization",
        "mlp by blocks of rows",
        "cnn by manual backpropagation",
        "resnet by autograd",
    ],
)
@pytest.mark.parametrize("processes", [2, 3])
@pytest.mark.parametrize(
    "device", ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA"))]
)
def test_the_network_is_the_same_for_any_number_of_processes(
    device: str, options: dict[str, Any], processes: int
) -> None:
    if device == "cuda" and options["model"] == "resnet":
        pytest.skip("autograd has one thread per GPU, which the threads in the place of processes can't share")
    pins = {"device": device, "precision": "fp32", "threads": 1, "optimizer": "sgd", "label_smoothing": 0.1}
    config = RunConfig.from_flat({**pins, **options})
    sizes = (20, 7, 2, 1)  # divided, divided unevenly, too small for three, and one image
    alone, together = weights_after(config, 1, sizes), weights_after(config, processes, sizes)
    assert list(alone) == list(together)
    for name, tensor in alone.items():
        torch.testing.assert_close(together[name], tensor, rtol=1e-4, atol=1e-5, msg=name)


def test_several_processes_differ_from_one_as_another_number_of_threads_does() -> None:
    """Over many steps rounding grows, as between any two orders of addition; an error would be there at once."""
    small = {"model": "cnn", "channels": (4, 8), "head_width": 16, "dropout": 0.0, "max_grad_norm": 1.0}
    pins = {"device": "cpu", "precision": "fp32", "optimizer": "adamw", "learning_rate": 1e-2}
    alone, threads = (RunConfig.from_flat({**small, **pins, "threads": count}) for count in (1, 2))
    sizes = (40,) * 30
    expected = weights_after(alone, 1, sizes)
    by_threads, by_processes = weights_after(threads, 1, sizes), weights_after(alone, 2, sizes)

    def distance(weights: dict[str, Tensor]) -> float:
        return sum(float((tensor - expected[name]).double().square().sum()) for name, tensor in weights.items()) ** 0.5

    assert 0 < distance(by_processes) < 10 * distance(by_threads)


@pytest.mark.parametrize("shape", [(12, 5), (12, 4, 3, 3)], ids=["vectors", "maps"])
def test_dropout_uses_each_images_part_of_the_whole_batchs_mask(shape: tuple[int, ...]) -> None:
    inputs = torch.ones(shape)

    def mask(rank: int, processes: int) -> Tensor:
        collective = ThreadCollective(rank, [torch.empty(0)] * processes, threading.Barrier(processes))
        batch, network = WholeBatch(collective, shape[0]), nn.Sequential(nn.Dropout(0.5))
        divide_layers(network, batch)
        torch.manual_seed(3)
        outputs: Tensor = network(inputs[collective.part(shape[0])])
        return outputs

    torch.manual_seed(3)
    whole = nn.Dropout(0.5)(inputs)
    assert torch.equal(torch.cat([mask(rank, 3) for rank in range(3)]), whole)
    assert 0 < whole.count_nonzero() < whole.numel()


@pytest.mark.parametrize(
    "layer", [nn.BatchNorm1d(4, track_running_stats=False), nn.AlphaDropout(), nn.RReLU(), nn.LazyBatchNorm1d()]
)
def test_a_layer_that_can_not_be_divided_is_refused(layer: nn.Module) -> None:
    network = nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(784, 4), layer))
    with pytest.raises(UserError, match=r"layer 1\.1 .*several processes"):
        divide_layers(network, WholeBatch(SingleProcess()))


def test_the_parts_of_a_batch_are_the_batch() -> None:
    for batch in (4, 5, 128):
        parts = [list(range(batch))[part_of(batch, rank, 4)] for rank in range(4)]
        assert [image for part in parts for image in part] == list(range(batch))
        assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_a_launch_is_what_torchrun_sets() -> None:
    variables = {"RANK": "3", "WORLD_SIZE": "4", "MASTER_ADDR": "gpu1", "MASTER_PORT": "1"}
    assert this_launch({**variables, "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}) == Launch(3, 4, 1, 2)
    assert this_launch({**variables, "WORLD_SIZE": "1"}) is None
    assert this_launch({"WORLD_SIZE": "4"}) is None
    assert this_launch({**variables, "RANK": "first"}) is None


def test_the_strongest_request_to_any_process_holds_for_all() -> None:
    paused, stopped, other = Control(), Control(), Control()
    paused.pause("by alice")
    stopped.stop("by SIGTERM")
    for controls, expected in (((paused, other), Request.PAUSE), ((paused, stopped, other), Request.STOP)):
        agreed = [AgreedControl(control) for control in controls]
        votes = [sum(column) for column in zip(*(each.votes() for each in agreed), strict=True)]
        for each in agreed:
            each.count(votes)
            assert each.request is expected
    assert agreed[0].reason == "by a signal to another process"
    assert agreed[1].reason == "by SIGTERM"


def test_before_the_first_step_each_process_obeys_its_own_requests() -> None:
    own = Control()
    agreed = AgreedControl(own)
    own.stop()
    assert agreed.should_end()
    agreed.count([2.0, 0.0, 0.0, 0.0])
    assert not agreed.should_end(), "the others have not agreed yet"


def test_processes_meet_in_a_store_that_dead_ones_have_used() -> None:
    store = HashStore()
    first = in_threads(lambda rank: meet(store, rank, 3, TIMEOUT), 3)
    second = in_threads(lambda rank: meet(store, rank, 3, TIMEOUT), 3)
    first[0].set("address", "dead")
    second[0].set("address", "alive")
    assert {each.get("address") for each in first} == {b"dead"}
    assert {each.get("address") for each in second} == {b"alive"}


def test_a_process_that_does_not_start_is_named() -> None:
    with pytest.raises(TimeoutError, match="process 1 did not start"):
        meet(HashStore(), 0, 2, timedelta(seconds=0.1))


def test_a_process_that_waits_for_the_others_can_be_stopped() -> None:
    for rank in (0, 1):
        with pytest.raises(UserError, match="stopped"):
            meet(HashStore(), rank, 2, TIMEOUT, lambda: True)


def loss_found_by(watcher: Liveness) -> Loss:
    watcher._thread.join(TIMEOUT.total_seconds())
    assert watcher.loss is not None
    return watcher.loss


def test_a_process_without_a_sign_of_life_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "INTERVAL_SECONDS", 0.01)
    store = HashStore()
    store.set("beat/1", "7")  # its thread has stopped
    assert loss_found_by(Liveness(store, 0, [1])).rank == 1


def test_a_process_that_leaves_with_a_problem_is_lost_for_this_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "INTERVAL_SECONDS", 0.01)
    store = HashStore()
    leader, innocent, guilty = Liveness(store, 0, [1, 2]), Liveness(store, 1, [0]), Liveness(store, 2, [0])
    innocent.leave()
    guilty.leave("its memory ran out")
    assert loss_found_by(leader) == Loss(2, "its memory ran out")
    leader.leave()
    assert loss_found_by(Liveness(store, 3, [0])) == Loss(0, "")
