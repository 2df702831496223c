"""Submits runs and other jobs to SLURM by `sbatch`."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from fmnist_tui.atomic_files import write_whole
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.background import create_run
from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.slurm_job import SlurmJob, write_job
from fmnist_tui.sanitize import one_line, quote
from fmnist_tui.slurm.options import names_an_array
from fmnist_tui.slurm.script import Job, job_environment, output_pattern, script_of

SCRIPT_NAME = "job.sh"

MAX_MESSAGE = 500
"""Characters of what `sbatch` printed."""

_NUMBER = re.compile(r"(\d{1,20})(?:;([A-Za-z0-9_.-]{1,100}))?")

_ELSEWHERE = "Submit from a login node of the cluster, or print the script with --slurm-script"


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A run that a job will train, and the script of that job."""

    folder: RunFolder
    script: str

    @property
    def file(self) -> Path:
        """Where the script is stored."""
        return self.folder.path / SCRIPT_NAME


def require_sbatch() -> None:
    """Check that jobs can be submitted on this machine.

    Raises:
        UserError: There is no `sbatch`.
    """
    if shutil.which("sbatch") is None:
        raise UserError("SLURM's command sbatch is not found", _ELSEWHERE)


def prepare_run(
    config: RunConfig,
    labels: RunLabels,
    options: Sequence[tuple[str, ...]],
    *,
    arguments: Sequence[str] = (),
    processes: int = 1,
) -> PreparedRun:
    """Make a new run's folder with the script of the job that will train it.

    Args:
        config: What to train.
        labels: Its name, note and tags.
        options: The user's options of `sbatch`.
        arguments: Further arguments of the command `resume`, which each start of the job runs.
        processes: Number of processes of each node that train together.

    Raises:
        UserError: The folder can't be made, or the options don't suit a run.
    """
    if names_an_array(options):
        problem = "a job array would train the same run several times"
        raise UserError(problem, "Submit several runs, or a sweep, whose workers may be an array")
    folder = create_run(config, labels)
    try:
        script = script_of(_job_of(folder, labels.name, arguments, processes), options)
        prepared = PreparedRun(folder, script)
        write_whole(prepared.file, script.encode(errors="surrogateescape"))
    except OSError as error:
        rmtree(folder.path, ignore_errors=True)
        raise UserError(f"can't write to {quote(folder.path, 200)}: {error.strerror or error}") from error
    except UserError:
        rmtree(folder.path, ignore_errors=True)
        raise
    return prepared


def _job_of(folder: RunFolder, name: str, arguments: Sequence[str], processes: int) -> Job:
    path = folder.path.absolute()
    last = path / "checkpoints" / "last.json"
    return Job(
        name=name or folder.run,
        what=f"run {folder.run}",
        arguments=["resume", str(path), "--plain", *arguments],
        output=output_pattern(path, folder.output_file.name),
        progress=f"cksum {shlex.quote(str(last))} 2>/dev/null",
        environment=job_environment(),
        processes=processes,
    )


def submit_run(prepared: PreparedRun) -> tuple[SlurmJob, str]:
    """Submit the job of a run; return it and what `sbatch` warned of.

    Raises:
        UserError: SLURM refuses it; the run's folder is removed.
    """
    try:
        job, warning = submit(prepared.script)
    except UserError:
        rmtree(prepared.folder.path, ignore_errors=True)
        raise
    try:
        write_job(prepared.folder, job)
    except OSError as error:
        problem = f"job {job.number} is submitted, but its number can't be stored: {error.strerror or error}"
        raise UserError(problem, f"`{job.cancel_command}` cancels it") from error
    return job, warning


def submit(script: str, environment: Mapping[str, str] | None = None) -> tuple[SlurmJob, str]:
    """Submit a script; return its job and what `sbatch` warned of, on one line.

    Args:
        script: What `sbatch` reads.
        environment: Variables that the job gets from the environment of `sbatch`, so that no script shows them.

    Raises:
        UserError: There is no `sbatch`, or it refuses the script.
    """
    try:
        done = subprocess.run(
            ["sbatch", "--parsable"],
            input=script.encode(errors="surrogateescape"),
            capture_output=True,
            check=False,
            env={**os.environ, **(environment or {})},
        )
    except FileNotFoundError as error:
        raise UserError("SLURM's command sbatch is not found", _ELSEWHERE) from error
    except OSError as error:
        raise UserError(f"SLURM's command sbatch can't be started: {error.strerror or error}", _ELSEWHERE) from error
    said = _message(done.stderr)
    if done.returncode != 0:
        reason = said or f"exit code {done.returncode}"
        raise UserError(f"SLURM refuses the job: {reason}", "See `sinfo` for the partitions, and `man sbatch`")
    number = _NUMBER.fullmatch(done.stdout.decode(errors="replace").strip())
    if number is None:
        printed = quote(one_line(done.stdout.decode(errors="replace")), 200)
        raise UserError(f"sbatch printed {printed} instead of a job's number", "See `squeue --me` for your jobs")
    return SlurmJob(number=number[1], cluster=number[2] or ""), said


def _message(output: bytes) -> str:
    """Return what `sbatch` wrote to stderr, on one line and without its own prefixes."""
    lines = (one_line(line) for line in output.decode(errors="replace").splitlines())
    text = "; ".join(re.sub(r"^sbatch: (error: )?", "", line) for line in lines if line)
    return text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]}…"
