"""The events of a run: a frozen, typed record of each thing that happened, written as one JSON line.

The event log is the source of truth about a run. Its format is versioned; a reader skips types that it doesn't know, so
that an older program can read a newer log.
"""

import time
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from fmnist_tui.config import RunConfig
from fmnist_tui.hyperparameters import Precision
from fmnist_tui.run_state import RunState as RunState  # noqa: PLC0414 - events and their states are one vocabulary
from fmnist_tui.sanitize import encodable

LOG_VERSION = 1

Count = Annotated[int, Field(ge=0, lt=2**53)]
"""A count. A damaged file may hold any number; up to this one a float is exact."""

Seconds = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
"""A time or a time span in seconds."""

Text = Annotated[str, AfterValidator(encodable)]
"""Text that may hold the name of a file or run, and so bytes that are not UTF-8."""

FinalState = Literal[RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.CRASHED]
"""The states in which a run can end."""


class _Event(BaseModel):
    # JSON has no inf and nan: as strings, a diverged loss survives the log
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    time: Seconds = Field(default_factory=time.time)
    """Unix time in seconds."""

    @field_validator("type", mode="after", check_fields=False)
    @classmethod
    def _current_type(cls, _type: str) -> str:
        """Accept the names that earlier versions gave some events."""
        return str(cls.model_fields["type"].default)


class StateChanged(_Event):
    """The run entered a state that is not final; `RunEnded` reports the final one."""

    type: Literal["state_changed"] = "state_changed"
    state: RunState
    detail: Text = ""


class Machine(BaseModel):
    """What a run was trained on, as far as it decides the bits of the result.

    Attributes:
        platform: The operating system.
        cpu: The CPU's model.
        cpu_flags: Those of the CPU's instruction sets that kernels are chosen by.
        kernels: The instruction set that torch chose.
        flushes_denormals: Whether the CPU's threads flushed denormal numbers to zero; None in older logs and on a GPU.
        accelerator: The GPU with the versions of its libraries; empty if the run computed on the CPU.
        variables: The environment variables that were set and change how torch and its libraries compute.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    platform: Text = ""
    cpu: Text = ""
    cpu_flags: tuple[Text, ...] = ()
    kernels: Text = ""
    flushes_denormals: bool | None = None
    accelerator: Text = ""
    variables: dict[Text, Text] = {}


class RunStarted(_Event):
    """Everything is loaded, and the first batch is next. Reports what the config doesn't: what was found and chosen.

    Attributes:
        steps_per_epoch: Optimizer steps in one epoch.
        dataset: The dataset's name.
        dataset_fingerprint: sha256 over all images and labels.
        threads: Threads of torch within one operation; equal weights need an equal number.
        device: The name of torch's device, such as "cpu" or "cuda".
        precision: "fp32" or "bf16".
        plan_reason: Why this device, precision and number of threads; with the speeds if they were measured.
        gradients: How gradients are computed, "autograd" or "manual"; empty in older logs, like the following.
        channels_last: Whether images lie in memory pixel by pixel instead of channel by channel.
        model_code: sha256 of the module that defines the network.
        host: The name of the machine that trains the run.
        pid: The process that trains it.
        processes: Number of processes that train it together.
        machine: The machine's hardware and settings.
    """

    type: Literal["run_started"] = "run_started"
    version: Count = LOG_VERSION
    run: Text
    config: RunConfig
    parameters: Count
    flops: Count
    steps_per_epoch: Annotated[Count, Field(ge=1)]
    train_images: Count
    validation_images: Count
    dataset: str
    dataset_fingerprint: str
    dataset_origin: Text
    device: str
    precision: Precision
    threads: Count
    plan_reason: Annotated[str, Field(validation_alias=AliasChoices("plan_reason", "placement_reason"))] = ""
    gradients: Text = ""
    channels_last: bool | None = None
    model_code: Text = ""
    program_version: str
    torch_version: str
    host: Text = ""
    pid: Count = 0
    processes: Annotated[Count, Field(ge=1)] = 1
    python_version: Text = ""
    machine: Machine | None = None


class DownloadProgressed(_Event):
    """The dataset is being downloaded."""

    type: Literal["download_progressed"] = "download_progressed"
    file: str
    done_bytes: Count
    total_bytes: Count


class StepsDone(_Event):
    """Some batches were trained on; emitted up to ten times a second.

    Attributes:
        epoch: The current epoch, from 1.
        step: Number of this epoch's steps that are done.
        loss: Mean training loss over the images since the last such event, without label smoothing.
        accuracy: Share of those images that were predicted correctly when they were trained on.
        images_per_second: Training speed over those images.
        active_seconds: Time since the run began, without pauses.
    """

    type: Literal["steps_done"] = "steps_done"
    epoch: Count
    step: Count
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float
    active_seconds: Seconds


class ValidationStarted(_Event):
    """The training of an epoch is done; its validation is next."""

    type: Literal["validation_started"] = "validation_started"
    epoch: Count


class EpochEnded(_Event):
    """An epoch was trained and validated.

    Attributes:
        train_loss: Mean over the epoch's batches, each with the weights before its step; without label smoothing, like
            the validation loss.
        train_accuracy: Mean over the same batches.
        class_recalls: Recall of each class on the validation images; empty in older logs.
        class_predictions: Number of validation images that each class was predicted for; empty in older logs.
        images_per_second: Training images over training time, without the validation.
        is_best: Whether no earlier epoch had an equal or better validation accuracy.
    """

    type: Literal["epoch_ended"] = "epoch_ended"
    epoch: Count
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    class_recalls: tuple[float, ...] = ()
    class_predictions: tuple[Count, ...] = ()
    learning_rate: float
    images_per_second: float
    active_seconds: Seconds
    is_best: bool


def best_of(best: EpochEnded | None, other: EpochEnded | None) -> EpochEnded | None:
    """Return the epoch with the higher validation accuracy; `best` if they are equal."""
    if best is None or other is None:
        return best or other
    return other if other.validation_accuracy > best.validation_accuracy else best


class ProbeRecorded(_Event):
    """A probe of the network after an epoch was saved in the run's folder.

    Attributes:
        dead_share: Share of the hidden units that are positive for none of the probe images; None if the network has no
            such units, and 0 in older logs.
    """

    type: Literal["probe_recorded", "learning_recorded"] = "probe_recorded"
    epoch: Count
    dead_share: Annotated[float, Field(ge=0, le=1)] | None = 0.0


EPOCH_CHECKPOINT = r"epoch-([1-9]\d{0,5})"
"""Pattern of a checkpoint's name: `epoch-10` is the end of epoch 10, saved because of `checkpoint_every`."""

