"""The processors that other programs leave, and the number of threads that is chosen by them."""

import subprocess
import sys
import time
from collections import namedtuple

import pytest

from fmnist_tui.config import RunConfig
from fmnist_tui.training import compute_plan, free_processors
from fmnist_tui.training.free_processors import FreeProcessors, threads_for

Times = namedtuple("Times", "user idle")


class Clock:
    """The readings of a machine with four processors at one moment.

    Attributes:
        busy: Seconds that all of them together were busy.
        group: Seconds that the control group used.
        own: Seconds that this process used.
    """

    now = busy = group = own = 0.0
    processors = 2.0

    def used_seconds(self) -> float:
        return self.group


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(free_processors, "own_processors", lambda: {0, 1, 2, 3})
    monkeypatch.setattr(free_processors, "cpu_quota", lambda: None)
    times = [Times(0.0, 0.0)] * 3
    monkeypatch.setattr(free_processors.psutil, "cpu_times", lambda percpu: [Times(made.busy, 0.0), *times])
    monkeypatch.setattr(free_processors.time, "process_time", lambda: made.own)
    monkeypatch.setattr(free_processors.time, "monotonic", lambda: made.now)
    return made


def test_own_time_leaves_processors_free_and_that_of_others_does_not(clock: Clock) -> None:
    free = FreeProcessors()
    clock.now, clock.busy, clock.own = 2.0, 5.0, 2.0
    assert free() == 4 - (5 - 2) / 2
    clock.now, clock.busy, clock.own = 3.0, 6.0, 3.0
    assert free() == 4


def test_others_in_a_control_group_use_up_its_quota(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_processors, "cpu_quota", lambda: clock)
    free = FreeProcessors()
    clock.now, clock.busy, clock.own, clock.group = 1.0, 2.0, 0.5, 1.75
    assert free() == 2 - 1.25
    clock.now, clock.busy, clock.own, clock.group = 2.0, 5.5, 0.5, 1.75
    assert free() == 4 - 3.5, "programs outside of the group count, too"


@pytest.mark.parametrize(
    ("most", "free", "threads"),
    [(2, 2.0, 2), (2, 1.6, 2), (2, 1.4, 1), (2, 0.0, 1), (2, -3.0, 1), (64, 33.2, 33), (4, 64.0, 4), (1, 0.2, 1)],
)
def test_threads_are_the_free_processors(most: int, free: float, threads: int) -> None:
    assert threads_for(most, free) == threads


def test_automatic_threads_make_way_for_other_programs_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute_plan, "DEFAULT_THREADS", 8)
    monkeypatch.setattr(compute_plan, "free_processors", lambda: 5.1)
    config = RunConfig.from_flat({"model": "mlp", "device": "cpu"})
    pinned = RunConfig.from_flat({"model": "mlp", "device": "cpu", "threads": 7})
    assert compute_plan.automatic_threads(config) == 8, "OMP_NUM_THREADS is the decision of the user"
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert compute_plan.automatic_threads(config) == 5
    assert "about 3 of 8 processors" in compute_plan.busy_note(config, 5)
    assert compute_plan.plans(config, 5)[0].threads == 5
    assert compute_plan.automatic_threads(pinned) == 7
    assert compute_plan.busy_note(pinned, 7) == compute_plan.busy_note(config, 8) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the time of each processor so soon")
def test_a_busy_program_is_seen() -> None:
    free, processors = FreeProcessors(), len(free_processors.own_processors())
    neighbor = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        # However busy the machine is meanwhile, a program that never sleeps takes some time within these seconds.
        seen = 0.0
        for _ in range(50):
            time.sleep(0.1)
            seen = max(seen, processors - free())
            if seen > 0.2:
                break
    finally:
        neighbor.kill()
        neighbor.wait()
    assert seen > 0.2
