"""Yielding the processors: on when other programs need them, off when they don't, and never a bit of difference."""

import itertools
import sys
import threading
import time

import pytest
import torch
from torch import nn

from fmnist_tui.training.contention import contention_watch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux's torch waits by libgomp's rules")


@pytest.fixture(autouse=True)
def threads() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def wait_until(condition) -> None:
    until = time.monotonic() + 30.0
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.002)


def lacking(processors: float) -> float:
    """Return how many processors are free if `lacking` of them are missing for two threads."""
    return 2 - processors


def pool_holders() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "openmp-pool"]


def test_the_threads_yield_while_other_programs_are_busy_and_spin_again_after():
    free = lacking(0.0)
    with contention_watch(lambda: free, seconds=0.002):
        assert not pool_holders()
        free = lacking(1.0)
        wait_until(pool_holders)
        free = lacking(0.0)
        wait_until(lambda: not pool_holders())


def test_a_borderline_load_does_not_switch_back_and_forth():
    readings, free = threading.Semaphore(0), lacking(1.0)

    def left() -> float:
        readings.release()
        return free

    with contention_watch(left, seconds=0.002):
        wait_until(pool_holders)
        free = lacking(0.4)
        for _ in range(20):
            readings.acquire()
        assert pool_holders()


def test_yielding_adds_a_second_openmp_pool_and_removes_it_again():
    with contention_watch(lambda: lacking(1.0), seconds=0.002):
        wait_until(pool_holders)
        assert len(pool_holders()) == 1
    assert not pool_holders()


def test_a_single_thread_never_yields():
    torch.set_num_threads(1)
    with contention_watch(lambda: 0.0, seconds=0.002):
        time.sleep(0.05)
        assert not pool_holders()


def trained(steps: int = 60) -> torch.Tensor:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 26 * 26, 10))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05)
    images, labels = torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,))
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(images), labels).backward()
        optimizer.step()
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def test_weights_are_the_same_to_the_last_bit_however_often_the_threads_yield():
    switches = itertools.cycle([lacking(1.0), lacking(0.0)])
    changes = 0

    def left() -> float:
        nonlocal changes
        changes += 1
        return next(switches)

    alone = trained()
    with contention_watch(left, seconds=0.001):
        assert torch.equal(alone, trained())
    assert changes > 2
