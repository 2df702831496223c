"""Denormal numbers are flushed to zero by every thread that trains or evaluates a network, and by none afterwards."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import torch
from sessions import CONFIG, train

from fmnist_tui.events import Event, RunStarted
from fmnist_tui.training.denormals import denormals_flushed, flushes_denormals

pytestmark = pytest.mark.skipif(not torch.set_flush_denormal(False), reason="this processor can't flush denormals")


@pytest.fixture(autouse=True)
def _threads_restored() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def on_a_new_thread(threads: int, work: Callable[[], list[bool]]) -> list[bool]:
    """Return the result of work on a thread that has no OpenMP pool yet."""
    found: list[bool] = []

    def run() -> None:
        torch.set_num_threads(threads)
        found.extend(work())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found


@pytest.mark.parametrize("threads", [1, 2])
def test_they_are_flushed_in_the_context_only(threads: int) -> None:
    def work() -> list[bool]:
        before = flushes_denormals()  # starts the pool
        with denormals_flushed():
            inside = flushes_denormals()
        return [before, inside, flushes_denormals()]

    assert on_a_new_thread(threads, work) == [False, True, False]


def test_they_stay_flushed_after_an_inner_context() -> None:
    def work() -> list[bool]:
        with denormals_flushed():
            with denormals_flushed():
                pass
            inside = flushes_denormals()
        return [inside, flushes_denormals()]

    assert on_a_new_thread(2, work) == [True, False]


def test_they_are_kept_again_after_an_error() -> None:
    def work() -> list[bool]:
        with suppress(ValueError), denormals_flushed():
            raise ValueError
        return [flushes_denormals()]

    assert on_a_new_thread(2, work) == [False]


COUNT_THREADS = """
import os, time, torch
from fmnist_tui.training.denormals import denormals_flushed

def threads():
    return len(os.listdir("/proc/self/task"))

torch.set_num_threads(2)
alone = threads()
torch.zeros(1 << 20).add_(1.0)
with denormals_flushed():
    torch.zeros(1 << 20).add_(1.0)
    inside = threads()
until = time.monotonic() + 10.0
while threads() != alone and time.monotonic() < until:
    time.sleep(0.01)  # a thread that has ended is counted for some time
print(inside - alone, threads() - alone)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_the_pool_ends_with_the_context_and_has_as_many_threads_in_it() -> None:
    # In a process of its own: threads that other tests started end at any time.
    counted = subprocess.run([sys.executable, "-c", COUNT_THREADS], capture_output=True, text=True, check=True)
    assert counted.stdout.split() == ["1", "0"]


def test_one_thread_of_the_pool_that_keeps_them_is_noticed() -> None:
    def work() -> list[bool]:
        torch.ones(1 << 20).mul_(2.0)  # starts the pool
        torch.set_flush_denormal(True)
        return [flushes_denormals()]

    assert on_a_new_thread(2, work) == [False]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_flushes_them_and_records_it(threads: int) -> None:
    events: list[Event] = []
    train(CONFIG.model_copy(update={"epochs": 1, "threads": threads}), events.append)
    (machine,) = [event.machine for event in events if isinstance(event, RunStarted)]
    assert machine is not None
    assert machine.flushes_denormals
    assert not flushes_denormals()
