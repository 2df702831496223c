"""Repeats of one config: pins what their runs would choose, and trains them in processes of their own."""

import signal
from collections import deque
from collections.abc import Callable, Sequence
from shutil import rmtree
from typing import NamedTuple

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.background import create_run
from fmnist_tui.engine.queue import NewRun
from fmnist_tui.engine.run_pool import RunPool
from fmnist_tui.engine.signals import handled_stop_signals
from fmnist_tui.errors import UserError
from fmnist_tui.processors import usable_processors
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.repeats import Concurrency, concurrency
from fmnist_tui.runs.summary import RunSummary

POLL_SECONDS = 0.5
"""How often the trainings are looked after."""


class PlannedRepeats(NamedTuple):
    """What is repeated, with its choices pinned, and how many are trained at once."""

    config: RunConfig
    concurrency: Concurrency


def plan_repeats(config: RunConfig, repeats: int) -> PlannedRepeats:
    """Return how to train repeats of a config. Their device, precision and threads are equal, so only the seeds differ.

    Imports torch, which knows the devices.

    Raises:
        UserError: This machine lacks the device or the precision that the config names.
    """
    from fmnist_tui.training.compute_plan import choose_plan

    plan = choose_plan(config)
    chosen = Concurrency(1, plan.threads)
    if plan.device.type == "cpu":
        chosen = concurrency(config, repeats, usable_processors())
    return PlannedRepeats(config.pinned(plan.device.type, plan.precision, chosen.threads), chosen)


class RepeatTrainer:
    """Trains runs in processes of their own until all have ended, or a signal stops them; then those begun are saved.

    Args:
        runs: What to train; a run is made when its turn comes.
        sinks: The names of sinks to add to each.
        on_change: Called with the folders of the begun runs, in their order, after one has begun and twice a second.
        on_end: Called with a run that has ended.
    """

    def __init__(
        self,
        runs: Sequence[NewRun],
        *,
        sinks: Sequence[str] = (),
        on_change: Callable[[Sequence[RunFolder]], None] = lambda _folders: None,
        on_end: Callable[[RunSummary], None],
    ) -> None:
        self._waiting = deque(runs)
        self._sinks = tuple(sinks)
        self._on_change, self._on_end = on_change, on_end
        self._begun: list[RunFolder] = []
        self._pool = RunPool()
        self._interrupts = 0

    @property
    def was_interrupted(self) -> bool:
        """Whether a signal has stopped the runs."""
        return self._interrupts > 0

    def run(self, on_interrupt: Callable[[], None] = lambda: None) -> None:
        """Train the runs.

        Args:
            on_interrupt: Called at the first signal; the second one raises `KeyboardInterrupt`.

        Raises:
            UserError: A run can't be made or started. Those that were begun are saved.
        """

        def on_signal(_number: signal.Signals) -> None:
            self._interrupts += 1
            if self._interrupts > 1:
                raise KeyboardInterrupt
            on_interrupt()

        with handled_stop_signals(on_signal):
            try:
                while (self._waiting or self._pool.runs) and not self._interrupts:
                    if self._waiting and self._pool.has_room_for(self._waiting[0].config):
                        self._begin(self._waiting.popleft())
                    else:
                        for folder, _code in self._pool.wait(POLL_SECONDS):
                            self._on_end(summary_of(folder))
                    self._on_change(self._begun)
            finally:
                for folder, _code in self._pool.stop(self._pool.runs):
                    self._on_end(summary_of(folder))

    def _begin(self, run: NewRun) -> None:
        folder = create_run(run.config, run.labels)
        try:
            self._pool.start(folder, sinks=self._sinks)
        except UserError:
            if not folder.events_file.exists():
                rmtree(folder.path, ignore_errors=True)
            raise
        self._begun.append(folder)
