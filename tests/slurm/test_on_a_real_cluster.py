"""A run as a job of a real SLURM: interrupted in every way, it is resumed to the same bits."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import main
from real_cluster import WHY_NOT, command, is_installed, real_cluster, wait_until

from fmnist_tui.engine.session import Session
from fmnist_tui.events import EpochEnded, RunEnded, RunResumed
from fmnist_tui.run_state import RunState
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.slurm_job import read_job
from fmnist_tui.runs.summarize import summarize_run

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not is_installed(), reason=WHY_NOT),
    pytest.mark.usefixtures("demo_is_cached", "cluster"),
]

TRAIN = (
    "train",
    *("--model=logistic", "--data=demo", "--epochs=60", "--batch-size=100", "--validation-size=50000"),
    *("--device=cpu", "--precision=fp32", "--threads=1"),
)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with real_cluster(tmp_path / "slurm", monkeypatch):
        yield


def epochs(folder: RunFolder) -> int:
    if not folder.events_file.exists():
        return 0
    return sum(isinstance(event, EpochEnded) for event in read_events(folder.events_file))


def wait_for_progress(folder: RunFolder) -> None:
    """Wait until the job has trained three more epochs."""
    before = epochs(folder)
    wait_until(lambda: epochs(folder) >= before + 3)


def state_of(job: str) -> str:
    return command("squeue", "--noheader", f"--jobs={job}", "--format=%T")


def test_a_job_that_is_interrupted_in_every_way_gives_the_same_bits(capsys: pytest.CaptureFixture[str]) -> None:
    options = "--partition=low --comment='a # \"b\" \\ %'"
    assert main(*TRAIN, "--name", "50 % # job", "--slurm", options) == 0
    folder = resolve_run("50 % # job")
    job = read_job(folder)
    assert job is not None
    shown = command("scontrol", "show", "job", job.number)
    assert "JobName=50 % # job\n" in shown
    assert 'Comment=a # "b" \\ %' in shown
    assert f"StdOut={folder.output_file}\n" in shown

    wait_for_progress(folder)
    command("scontrol", "requeue", job.number)
    wait_for_progress(folder)
    command("scancel", "--batch", "--signal=USR1", job.number)  # what SLURM does before the time limit
    wait_for_progress(folder)
    command("sbatch", "--parsable", "--partition=high", "--output=/dev/null", script="#!/bin/sh\nsleep 1\n")
    wait_until(lambda: state_of(job.number) != "RUNNING")
    wait_until(lambda: not state_of(job.number), 600)

    events = list(read_events(folder.events_file))
    states = [event.state for event in events if isinstance(event, RunEnded)]
    assert states == [*[RunState.STOPPED] * 3, RunState.FINISHED]
    assert sum(isinstance(event, RunResumed) for event in events) == 3
    ended = command("scontrol", "show", "job", job.number)
    assert "JobState=COMPLETED" in ended
    assert "Restarts=3" in ended
    assert Session().train(folder.config()).state is RunState.FINISHED
    uninterrupted = summarize_run(resolve_run("latest"))
    assert uninterrupted.run != folder.run
    assert {one.name: one.weights_sha256 for one in summarize_run(folder).checkpoints} == {
        one.name: one.weights_sha256 for one in uninterrupted.checkpoints
    }


def test_a_cancelled_job_and_a_stopped_run_are_not_started_again(capsys: pytest.CaptureFixture[str]) -> None:
    for name, end in (("cancelled", "CANCELLED"), ("stopped", "COMPLETED")):
        assert main(*TRAIN, "--name", name, "--slurm", "") == 0
        folder = resolve_run(name)
        job = read_job(folder)
        assert job is not None
        wait_for_progress(folder)
        if name == "cancelled":
            command("scancel", job.number)
        else:
            assert main("stop", name) == 0
        wait_until(lambda number=job.number: not state_of(number))  # type: ignore[misc]
        assert f"JobState={end}" in command("scontrol", "show", "job", job.number)
        assert summarize_run(folder).state == RunState.STOPPED
    assert main(*TRAIN, "--slurm", "--partition=nowhere") == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "refuses" in line]
    assert line.startswith("fmnist-tui: SLURM refuses the job: invalid partition specified: nowhere; Batch job")
