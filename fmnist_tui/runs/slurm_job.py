"""The SLURM job that trains a run, or is to train it: a file in the run's folder."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fmnist_tui.atomic_files import read_whole, write_whole
from fmnist_tui.runs.folder import RunFolder

MAX_BYTES = 1000


class SlurmJob(BaseModel):
    """A job that was submitted.

    Attributes:
        number: Its number.
        cluster: The cluster, if SLURM named one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
    cluster: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,100}$")] = ""

    @property
    def cancel_command(self) -> str:
        """The command that cancels the job."""
        return f"scancel --clusters={self.cluster} {self.number}" if self.cluster else f"scancel {self.number}"


def write_job(folder: RunFolder, job: SlurmJob) -> None:
    """Store the job that trains a run.

    Raises:
        OSError: It can't be written.
    """
    write_whole(folder.slurm_file, f"{job.model_dump_json()}\n".encode())


def read_job(folder: RunFolder) -> SlurmJob | None:
    """Return the job that was last submitted for a run; None if there is none, or the file is damaged."""
    try:
        return SlurmJob.model_validate_json(read_whole(folder.slurm_file, MAX_BYTES))
    except (OSError, ValidationError):
        return None
