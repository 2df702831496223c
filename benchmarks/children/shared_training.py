"""Trains a config beside others until a given time; prints its images per second as one line of JSON.

Arguments: the config as JSON, and the two times, in seconds since 1970, between which its batches are counted.
"""

import json
import sys
import time

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.session import Session
from fmnist_tui.events import EpochEnded, Event, RunEnded, RunStarted, RunState, StepsDone
from fmnist_tui.training import autotune
from fmnist_tui.training.control import Control

MAX_AUTOTUNE_SECONDS = 4.0
"""A run of as many epochs as this would measure for longer, and the measurement begins only when all train."""


class WindowCounter:
    """Counts the steps of a training between two times; what happens in a window of reports counts by its end."""

    def __init__(self, begin: float, end: float) -> None:
        self._begin, self._end = begin, end
        self._step = 0
        self.steps = 0

    def add(self, step: int, now: float) -> None:
        """Take account of a report: the number of the epoch's steps that are done."""
        if self._begin <= now < self._end:
            self.steps += step - self._step
        self._step = step

    def next_epoch(self) -> None:
        """Count from zero again."""
        self._step = 0


def main() -> None:
    config, begin, end = RunConfig.model_validate_json(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    autotune.MAX_SECONDS = MAX_AUTOTUNE_SECONDS
    control, counter = Control(), WindowCounter(begin, end)
    threads = 0

    def on_event(event: Event) -> None:
        nonlocal threads
        match event:
            case RunStarted():
                threads = event.threads
                if event.time > begin:
                    sys.exit("the training had not begun when the measurement did")
            case StepsDone():
                counter.add(event.step, time.time())
                if time.time() >= end:
                    control.abandon()
            case EpochEnded():
                counter.next_epoch()
            case RunEnded() if event.state is not RunState.STOPPED:
                sys.exit(event.reason)

    Session([CallbackSink(on_event)], control=control).train(config)
    images_per_second = counter.steps * config.batch_size / (end - begin)
    print(json.dumps({"images_per_second": images_per_second, "threads": threads}))


if __name__ == "__main__":
    main()
