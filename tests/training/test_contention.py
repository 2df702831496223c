"""Yielding the processors: on when other programs need them, off when they don't, and never a bit of difference."""

import itertools
import subprocess
import sys
import threading
import time

import pytest
import torch
from torch import nn

from fmnist_tui.training.contention import BackgroundLoad, contention_watch, own_processors

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
    """Return the load of other programs with which `lacking` processors are missing for two threads."""
    return len(own_processors()) - 2 + processors


def pool_holders() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "openmp-pool"]


def test_the_threads_yield_while_other_programs_are_busy_and_spin_again_after():
    load = lacking(0.0)
    with contention_watch(lambda: load, seconds=0.002):
        assert not pool_holders()
        load = lacking(1.0)
        wait_until(pool_holders)
        load = lacking(0.0)
        wait_until(lambda: not pool_holders())


def test_a_borderline_load_does_not_switch_back_and_forth():
    readings, load = threading.Semaphore(0), lacking(1.0)

    def others() -> float:
        readings.release()
        return load

    with contention_watch(others, seconds=0.002):
        wait_until(pool_holders)
        load = lacking(0.4)
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
    with contention_watch(lambda: 100.0, seconds=0.002):
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

    def others() -> float:
        nonlocal changes
        changes += 1
        return next(switches)

    alone = trained()
    with contention_watch(others, seconds=0.001):
        assert torch.equal(alone, trained())
    assert changes > 2


def test_only_the_processor_time_of_other_programs_is_measured():
    others = BackgroundLoad()
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    own_only = others()
    neighbor = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        # However busy the machine is meanwhile, a program that never sleeps takes some time within these seconds.
        seen = 0.0
        for _ in range(50):
            time.sleep(0.1)
            seen = max(seen, others())
            if seen > 0.2:
                break
    finally:
        neighbor.kill()
        neighbor.wait()
    assert seen > 0.2
    assert own_only >= 0.0
