"""A real training as a job that is preempted: its weights are those of an uninterrupted run."""

from pathlib import Path

import pytest
from commands import main
from stub_cluster import Cluster

from fmnist_tui.engine.session import Session
from fmnist_tui.events import EpochEnded, RunEnded, RunResumed
from fmnist_tui.run_state import RunState
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.slurm_job import SlurmJob, read_job
from fmnist_tui.runs.summarize import summarize_run

OPTIONS = ("--model=logistic", "--data=demo", "--epochs=10", "--batch-size=100", "--validation-size=50000")

PINS = ("--device=cpu", "--precision=fp32", "--threads=1")


def epochs(folder: RunFolder) -> int:
    """Return the number of epochs that a run's log has; 0 if there is no log."""
    if not folder.events_file.exists():
        return 0
    return sum(isinstance(event, EpochEnded) for event in read_events(folder.events_file))


def digests(folder: RunFolder) -> dict[str, str | None]:
    return {checkpoint.name: checkpoint.weights_sha256 for checkpoint in summarize_run(folder).checkpoints}


@pytest.mark.usefixtures("demo_is_cached")
def test_a_preempted_run_is_resumed_to_the_same_bits(cluster: Cluster, home: Path) -> None:
    assert main("train", *OPTIONS, *PINS, "--name", "job", "--slurm", "--partition=low --time=1:00") == 0
    folder = resolve_run("job")
    assert read_job(folder) == SlurmJob(number="4711")

    first = cluster.start()
    first.wait_until(lambda: epochs(folder) > 0)
    first.end()
    assert first.code() == 130
    assert epochs(folder) < 10
    assert cluster.requests == [], "SLURM itself starts a preempted job again"
    assert cluster.start().code() == 0
    assert cluster.requests == [], "a finished run is not started again"

    events = list(read_events(folder.events_file))
    assert [event.state for event in events if isinstance(event, RunEnded)] == [RunState.STOPPED, RunState.FINISHED]
    assert sum(isinstance(event, RunResumed) for event in events) == 1
    assert Session().train(folder.config()).state is RunState.FINISHED
    uninterrupted = resolve_run("latest")
    assert uninterrupted != folder
    assert digests(folder) == digests(uninterrupted)
    assert digests(folder)["best"]
