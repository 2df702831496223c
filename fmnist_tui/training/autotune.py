"""A short trial at the start of a long run: which device, number format and thread count are fastest here.

What is fastest depends on the machine, the network and the batch size in ways that no rule knows: two threads halve a
convolution's time and double that of a small matrix product. The outcome is remembered on this machine, so that the
next run of its kind needs no trial; it is recorded in the run, and a resumed run keeps what it began with. Equal
configs may get different placements before and after a trial: equal bits need what the run recorded to be pinned.
"""

import hashlib
import json
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, isfinite

import psutil
import torch
from pydantic import TypeAdapter, ValidationError

from fmnist_tui.atomic_files import read_whole, write_whole
from fmnist_tui.config import RunConfig
from fmnist_tui.datasets import CLASSES, IMAGE_SHAPE
from fmnist_tui.paths import cache_folder
from fmnist_tui.training.compute_plan import ComputePlan, default_threads, plans
from fmnist_tui.training.train_step import TrainStep

SHARE_OF_RUN = 0.01
"""The trial takes about so much of the time that the run would take without it, and as much again where it gains."""

SECONDS_A_TURN = 0.03
TURNS = 4
GAIN = 1.05
"""What comes first by rule is left only for something so many times as fast: less may be noise."""

DISTURBANCE = 0.25
"""Processors that other programs may have kept busy meanwhile: an outcome is kept, and must hold when they are gone."""

TOLERANCE = 0.05
"""How far a first loss may lie, relatively, from that of the CPU in fp32: a broken device is never chosen."""

MAX_REMEMBERED = 500

MAX_FILE_BYTES = 1_000_000
"""Bytes; so many outcomes have some forty thousand."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A placement and why it was taken.

    Attributes:
        reason: In words, with the speeds where there was a trial.
    """

    plan: ComputePlan
    reason: str


def autotune(
    config: RunConfig,
    total_steps: int,
    *,
    on_start: Callable[[float | None], None] = lambda _seconds: None,
    should_continue: Callable[[], bool] = lambda: True,
) -> Choice | None:
    """The fastest placement that the config allows, by trial where the run is long enough to pay for one.

    Draws from torch's global generator and leaves the thread count as it was. Call it before the run's own network is
    made.

    Args:
        config: What is to be run.
        total_steps: How many steps of it are ahead.
        on_start: Called when a trial begins, with None, and with its estimated seconds as soon as they are known.
        should_continue: Asked between the turns of a trial; False ends it.

    Returns:
        The choice; None if `should_continue` returned False.

    Raises:
        UserError: The config names a device or a precision that this machine doesn't have.
    """
    allowed = plans(config)
    if len(allowed) == 1:
        return Choice(allowed[0], "the only one allowed")
    key = _key(config, allowed)
    remembered = _recall(key)
    for plan in allowed:
        if str(plan) == remembered:
            return Choice(plan, "fastest in an earlier trial")
    too_short = Choice(allowed[0], "by rule: the run is too short for a trial")
    if total_steps * SHARE_OF_RUN < TURNS * len(allowed):
        return too_short
    on_start(None)
    try:
        candidates = [_Candidate(config, plan, should_continue) for plan in allowed]
        first = candidates[0]
        budget = first.seconds_a_step(inf) * total_steps * SHARE_OF_RUN / len(allowed)
        if budget < first.series_seconds():
            return too_short
        on_start(2 * len(allowed) * first.series_seconds())
        choice = _by_timing(candidates, budget)
    except _Stopped:
        return None
    if choice.reason.startswith("by trial"):
        _remember(key, str(choice.plan))
    return choice


def _by_timing(candidates: list["_Candidate"], budget: float) -> Choice:
    """The choice among contenders of which the first has been timed.

    Args:
        candidates: What is tried, likely the fastest first.
        budget: Seconds that each may take in a series of turns; one that is too slow for that is left out.

    Raises:
        _Stopped: An end was asked for.
    """
    first = candidates[0]
    for candidate in candidates[1:]:
        candidate.seconds_a_step(budget)
    reference = next((c for c in candidates if c.is_reference), first).first_loss()
    sound = [c for c in candidates if c.agrees_with(reference)] or [first]
    tried = [c for c in sound if c is sound[0] or c.series_seconds() <= budget]
    try:
        chosen = _fastest(tried)
        if chosen is not tried[0] and _fastest(tried) is not chosen:
            return Choice(tried[0].plan, "by rule: two trials did not agree")
    except _Disturbed:
        return Choice(tried[0].plan, "by rule: other programs disturbed the trial")
    speeds = "; ".join(f"{c.plan}: {c.config.batch_size / c.best:,.0f} images/s" for c in tried)
    return Choice(chosen.plan, f"by trial: {speeds}")


