"""Measures at the start of a long run which precision and how many threads train fastest.

No rule knows: two threads halve the time of a convolution and double that of a small matrix product. So the plans that
the config allows on its device train a throwaway network on random images, in turns, within 2 % of the time that the
run is expected to take. The first plan, which is chosen by rule, is left only for one whose best turn is 5 % faster.
Nothing is remembered: the run's config stores the choice, so a run of that config computes the same again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import torch

from fmnist_tui.config import RunConfig
from fmnist_tui.datasets import CLASSES, IMAGE_SHAPE
from fmnist_tui.training.compute_plan import ComputePlan, automatic_threads, busy_note, plans
from fmnist_tui.training.determinism import request_determinism
from fmnist_tui.training.train_step import TrainStep

SHARE_OF_RUN = 0.02
MAX_SECONDS = 20.0
TURNS = 4
MIN_SPEEDUP = 1.05


@dataclass(frozen=True, slots=True)
class ChosenPlan:
    """A plan and why it was chosen, with the speeds if they were measured."""

    plan: ComputePlan
    reason: str


class _Stopped(Exception):
    """An end was requested."""


def autotune(
    config: RunConfig,
    total_steps: int,
    *,
    on_start: Callable[[], None] = lambda: None,
    should_continue: Callable[[], bool] = lambda: True,
) -> ChosenPlan | None:
    """Return the fastest plan that the config allows; None if an end was requested meanwhile.

    Draws from torch's global generators, so call it before the run's own network is built.

    Args:
        config: What to train.
        total_steps: Optimizer steps of the run.
        on_start: Called before the first measurement; never if there is nothing to measure.
        should_continue: Called before each measurement; False stops.

    Raises:
        UserError: The config names a device or a precision that this machine doesn't have.
    """
    threads = automatic_threads(config)
    allowed, note = plans(config, threads), busy_note(config, threads)
    if len(allowed) == 1:
        return ChosenPlan(allowed[0], f"the only one allowed{note}")
    if total_steps * SHARE_OF_RUN >= TURNS * len(allowed):
        on_start()
        try:
            candidates = _measure([_Candidate(config, plan, should_continue) for plan in allowed], total_steps)
        except _Stopped:
            return None
        if candidates:
            first, fastest = candidates[0], min(candidates, key=lambda candidate: candidate.best)
            chosen = fastest if fastest.best * MIN_SPEEDUP < first.best else first
            speeds = "; ".join(f"{c.plan}: {config.batch_size / c.best:,.0f} images/s" for c in candidates)
            return ChosenPlan(chosen.plan, f"measured: {speeds}{note}")
    return ChosenPlan(allowed[0], f"by rule: the run is too short to measure others{note}")


def _measure(candidates: list["_Candidate"], total_steps: int) -> list["_Candidate"]:
    """Measure the candidates, except those that are too slow for their share; none if the first one is."""
    first = candidates[0]
    first.warm_up(inf)
    budget = min(MAX_SECONDS, SHARE_OF_RUN * total_steps * first.estimate) / len(candidates)
    for candidate in candidates[1:]:
        candidate.warm_up(budget)
    turn = budget / TURNS
    measured = [candidate for candidate in candidates if candidate.estimate <= turn]
    if first not in measured:
        return []
    for _ in range(TURNS):
        for candidate in measured:
            candidate.take_turn(turn)
    return measured


class _Candidate:
    """A throwaway network that trains with one plan.

    Attributes:
        estimate: Seconds a step, as first measured.
        best: Seconds a step in the best turn.
    """

    def __init__(self, config: RunConfig, plan: ComputePlan, should_continue: Callable[[], bool]) -> None:
        self.plan = plan
        self.estimate = self.best = inf
        self._config = config
        self._should_continue = should_continue
        self._train_step: TrainStep | None = None

    def warm_up(self, max_seconds: float) -> None:
        """Measure the second step, because the first also chooses kernels; only the first if it takes too long."""
        self.estimate = self._seconds(1)
        if self.estimate <= max_seconds:
            self.estimate = self._seconds(1)

    def take_turn(self, seconds: float) -> None:
        """Measure steps for about this many seconds."""
        steps = max(1, int(seconds / self.estimate))
        self.best = min(self.best, self._seconds(steps) / steps)

    def _seconds(self, steps: int) -> float:
        """Return the seconds that steps on random images take, the wait for the device included."""
        if not self._should_continue():
            raise _Stopped
        with self.plan.threads_set():
            if self._train_step is None:
                request_determinism(self.plan.device)  # before the first matrix product
                self._train_step = TrainStep(self._config, self.plan, total_steps=1_000_000)
            device, batch = self.plan.device, self._config.batch_size
            generator = torch.Generator().manual_seed(0)
            images = torch.randn(batch, *IMAGE_SHAPE, generator=generator).to(device)
            labels = torch.randint(CLASSES, (batch,), generator=generator).to(device)
            started = time.perf_counter()
            for step in range(steps):
                loss, _logits = self._train_step.step(images, labels, step)
            float(loss)
            return time.perf_counter() - started
