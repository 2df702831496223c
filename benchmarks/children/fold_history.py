"""Measures time and memory to read and fold the history of the run folder named on the command line."""

import json
import pickle
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.long_history import epoch_ended, steps_done
from fmnist_tui.events import Event
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.snapshot import RunSnapshot, replay

MORE_EVENTS = 200
ROUNDS = 20


def seconds_a_fold(snapshot: RunSnapshot, events: Sequence[Event]) -> float:
    """Return the time of one more event: the mean over several that follow, the median of several rounds."""
    rounds = []
    for _round in range(ROUNDS):
        following = snapshot
        began = time.perf_counter()
        for event in events:
            following = following.after(event)
        rounds.append((time.perf_counter() - began) / len(events))
    return statistics.median(rounds)


def measure(folder: Path) -> dict[str, float]:
    """Return all figures, in seconds and bytes."""
    log = folder / "events.jsonl"
    began = time.perf_counter()
    snapshot = replay(read_events(log))
    replayed = time.perf_counter() - began
    next_epoch = snapshot.epoch + 1
    return {
        "log_bytes": log.stat().st_size,
        "replay": replayed,
        "snapshot_bytes": len(pickle.dumps(snapshot)),
        "fold_steps": seconds_a_fold(snapshot, [steps_done(next_epoch + number, 1) for number in range(MORE_EVENTS)]),
        "fold_epoch": seconds_a_fold(snapshot, [epoch_ended(next_epoch + number) for number in range(MORE_EVENTS)]),
    }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