class _Stopped(Exception):
    """An end was asked for during a trial."""


class _Disturbed(Exception):
    """Something else used the processors during a trial."""


def _fastest(candidates: list["_Candidate"]) -> "_Candidate":
    """The winner of one series of turns; the first contender unless another is clearly faster.

    Raises:
        _Disturbed: The series tells nothing.
    """
    first = candidates[0]
    for candidate in candidates:
        candidate.best = inf
    began, others_before = time.perf_counter(), _seconds_of_others()
    for _ in range(TURNS):
        for candidate in candidates:
            candidate.take_turn()
    if _seconds_of_others() - others_before > DISTURBANCE * (time.perf_counter() - began):
        raise _Disturbed
    fastest = min(candidates, key=lambda candidate: candidate.best)
    return fastest if fastest.best * GAIN < first.best else first


@dataclass(slots=True)
class _Candidate:
    """A throw-away train_step at one placement.

    Attributes:
        should_continue: Asked before each series of steps.
        best: Seconds a step in its best turn of the newest series.
        estimate: Seconds a step, as first timed.
    """

    config: RunConfig
    plan: ComputePlan
    should_continue: Callable[[], bool] = lambda: True
    best: float = inf
    estimate: float = inf
    _train_step: TrainStep | None = None
    _steps: int = 0
    _losses: list[float] = field(default_factory=list)

    @property
    def is_reference(self) -> bool:
        return self.plan.device.type == "cpu" and self.plan.precision == "fp32"

    def first_loss(self) -> float:
        if not self._losses:
            self._timed(1)
        return self._losses[0]

    def agrees_with(self, loss: float) -> bool:
        return isfinite(self.first_loss()) and abs(self.first_loss() - loss) <= TOLERANCE * abs(loss)

    def seconds_a_step(self, most: float) -> float:
        """A first estimate; what is only done once, such as choosing kernels, is left out if the first step allows.

        Args:
            most: A first step that takes longer than this many seconds is the only one.
        """
        self.estimate = self._timed(1)
        if self.estimate <= most:
            self.estimate = min(self._timed(1), self._timed(1))
        return self.estimate

    def series_seconds(self) -> float:
        """About how long the timed steps of a series of its turns take."""
        return TURNS * max(SECONDS_A_TURN, self.estimate)

    def take_turn(self) -> None:
        steps, seconds = 0, 0.0
        self._timed(1)  # back into the caches
        while seconds < SECONDS_A_TURN:
            more = max(1, steps)
            seconds += self._timed(more)
            steps += more
        self.best = min(self.best, seconds / steps)

    def _timed(self, steps: int) -> float:
        """The seconds that these steps take.

        Raises:
            _Stopped: An end was asked for.
        """
        if not self.should_continue():
            raise _Stopped
        return self._run(steps)

    def _run(self, steps: int) -> float:
        """Trains so many steps on noise; tells the seconds they took, the wait for the device included."""
        with self.plan.threads_set():
            if self._train_step is None:
                self._train_step = TrainStep.prepare(self.config, self.plan, total_steps=1_000_000)
            device, batch = self.plan.device, self.config.batch_size
            generator = torch.Generator().manual_seed(0)
            images = torch.randn(batch, *IMAGE_SHAPE, generator=generator).to(device)
            labels = torch.randint(CLASSES, (batch,), generator=generator).to(device)
            began = time.perf_counter()
            for _ in range(steps):
                loss, _logits = self._train_step.step(images, labels, self._steps)
                self._steps += 1
            self._losses.append(float(loss))
            return time.perf_counter() - began


def _key(config: RunConfig, allowed: list[ComputePlan]) -> str:
    facts = [
        platform.node(),
        platform.machine(),
        default_threads(),
        torch.__version__,
        config.model.model_dump(),
        config.batch_size,
        config.optimizer,
        [str(plan) for plan in allowed],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _seconds_of_others() -> float:
    """Processor time that went to anything but this process: to other programs, or from a virtual machine to others."""
    times, own = psutil.cpu_times(), time.process_time()
    busy = times.user + times.system + getattr(times, "nice", 0.0) + getattr(times, "steal", 0.0)
    return float(busy - own)


def _recall(key: str) -> str:
    return _all_remembered().get(key, "")


def _remember(key: str, plan: str) -> None:
    outcomes = {**_all_remembered(), key: plan}
    file = cache_folder() / "trials.json"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, json.dumps(dict(list(outcomes.items())[-MAX_REMEMBERED:]), indent=1).encode())
    except OSError:
        return  # the next run tries again


def _all_remembered() -> dict[str, str]:
    try:
        return TypeAdapter(dict[str, str]).validate_json(read_whole(cache_folder() / "trials.json", MAX_FILE_BYTES))
    except (OSError, ValidationError):
        return {}
