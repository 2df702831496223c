"""Measures how long the interface takes to save and exit on a signal or a closed terminal while it trains."""

import os
import select
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.resolve import resolve_run


def exits(*, rounds: Annotated[int, Parameter(help="Exits of each kind.")] = 3) -> int:
    """Print the seconds from the signal to the end of the process; exit code 0 if every run could be resumed."""
    ways: dict[str, Callable[[int, int], None]] = {
        "SIGTERM": lambda process, _terminal: os.kill(process, signal.SIGTERM),
        "SIGHUP": lambda process, _terminal: os.kill(process, signal.SIGHUP),
        "terminal closed": lambda _process, terminal: os.close(terminal),
    }
    all_good = True
    print(f"{'way':<16} {'median':>7} {'max':>7}  resumable")
    for name, way in ways.items():
        results = [_one_exit(way) for _round in range(rounds)]
        seconds = [took for took, _good in results]
        good = sum(is_good for _took, is_good in results)
        all_good = all_good and good == rounds
        print(f"{name:<16} {statistics.median(seconds):>5.2f} s {max(seconds):>5.2f} s  {good} of {rounds}", flush=True)
    return 0 if all_good else 1


def _one_exit(way: Callable[[int, int], None]) -> tuple[float, bool]:
    import pexpect  # type: ignore[import-untyped, import-not-found, unused-ignore]

    with tempfile.TemporaryDirectory() as home:
        os.environ["FMNIST_TUI_HOME"] = home
        child = pexpect.spawn(sys.executable, ["-m", "fmnist_tui", "--data", "demo"], dimensions=(24, 80), timeout=60)
        child.expect(r"torch \d")
        child.send("s")
        child.expect("TRAINING")
        terminal = child.child_fd
        _read_for(terminal, 2.0)
        began = time.perf_counter()
        way(child.pid, terminal)
        while os.waitpid(child.pid, os.WNOHANG)[0] == 0:
            _read_for(terminal, 0.01)
        took = time.perf_counter() - began
        child.closed = True
        return took, summary_of(resolve_run("latest")).can_resume


def _read_for(terminal: int, seconds: float) -> None:
    """Read what the program draws, so that it never waits for its reader; only wait if the terminal is closed."""
    until = time.perf_counter() + seconds
    while (left := until - time.perf_counter()) > 0:
        try:
            ready, _, _ = select.select([terminal], [], [], left)
            if ready:
                os.read(terminal, 65536)
        except OSError:
            time.sleep(left)
