"""Trains a model for some seconds; prints its images a second as one line of JSON.

Arguments: the model, seconds, and "yielding" or "spinning": whether the threads make way for other programs.
"""

import contextlib
import json
import statistics
import sys

from fmnist_tui.config import RunConfig
from fmnist_tui.events import Event, RunEnded, RunState, StepsDone
from fmnist_tui.runs.conduct import conduct
from fmnist_tui.training import loop
from fmnist_tui.training.control import Control

SECONDS_TO_SETTLE = 2.5
"""The first windows are left out: caches are cold, and other programs are noticed within a second."""


def main() -> None:
    model, seconds, waiting = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    if waiting == "spinning":
        loop.ContentionWatch = contextlib.nullcontext  # type: ignore[misc,assignment]
    config = RunConfig.from_flat({"model": model, "epochs": 10_000, "batch_size": 64, "threads": 2, "device": "cpu"})
    control, speeds = Control(), []

    def listen(event: Event) -> None:
        if isinstance(event, StepsDone):
            if event.active_seconds > SECONDS_TO_SETTLE:
                speeds.append(event.images_per_second)
            if event.active_seconds > seconds:
                control.abandon()
        if isinstance(event, RunEnded) and event.state is not RunState.STOPPED:
            sys.exit(event.reason)

    conduct(config, control, [listen])
    # Each window is as long as the others, so their mean is the speed of the whole time.
    print(json.dumps({"images_per_second": statistics.mean(speeds), "windows": len(speeds)}))


if __name__ == "__main__":
    main()
