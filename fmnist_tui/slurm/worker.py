"""The job of a worker of a sweep."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from fmnist_tui.errors import UserError
from fmnist_tui.paths import runs_folder
from fmnist_tui.sanitize import quote
from fmnist_tui.slurm.script import Job, job_environment, output_pattern


def worker_job(
    sweep: str,
    folder: Path,
    arguments: Sequence[str],
    *,
    variable: str = "",
    storage: str = "",
    is_secret: bool = False,
) -> Job:
    """Return the job of a worker.

    Args:
        sweep: The name of the sweep.
        folder: Where the job prints to; made if it does not exist.
        arguments: Further arguments of `sweep work`.
        variable: The variable that names the sweep's database.
        storage: Its URL; empty if the sweep is a file in the program's home.
        is_secret: Whether there is a password in it.

    Raises:
        UserError: The folder can't be made, or SLURM can't write there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"can't make {quote(folder, 200)}: {error.strerror or error}") from error
    public = {variable: storage} if storage and not is_secret else {}
    runs = shlex.quote(str(runs_folder().absolute()))
    return Job(
        name=f"sweep-{sweep}",
        what=f"worker of sweep {sweep}",
        arguments=["sweep", "work", sweep, *arguments],
        output=output_pattern(folder, f"{sweep}.%j.log"),
        # Whose trial was saved, is not known here; a worker that is alone gets no further if none was.
        progress=f"find {runs} -mindepth 3 -maxdepth 3 -name last.json -printf '%p %T@\\n' 2>/dev/null | cksum",
        environment={**job_environment(), **public},
        inherited=[variable] if is_secret else [],
    )
