"""Denormal numbers are flushed to zero by every thread that computes a training."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch

from fmnist_tui.training.denormals import flush_denormals, flushes_denormals


def on_a_new_thread(threads: int, *, flush: bool) -> bool:
    """Return whether denormals are flushed on a thread that starts its own OpenMP pool."""
    found: list[bool] = []

    def work() -> None:
        torch.set_num_threads(threads)
        if flush:
            flush_denormals()
        found.append(flushes_denormals())

    before = torch.get_num_threads()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    torch.set_num_threads(before)
    return found[0]


@pytest.mark.skipif(not torch.set_flush_denormal(False), reason="this processor can't flush denormals")
@pytest.mark.parametrize("threads", [1, 2])
def test_a_threads_pool_takes_over_its_setting(threads: int) -> None:
    assert on_a_new_thread(threads, flush=True)
    assert not on_a_new_thread(threads, flush=False)


@pytest.mark.skipif(not torch.set_flush_denormal(False), reason="this processor can't flush denormals")
def test_one_thread_of_the_pool_that_keeps_denormals_is_noticed() -> None:
    found: list[bool] = []

    def work() -> None:
        torch.set_num_threads(2)
        torch.ones(1 << 20).mul_(2.0)  # starts the pool
        flush_denormals()
        found.append(flushes_denormals())

    before = torch.get_num_threads()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    torch.set_num_threads(before)
    assert found == [False]


@pytest.mark.skipif(not torch.set_flush_denormal(False), reason="this processor can't flush denormals")
def test_a_run_flushes_denormals_and_records_it(home: Path) -> None:
    command = ("train", "--model", "logistic", "--epochs", "1", "--dataset", "demo", "--threads", "2", "--json")
    ended = subprocess.run([sys.executable, "-m", "fmnist_tui", *command], capture_output=True, text=True, check=True)
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    (started,) = [event for event in events if event["type"] == "run_started"]
    assert started["machine"]["flushes_denormals"]
