"""The queue with real processes: two runs of the demo data."""

import time

import pytest

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.queue import NewRun, enqueue
from fmnist_tui.engine.session import Session
from fmnist_tui.events import RunState
from fmnist_tui.runs.queue import has_worker, queue_output, read_queue
from fmnist_tui.runs.resolve import resolve_run

PINS = {"device": "cpu", "precision": "fp32", "threads": 1}
CONFIG = {"model": "logistic", "epochs": 1, "validation_size": 50_000, "data": "demo", **PINS}


@pytest.mark.usefixtures("demo_is_cached")
@pytest.mark.timeout(400)  # on a busy machine, torch takes long to be imported
def test_a_background_process_trains_the_queue_to_the_weights_of_the_foreground_and_ends() -> None:
    runs = enqueue([NewRun(RunConfig.from_flat({**CONFIG, "seed": seed})) for seed in (1, 2)])
    for _attempt in range(15_000):
        if not has_worker():
            break
        time.sleep(0.02)
    assert not read_queue().runs, queue_output().read_text()
    lines = queue_output().read_text().splitlines()
    # On a machine with several processors, they train at once: each names one thread.
    assert sorted(line.partition(" trains")[0] for line in lines) == sorted(
        text for folder in runs for text in (f"Run {folder.run}", f"Run {folder.run} has finished.")
    )
    assert Session().train(runs[1].config()).state is RunState.FINISHED
    first, second, foreground = (
        read_manifest(manifest_file(folder.checkpoints, "last")).weights.sha256
        for folder in (*runs, resolve_run("latest"))
    )
    assert foreground == second
    assert foreground != first
