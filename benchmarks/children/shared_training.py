"""Trains a config beside others; prints its images per second as one line of JSON.

Arguments: the config as JSON, a folder in which each of the trainings leaves a file when it has begun, the number of
them, and the seconds to count for as soon as all train.
"""

import json
import os
import sys
import time
from math import inf
from pathlib import Path

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.session import Session
from fmnist_tui.events import EpochEnded, Event, RunEnded, RunStarted, RunState, StepsDone
from fmnist_tui.training import autotune
from fmnist_tui.training.control import Control

MAX_AUTOTUNE_SECONDS = 4.0
"""The longest measurement of thread counts; that of a run of this many epochs would take longer."""


SECONDS_AFTER = 1.0
"""How long each training continues after its own window, because those of the others may end later."""


class WindowCounter:
    """Counts the steps of a training for some seconds; those before a report count by the time of that.

    Args:
        seconds: For how long.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._step = 0
        self._begin = inf
        self.steps = 0

    def begin(self, now: float) -> None:
        """Count from now on."""
        self._begin = now

    @property
    def end(self) -> float:
        """When the counting ends."""
        return self._begin + self._seconds

    def add(self, step: int, now: float) -> None:
        """Take account of a report: the number of the epoch's steps that are done."""
        if self._begin < now < self.end:
            self.steps += step - self._step
        self._step = step

    def next_epoch(self) -> None:
        """Count from zero again."""
        self._step = 0


def main() -> None:
    config, folder = RunConfig.model_validate_json(sys.argv[1]), Path(sys.argv[2])
    count, seconds = int(sys.argv[3]), float(sys.argv[4])
    autotune.MAX_SECONDS = MAX_AUTOTUNE_SECONDS
    control, counter = Control(), WindowCounter(seconds)
    threads = 0

    def on_event(event: Event) -> None:
        nonlocal threads
        now = time.monotonic()
        match event:
            case RunStarted():
                threads = event.threads
                (folder / str(os.getpid())).touch()
            case StepsDone():
                counter.add(event.step, now)
                if counter.end == inf and len(list(folder.iterdir())) >= count:
                    counter.begin(now)
                if now >= counter.end + SECONDS_AFTER:
                    control.abandon()
            case EpochEnded():
                counter.next_epoch()
            case RunEnded() if event.state is not RunState.STOPPED:
                sys.exit(event.reason)

    Session([CallbackSink(on_event)], control=control).train(config)
    print(json.dumps({"images_per_second": counter.steps * config.batch_size / seconds, "threads": threads}))


if __name__ == "__main__":
    main()
