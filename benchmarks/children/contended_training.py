"""Trains a model for some seconds; prints its images per second as one line of JSON.

Arguments: the model, seconds, and how the threads wait for each other: "yielding" makes way for other programs,
"spinning" does not, and "both" takes turns in one training, since speeds of one process compare more closely than those
of two. The result has one key for each measured kind of waiting.
"""

import json
import statistics
import sys
from contextlib import ExitStack, nullcontext
from itertools import cycle

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.session import Session
from fmnist_tui.events import Event, RunEnded, RunState, StepsDone
from fmnist_tui.training import loop
from fmnist_tui.training.contention import contention_watch
from fmnist_tui.training.control import Control

SECONDS_TO_SETTLE = 2.5
"""Windows left out at the start: caches are cold, and other programs are noticed within a second."""

TURNS = {
    "yielding": ["yielding"],
    "spinning": ["spinning"],
    "both": ["yielding", "spinning", "spinning", "yielding"],  # a speed that drifts favors neither
}
SECONDS_OF_TURN = 2.0


def main() -> None:
    model, seconds, waiting = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    loop.contention_watch = nullcontext
    config = RunConfig.from_flat({"model": model, "epochs": 10_000, "batch_size": 64, "threads": 2, "device": "cpu"})
    control, turns = Control(), cycle(TURNS[waiting])
    speeds: dict[str, list[float]] = {turn: [] for turn in TURNS[waiting]}

    with ExitStack() as watching:
        turn, end_of_turn = "", 0.0

        def on_event(event: Event) -> None:
            nonlocal turn, end_of_turn
            if isinstance(event, RunEnded) and event.state is not RunState.STOPPED:
                sys.exit(event.reason)
            if not isinstance(event, StepsDone):
                return
            if turn and event.active_seconds > SECONDS_TO_SETTLE:
                speeds[turn].append(event.images_per_second)
            if event.active_seconds > seconds:
                control.abandon()
            elif event.active_seconds >= end_of_turn:
                before, turn = turn, next(turns)
                end_of_turn = event.active_seconds + SECONDS_OF_TURN
                if turn != before:
                    watching.close()
                    if turn == "yielding":
                        watching.enter_context(contention_watch())

        Session([CallbackSink(on_event)], control=control).train(config)
    # Each window is as long as the others, so their mean is the speed of the whole time.
    print(json.dumps({turn: statistics.mean(found) for turn, found in speeds.items()}))


if __name__ == "__main__":
    main()
