"""`--slurm` and `--slurm-script`: the flags, and what is printed of a submitted or a prepared job."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter

from fmnist_tui.cli.exit_codes import DONE
from fmnist_tui.cli.output import Output, print_json
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import UsageError, usage_errors
from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.paths import home_folder
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.slurm_job import SlurmJob
from fmnist_tui.sanitize import printable, quote

if TYPE_CHECKING:
    from fmnist_tui.sweeps.storage import Location

SLURM = Group("SLURM", sort_key=1)

Slurm = Annotated[
    str | None,
    Parameter(
        help="Submit this as a SLURM job with these options of sbatch, and return at once. A job that is preempted or "
        "reaches its time limit is saved, waits in the queue again and resumes exactly.",
        group=SLURM,
        metavar="OPTIONS",
        allow_leading_hyphen=True,
    ),
]

SlurmScript = Annotated[
    str | None,
    Parameter(
        help="Prepare the same job and print its script for sbatch instead of submitting it.",
        group=SLURM,
        metavar="OPTIONS",
        allow_leading_hyphen=True,
    ),
]


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What the two flags ask for.

    Attributes:
        options: The options of sbatch.
        submits: Whether the job is submitted; else its script is printed.
    """

    options: tuple[tuple[str, ...], ...]
    submits: bool


def job_request(slurm: str | None, slurm_script: str | None, *others: str) -> JobRequest | None:
    """Return what the two flags ask for; None if neither is given.

    Args:
        slurm: The value of `--slurm`.
        slurm_script: The value of `--slurm-script`.
        others: The given flags that make no sense for a job.

    Raises:
        UsageError: Flags exclude each other, or the options are no options of sbatch.
        UserError: There is no `sbatch` to submit the job with.
    """
    text = slurm if slurm is not None else slurm_script
    if text is None:
        return None
    from fmnist_tui.slurm.options import parse_options
    from fmnist_tui.slurm.submit import require_sbatch

    flag = "--slurm" if slurm is not None else "--slurm-script"
    excluded = [*(["--slurm-script"] if slurm is not None and slurm_script is not None else []), *others]
    if excluded:
        raise UsageError(f"{flag} and {excluded[0]} exclude each other", "Give one of them")
    with usage_errors():
        request = JobRequest(parse_options(text), submits=slurm is not None)
    if request.submits:
        require_sbatch()
    return request


def train_as_job(
    request: JobRequest,
    config: RunConfig,
    labels: RunLabels,
    output: Output,
    *,
    sinks: Sequence[str] = (),
    processes: int = 1,
) -> int:
    """Submit a new run as a job, or print the script; return the exit code.

    Args:
        request: What the flags ask for.
        config: What to train.
        labels: The run's labels.
        output: How the result is printed.
        sinks: The names of sinks to add.
        processes: Number of processes of each node that train together.

    Raises:
        UserError: The run's folder can't be made, or SLURM refuses the job.
    """
    from fmnist_tui.slurm.submit import prepare_run, submit_run

    arguments = [f"--sink={sink}" for sink in sinks]
    prepared = prepare_run(config, labels, request.options, arguments=arguments, processes=processes)
    run, file = prepared.folder.run, prepared.file
    facts = {"run": run, "job": None, "folder": str(prepared.folder.path), "script": str(file)}
    if request.submits:
        job, warning = submit_run(prepared)
        if warning:
            print_stderr(f"sbatch: {warning}")
        warn_of_local_home()
        if output is Output.JSON:
            print_json({**facts, "job": job.number})
        else:
            _print_submitted(job, run, str(file.parent), output)
    elif output is Output.JSON:
        print_json(facts)
    else:
        print(prepared.script, end="")
        print_stderr(f"run {printable(run)} is prepared; `sbatch {_shell_word(file)}` submits it")
        warn_of_local_home()
    return DONE


def _print_submitted(job: SlurmJob, run: str, folder: str, output: Output) -> None:
    print(printable(f"Run {run} is submitted as SLURM job {job.number}, in {folder}."))
    ref = _shell_word(run)
    ways = {
        f"fmnist-tui watch {ref} --wait": "watch it",
        f"fmnist-tui pause {ref}": "pause it while it trains",
        f"fmnist-tui stop {ref}": "stop and save it while it trains",
        job.cancel_command: "cancel the job",
        f"sbatch {_shell_word(f'{folder}/job.sh')}": "submit it again later",
    }
    for command, purpose in ways.items():
        print(f"To {purpose}, type `{command}`." if output is Output.SENTENCES else f"  {command}")


def work_as_job(request: JobRequest, sweep: str, location: "Location", arguments: Sequence[str]) -> int:
    """Submit a worker of a sweep as a job, or print the script; return the exit code.

    Args:
        request: What the flags ask for.
        sweep: The name of the sweep.
        location: Where it is stored.
        arguments: Further arguments of the command that the job runs.

    Raises:
        UserError: SLURM refuses the job.
    """
    from fmnist_tui.slurm.options import names_an_array
    from fmnist_tui.slurm.script import script_of
    from fmnist_tui.slurm.submit import submit
    from fmnist_tui.slurm.worker import worker_job
    from fmnist_tui.sweeps.storage import STORAGE_VARIABLE, sweeps_folder

    is_secret = location.has_password
    job_of_worker = worker_job(
        sweep, sweeps_folder(), arguments, variable=STORAGE_VARIABLE, storage=location.url, is_secret=is_secret
    )
    script = script_of(job_of_worker, request.options)
    if not request.submits:
        print(script, end="")
    else:
        job, warning = submit(script, {STORAGE_VARIABLE: location.url} if is_secret else None)
        if warning:
            print_stderr(f"sbatch: {warning}")
        print(printable(f"A worker of sweep {sweep} is submitted as SLURM job {job.number}."))
        number = "*" if names_an_array(request.options) else job.number
        print(printable(f"It prints to {sweeps_folder() / sweep}.{number}.log."))
        for command in (f"fmnist-tui sweep show {sweep}", f"fmnist-tui sweep stop {sweep}", job.cancel_command):
            print(f"  {command}")
    warn_of_local_home()
    if location.is_local:
        problem = f"warning: sweep {sweep} is an SQLite file, for workers on one node"
        print_stderr(UserError(problem, "For several nodes, store it in a database that --storage names").line())
    return DONE


def warn_of_local_home() -> None:
    """Warn if the program's folder seems to be one that only this machine can see."""
    from fmnist_tui.slurm.shared_folder import local_type_of

    home = home_folder()
    if kind := local_type_of(home):
        problem = f"warning: {quote(home, 200)} is on a local file system ({kind}), which other nodes may not see"
        print_stderr(UserError(problem, "Set FMNIST_TUI_HOME to a shared folder if the job fails").line())


def _shell_word(text: object) -> str:
    return shlex.quote(printable(text))
