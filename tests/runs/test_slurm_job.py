"""The number of a run's SLURM job, and how a run is listed that waits for it."""

import pytest
from sessions import CONFIG

from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.slurm_job import SlurmJob, read_job, write_job


def test_a_run_is_queued_until_its_job_begins() -> None:
    folder = RunFolder.create(CONFIG)
    assert summary_of(folder).status is RunStatus.CRASHED
    job = SlurmJob(number="12", cluster="hpc")
    write_job(folder, job)
    assert read_job(folder) == job
    assert job.cancel_command == "scancel --clusters=hpc 12"
    assert summary_of(folder).status is RunStatus.QUEUED
    assert [run.status for run in list_runs()] == [RunStatus.QUEUED]
    with lock_run(folder):
        assert summary_of(folder).status is RunStatus.RUNNING
    folder.events_file.touch()  # it has begun, and was killed
    assert summary_of(folder).status is RunStatus.CRASHED


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"number": 5}',
        '{"number": "5; rm"}',
        '{"number": "5", "cluster": "a b"}',
        '{"number": "' + "1" * 2000,
    ],
)
def test_a_damaged_number_is_none(content: str) -> None:
    folder = RunFolder.create(CONFIG)
    folder.slurm_file.write_text(content)
    assert read_job(folder) is None