CheckpointName = Annotated[str, Field(pattern=f"^(best|last|{EPOCH_CHECKPOINT})$")]


class CheckpointSaved(_Event):
    """A checkpoint was written to the disk."""

    type: Literal["checkpoint_saved"] = "checkpoint_saved"
    name: CheckpointName
    epoch: Count
    step: Count
    path: Text


class CheckpointFailed(_Event):
    """A checkpoint could not be written; training continues, and the next save is tried."""

    type: Literal["checkpoint_failed"] = "checkpoint_failed"
    name: CheckpointName
    epoch: Count
    reason: Text


class PlanUnavailable(_Event):
    """The run can't be resumed because this machine lacks its device or precision. Its `RunEnded` follows."""

    type: Literal["plan_unavailable", "placement_missing"] = "plan_unavailable"
    problem: str


class RunResumed(_Event):
    """The run was resumed from a checkpoint. Events in the log about later steps than the checkpoint's are void.

    Attributes:
        started: What was found and chosen this time.
        checkpoint: The checkpoint's name; empty if none was saved and the run starts again.
        epoch: The next epoch.
        step: Number of that epoch's steps that are done.
        best: The best epoch so far.
        active_seconds: Time that the run had taken by then, without pauses.
        note: What differs from now on, such as a stretched schedule; empty if nothing does.
    """

    type: Literal["run_resumed"] = "run_resumed"
    started: RunStarted
    checkpoint: Text
    epoch: Count
    step: Count
    best: EpochEnded | None
    active_seconds: Seconds
    note: Text = ""


class CheckpointQuarantined(_Event):
    """A damaged checkpoint was renamed out of the way; an older one is used."""

    type: Literal["checkpoint_quarantined"] = "checkpoint_quarantined"
    name: str
    reason: Text


class Warned(_Event):
    """Something may need attention; the run continues."""

    type: Literal["warned"] = "warned"
    text: Text
    remedy: Text


class NonFiniteFound(_Event):
    """The loss or the weights are nan or infinite. They were not saved, and the run ends.

    Attributes:
        what: "loss" or "weights".
        step: The step of the epoch, from 1, where it was first seen.
        gradient_norm: The norm of the newest step's gradient.
        has_checkpoint: Whether the run has a checkpoint; without one, a resume starts it again.
    """

    type: Literal["non_finite_found", "bad_numbers_found"] = "non_finite_found"
    what: str
    epoch: Count
    step: Count
    learning_rate: float
    gradient_norm: float
    has_checkpoint: bool = True


class RunEnded(_Event):
    """The last event of a run; the one with state "crashed" is made by a reader that finds the run without a process.

    Attributes:
        reason: The reason in one line; for a failure with its remedy.
        best_epoch: The epoch of checkpoint `best`; 0 if there is none.
    """

    type: Literal["run_ended"] = "run_ended"
    state: FinalState
    reason: Text
    epochs: Count
    best_epoch: Count
    best_validation_accuracy: float
    active_seconds: Seconds


Event = (
    StateChanged
    | RunStarted
    | DownloadProgressed
    | StepsDone
    | ValidationStarted
    | EpochEnded
    | ProbeRecorded
    | CheckpointSaved
    | CheckpointFailed
    | CheckpointQuarantined
    | PlanUnavailable
    | RunResumed
    | Warned
    | NonFiniteFound
    | RunEnded
)

Emit = Callable[[Event], None]
"""Receives each event of a run, on the compute thread; it must return at once."""

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def to_line(event: Event) -> str:
    """Return an event as one line of JSON, without the line break."""
    return event.model_dump_json()


def from_line(line: str | bytes) -> Event | None:
    """Return the event of a log line; None for a torn line or a type that this version doesn't know."""
    try:
        return _ADAPTER.validate_json(line)
    except ValidationError:
        return None
