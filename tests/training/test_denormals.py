"""Denormal numbers are flushed to zero by every thread that trains or evaluates a network, and by none afterwards."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

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


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_the_pool_ends_with_the_context_and_has_as_many_threads_in_it() -> None:
    def work() -> list[bool]:
        alone = threads_of_this_process()
        torch.zeros(1 << 20).add_(1.0)
        with denormals_flushed():
            torch.zeros(1 << 20).add_(1.0)
            inside = threads_of_this_process()
        until = time.monotonic() + 10.0
        while threads_of_this_process() != alone and time.monotonic() < until:
            time.sleep(0.01)  # a thread that has ended is counted for some time
        return [inside == alone + 1, threads_of_this_process() == alone]

    assert on_a_new_thread(2, work) == [True, True]


def threads_of_this_process() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Threads:"))


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
