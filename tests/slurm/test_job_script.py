"""What the script of a job does with signals and exit codes, with a program in place of the training."""

import signal
import sys
from pathlib import Path

import pytest
from stub_cluster import Cluster, StartedJob

from fmnist_tui.slurm.script import Job, output_pattern, script_of
from fmnist_tui.slurm.submit import submit

STOPPED, KILLED = 130, 137

REQUEUED = ["requeue 4711"]


class Program:
    """A program in place of Python, which behaves as a test wants it.

    Args:
        folder: Where it is, and what it saves.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = folder / "python"

    def behave(self, code: str) -> None:
        """Replace its code, a shell script in the folder."""
        self.file.write_text(f"#!/bin/bash\ncd {self._folder}\n{code}\n")
        self.file.chmod(0o755)

    def has_started(self) -> bool:
        return (self._folder / "started").exists()


TRAINS = "touch started; while :; do sleep 0.02; done"

SAVES = f"trap 'echo $RANDOM >> saved; exit {STOPPED}' TERM; {TRAINS}"
"""Trains until it is stopped, and saves."""

SAVES_NOTHING = f"trap 'exit {STOPPED}' TERM; {TRAINS}"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    made = Program(tmp_path)
    monkeypatch.setattr(sys, "executable", str(made.file))
    return made


def started(cluster: Cluster, program: Program, code: str, tmp_path: Path) -> StartedJob:
    """Return a job that runs some code."""
    program.behave(code)
    job = Job(
        "name", "run x", ["resume", "x"], output_pattern(tmp_path, "out.log"), f"cat {tmp_path}/saved 2>/dev/null"
    )
    submit(script_of(job, ()))
    return cluster.start()


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_run_that_is_over_ends_the_job(cluster: Cluster, program: Program, tmp_path: Path, code: int) -> None:
    job = started(cluster, program, f"echo new > saved; echo $PWD; exit {code}", tmp_path)
    assert job.code() == code
    assert job.output.read_text() == f"{tmp_path}\n"
    assert cluster.requests == []


def test_a_warning_before_the_time_limit_saves_and_requeues(cluster: Cluster, program: Program, tmp_path: Path) -> None:
    job = started(cluster, program, SAVES, tmp_path)
    job.wait_until(program.has_started)
    job.warn()
    assert job.code() == STOPPED
    assert cluster.requests == REQUEUED
    assert "run x was stopped before its time limit. The job waits in the queue again" in job.output.read_text()


def test_a_signal_that_comes_while_the_run_is_saved_is_no_second_one(
    cluster: Cluster, program: Program, tmp_path: Path
) -> None:
    saves_slowly = "trap 'touch saving; until [ -e go ]; do sleep 0.02; done; echo new > saved; exit 130' TERM;"
    job = started(cluster, program, saves_slowly + TRAINS, tmp_path)
    job.wait_until(program.has_started)
    job.warn()
    job.wait_until((tmp_path / "saving").exists)
    for _again in range(3):
        job.end()
    (tmp_path / "go").touch()
    assert job.code() == STOPPED
    assert (tmp_path / "saved").exists()
    assert cluster.requests == [], "SLURM ends the job itself"


@pytest.mark.parametrize("code", [SAVES, SAVES_NOTHING])
def test_a_job_that_slurm_ends_is_left_to_slurm(cluster: Cluster, program: Program, tmp_path: Path, code: str) -> None:
    """It may have been cancelled, and `scontrol requeue` would start it again."""
    job = started(cluster, program, code, tmp_path)
    job.wait_until(program.has_started)
    job.end()
    assert job.code() == STOPPED
    assert cluster.requests == []


def test_without_an_answer_about_the_job_it_is_not_requeued(cluster: Cluster, program: Program, tmp_path: Path) -> None:
    cluster.program("squeue", "echo 'slurm_load_jobs error' >&2; exit 1")
    job = started(cluster, program, SAVES, tmp_path)
    job.wait_until(program.has_started)
    job.warn()
    assert job.code() == STOPPED
    assert cluster.requests == []
    assert "slurm_load_jobs error" in job.output.read_text()


def test_a_killed_run_is_resumed_as_long_as_it_gets_further(cluster: Cluster, program: Program, tmp_path: Path) -> None:
    job = started(cluster, program, "echo new > saved; kill -KILL $$", tmp_path)
    assert job.code() == KILLED
    assert cluster.requests == REQUEUED
    again = cluster.start()  # it saves the same once more, and is killed again
    assert again.code() == KILLED
    assert cluster.requests == REQUEUED, "a crash loop ends"
    assert "was ended by a signal (exit code 137) and has saved nothing new" in again.output.read_text()


def test_a_time_limit_that_is_too_short_is_no_loop_but_a_preemption_still_restarts(
    cluster: Cluster, program: Program, tmp_path: Path
) -> None:
    job = started(cluster, program, SAVES_NOTHING, tmp_path)
    job.wait_until(program.has_started)
    job.warn()
    job.wait_until(lambda: "and has saved nothing new since its start" in job.output.read_text())
    job.end()  # it has waited for that, because a job that ends while it is being preempted is not started again
    assert job.code() == -signal.SIGTERM
    assert cluster.requests == []


def test_a_refused_requeue_is_reported(cluster: Cluster, program: Program, tmp_path: Path) -> None:
    cluster.program("scontrol", "echo 'Requested operation is presently disabled' >&2; exit 1")
    job = started(cluster, program, SAVES, tmp_path)
    job.wait_until(program.has_started)
    job.warn()
    assert job.code() == STOPPED
    lines = job.output.read_text().splitlines()
    assert lines[-2:] == [
        "Requested operation is presently disabled",
        "fmnist-tui: it can't be queued again. Submit its script again.",
    ]


def test_the_training_is_killed_with_the_job(cluster: Cluster, program: Program, tmp_path: Path) -> None:
    job = started(cluster, program, "trap '' TERM; echo new > saved; " + TRAINS, tmp_path)
    job.wait_until(program.has_started)
    job.end()
    job.signal_all(signal.SIGKILL)  # as SLURM does after KillWait
    assert job.code() == -signal.SIGKILL
    assert cluster.requests == []


def test_several_processes_share_the_processors_and_on_several_nodes_torchrun_starts_them(
    cluster: Cluster, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    cluster.program("srun", 'echo "srun $*"')
    cluster.program("scontrol", '[ "$1 $2" = "show hostnames" ] && printf "node1\\nnode2\\n"')
    program.behave('echo "$OMP_NUM_THREADS: $*"')
    job = Job("name", "run x", ["resume", "a b"], output_pattern(tmp_path, "out.log"), "true", processes=4)
    submit(script_of(job, ()))
    alone = cluster.start()
    assert alone.code() == 0
    assert alone.output.read_text() == "1: -m fmnist_tui resume a b --processes=4\n"
    assert cluster.start(nodes=2).code() == 0
    assert alone.output.read_text().splitlines()[1] == (
        f"srun --ntasks-per-node=1 --kill-on-bad-exit {program.file} -m torch.distributed.run --nnodes=2 "
        "--nproc-per-node=4 --rdzv-backend=c10d --rdzv-endpoint=node1:29400 --rdzv-id=4711 -m fmnist_tui resume a b"
    )
