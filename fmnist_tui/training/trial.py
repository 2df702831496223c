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
from dataclasses import dataclass, field
from math import inf, isfinite

import psutil
import torch
from pydantic import TypeAdapter, ValidationError

from fmnist_tui.config import RunConfig
from fmnist_tui.files import write_whole
from fmnist_tui.models.architecture import CLASSES, IMAGE_SHAPE
from fmnist_tui.paths import cache_folder
from fmnist_tui.training.device import Placement, default_threads, placements
from fmnist_tui.training.learner import Learner

SHARE_OF_RUN = 0.01
"""The trial takes at most so much of the time that the run would take without it, and as much again where it gains."""

SECONDS_A_TURN = 0.03
TURNS = 4
GAIN = 1.05
"""What comes first by rule is left only for something so many times as fast: less may be noise."""

DISTURBANCE = 0.25
"""Processors that other programs may have kept busy meanwhile: an outcome is kept, and must hold when they are gone."""

TOLERANCE = 0.05
"""How far a first loss may lie, relatively, from that of the CPU in fp32: a broken device is never chosen."""

MOST_REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """A placement and why it was taken.

    Attributes:
        reason: In words, with the speeds where there was a trial.
    """

    placement: Placement
    reason: str


def tried_placement(config: RunConfig, total_steps: int) -> Choice:
    """The fastest placement that the config allows, by trial where the run is long enough to pay for one.

    Draws from torch's global generator and leaves the thread count as it was. Call it before the run's own learner is
    made.

    Args:
        config: What is to be run.
        total_steps: How many steps of it are ahead.

    Raises:
        UserError: The config names a device or a precision that this machine doesn't have.
    """
    allowed = placements(config)
    if len(allowed) == 1:
        return Choice(allowed[0], "the only one allowed")
    key = _key(config, allowed)
    remembered = _recall(key)
    for placement in allowed:
        if str(placement) == remembered:
            return Choice(placement, "fastest in an earlier trial")
    contenders = [_Contender(config, placement) for placement in allowed]
    first = contenders[0]
    seconds_ahead = first.seconds_a_step() * total_steps
    if seconds_ahead * SHARE_OF_RUN < SECONDS_A_TURN * TURNS * len(allowed):
        return Choice(allowed[0], "by rule: the run is too short for a trial")
    reference = next((c for c in contenders if c.is_reference), first).first_loss()
    sound = [contender for contender in contenders if contender is first or contender.agrees_with(reference)]
    try:
        chosen = _fastest(sound)
        if chosen is not first and _fastest(sound) is not chosen:
            return Choice(allowed[0], "by rule: two trials did not agree")
    except _Disturbed:
        return Choice(allowed[0], "by rule: other programs disturbed the trial")
    _remember(key, str(chosen.placement))
    speeds = "; ".join(f"{c.placement}: {config.batch_size / c.best:,.0f} images/s" for c in sound)
    return Choice(chosen.placement, f"by trial: {speeds}")


class _Disturbed(Exception):
    """Something else used the processors during a trial."""


def _fastest(contenders: list["_Contender"]) -> "_Contender":
    """The winner of one series of turns; the first contender unless another is clearly faster.

    Raises:
        _Disturbed: The series tells nothing.
    """
    first = contenders[0]
    for contender in contenders:
        contender.best = inf
    began, others_before = time.perf_counter(), _seconds_of_others()
    for _ in range(TURNS):
        for contender in contenders:
            contender.take_turn()
    if _seconds_of_others() - others_before > DISTURBANCE * (time.perf_counter() - began):
        raise _Disturbed
    fastest = min(contenders, key=lambda contender: contender.best)
    return fastest if fastest.best * GAIN < first.best else first


@dataclass(slots=True)
class _Contender:
    """A throw-away learner at one placement.

    Attributes:
        best: Seconds a step in its best turn of the newest series.
    """

    config: RunConfig
    placement: Placement
    best: float = inf
    _learner: Learner | None = None
    _steps: int = 0
    _losses: list[float] = field(default_factory=list)

    @property
    def is_reference(self) -> bool:
        return self.placement.device.type == "cpu" and self.placement.precision == "fp32"

    def first_loss(self) -> float:
        if not self._losses:
            self._run(1)
        return self._losses[0]

    def agrees_with(self, loss: float) -> bool:
        return isfinite(self.first_loss()) and abs(self.first_loss() - loss) <= TOLERANCE * abs(loss)

    def seconds_a_step(self) -> float:
        """A first estimate; what is only done once, such as choosing kernels, is left out."""
        self._run(1)
        return min(self._run(1), self._run(1))

    def take_turn(self) -> None:
        steps, seconds = 0, 0.0
        self._run(1)  # back into the caches
        while seconds < SECONDS_A_TURN:
            more = max(1, steps)
            seconds += self._run(more)
            steps += more
        self.best = min(self.best, seconds / steps)

    def _run(self, steps: int) -> float:
        """Trains so many steps on noise; tells the seconds they took, the wait for the device included."""
        with self.placement.threads_set():
            if self._learner is None:
                self._learner = Learner(self.config, self.placement, total_steps=1_000_000)
            device, batch = self.placement.device, self.config.batch_size
            generator = torch.Generator().manual_seed(0)
            images = torch.randn(batch, *IMAGE_SHAPE, generator=generator).to(device)
            labels = torch.randint(CLASSES, (batch,), generator=generator).to(device)
            began = time.perf_counter()
            for _ in range(steps):
                loss, _logits = self._learner.step(images, labels, self._steps)
                self._steps += 1
            self._losses.append(float(loss))
            return time.perf_counter() - began


def _key(config: RunConfig, allowed: list[Placement]) -> str:
    facts = [
        platform.node(),
        platform.machine(),
        default_threads(),
        torch.__version__,
        config.model.model_dump(),
        config.batch_size,
        config.optimizer,
        [str(placement) for placement in allowed],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _seconds_of_others() -> float:
    """Processor time that went to anything but this process: to other programs, or from a virtual machine to others."""
    times, own = psutil.cpu_times(), time.process_time()
    return float(times.user + times.system + getattr(times, "steal", 0.0) - own)


def _recall(key: str) -> str:
    return _all_remembered().get(key, "")


def _remember(key: str, placement: str) -> None:
    outcomes = {**_all_remembered(), key: placement}
    file = cache_folder() / "trials.json"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, json.dumps(dict(list(outcomes.items())[-MOST_REMEMBERED:]), indent=1).encode())
    except OSError:
        return  # the next run tries again


def _all_remembered() -> dict[str, str]:
    try:
        return TypeAdapter(dict[str, str]).validate_json((cache_folder() / "trials.json").read_bytes())
    except (OSError, ValidationError):
        return {}
