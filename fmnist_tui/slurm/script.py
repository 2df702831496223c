"""The script of a job for `sbatch`: its options and its command, and what it does when it is interrupted."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from fmnist_tui import __version__
from fmnist_tui.data.locate import FOLDER_VARIABLE
from fmnist_tui.engine.background import environment_for_any_folder
from fmnist_tui.errors import UserError
from fmnist_tui.paths import HOME_VARIABLE
from fmnist_tui.sanitize import printable, quote
from fmnist_tui.slurm.options import directive

SIGNAL_SECONDS = 60
"""How long before its time limit a job is signaled. SLURM may do it up to a minute earlier."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a job runs.

    Attributes:
        name: Its name in SLURM's queue.
        what: What it does in words, such as "run 20261127-010203-cnn".
        arguments: The arguments of this program.
        output: Where it prints; `%j` is its number. Later starts of the job append to it.
        progress: A shell command whose output changes when the job has got further.
        environment: The variables to set.
        inherited: The variables that it gets from the environment of `sbatch`, because no script must show them.
        processes: Number of processes of each node that train together.
    """

    name: str
    what: str
    arguments: Sequence[str]
    output: str
    progress: str
    environment: Mapping[str, str] = field(default_factory=dict)
    inherited: Sequence[str] = ()
    processes: int = 1


OWN_OPTIONS = (
    ("--open-mode=append", "each start of the job adds to its output"),
    ("--requeue", "SLURM starts the job again after a preemption or when its node fails"),
    (f"--signal=B:USR1@{SIGNAL_SECONDS}", "and warns it before its time limit"),
)
"""What makes a job resume; a user's option of the same name comes later and replaces it."""


def script_of(job: Job, options: Sequence[Sequence[str]]) -> str:
    """Return the script of a job.

    Args:
        job: What it runs.
        options: The user's options of `sbatch`.
    """
    lines = [
        "#!/bin/bash",
        f"# {printable(job.what[0].upper() + job.what[1:])} as a SLURM job, written by fmnist-tui {__version__}.",
        "# To submit it: sbatch FILE. It can be submitted again at any time: it resumes what it began.",
        directive([f"--job-name={printable(job.name)}"]),
        directive([f"--output={job.output}"]),
        *(
            line
            for option, reason in OWN_OPTIONS
            for line in (f"# {reason[0].upper()}{reason[1:]}:", directive([option]))
        ),
        *(["# Your options:"] if options else []),
        *map(directive, options),
        "",
        *(f"export {name}={shlex.quote(value)}" for name, value in job.environment.items()),
        *(f': "${{{name}:?it has a password, so it is not in this script: set it}}"' for name in job.inherited),
        *_threads(job.processes),
        f"what={shlex.quote(printable(job.what))}",
        *_command(job),
        f"progress() {{ {job.progress}; }}",
        "",
    ]
    return "\n".join(lines) + files("fmnist_tui.slurm").joinpath("job.sh").read_text(encoding="utf-8")


def _threads(processes: int) -> list[str]:
    share = "$SLURM_CPUS_ON_NODE"
    if processes > 1:
        share = f"$((SLURM_CPUS_ON_NODE > {processes} ? SLURM_CPUS_ON_NODE / {processes} : 1))"
    reason = "# Without this, a training would use all processors of a node that does not confine its jobs."
    return [reason, f'export OMP_NUM_THREADS="${{OMP_NUM_THREADS:-{share}}}"']


def _command(job: Job) -> list[str]:
    """Return the lines that set the command; on several nodes, torchrun starts the processes of each."""
    program = ["-m", "fmnist_tui", *job.arguments]
    if job.processes == 1:
        return [f"command=({shlex.join([sys.executable, *program])})"]
    alone = shlex.join([sys.executable, *program, f"--processes={job.processes}"])
    python = shlex.quote(sys.executable)
    return [
        f"command=({alone})",
        'if [ "$SLURM_JOB_NUM_NODES" -gt 1 ]; then # one torchrun on each node; they meet on the first one',
        '    first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)',
        f"    command=(srun --ntasks-per-node=1 --kill-on-bad-exit {python} -m torch.distributed.run",
        f'        --nnodes="$SLURM_JOB_NUM_NODES" --nproc-per-node={job.processes} --rdzv-backend=c10d',
        '        --rdzv-endpoint="$first:29400" --rdzv-id="$SLURM_JOB_ID"',
        f"        {shlex.join(program)})",
        "fi",
    ]


def output_pattern(folder: Path, name: str) -> str:
    """Return the path of an output as `sbatch` takes it.

    Args:
        folder: Where it is.
        name: Its name, in which `%j` is the job's number.

    Raises:
        UserError: SLURM can't write there.
    """
    path = str(folder.absolute())
    if not path.isprintable() or "\\" in path:  # with a backslash, SLURM would replace no %j and no %%
        raise UserError(
            f"SLURM can't write to {quote(path, 200)}: there is a backslash or an unprintable character in it",
            "Set FMNIST_TUI_HOME to another folder",
        )
    return os.path.join(path.replace("%", "%%"), name)  # noqa: PTH118 - a pattern, not a path


def job_environment() -> dict[str, str]:
    """Return the variables that a job needs to find this program and its folders from any other folder."""
    environment = environment_for_any_folder(os.environ)
    names = (HOME_VARIABLE, FOLDER_VARIABLE, "PYTHONPATH")
    return {name: environment[name] for name in names if environment.get(name)}
