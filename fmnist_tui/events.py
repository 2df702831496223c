"""What a run says: one frozen, typed record for each thing that happened, one JSON line each.

The event log is the truth about a run. The format is versioned; a reader passes over types that it doesn't know, so
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

from fmnist_tui.config import Precision, RunConfig
from fmnist_tui.run_state import RunState as RunState  # noqa: PLC0414 - events and their states are one vocabulary
from fmnist_tui.sanitize import encodable

LOG_VERSION = 1


Count = Annotated[int, Field(ge=0, lt=2**53)]
"""What is counted. A damaged file may hold any number; this much is exact in a float."""

Seconds = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
"""A time or a time span that a clock can show."""

Text = Annotated[str, AfterValidator(encodable)]
"""Text that may hold the name of a file or run, and so bytes that are no UTF-8."""

FinalState = Literal[RunState.FINISHED, RunState.STOPPED, RunState.FAILED]
"""The states that a run can end in."""


class _Event(BaseModel):
    # inf and nan are written as strings: plain JSON has no word for them, and a diverged loss must survive the log
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    time: Seconds = Field(default_factory=time.time)
    """Seconds since the epoch, by the machine's clock."""

    @field_validator("type", mode="after", check_fields=False)
    @classmethod
    def _type_of_today(cls, _type: str) -> str:
        """Earlier versions wrote some events under other names."""
        return str(cls.model_fields["type"].default)


class StateChanged(_Event):
    """The run entered a state that isn't its last; `RunEnded` tells of the last."""

    type: Literal["state_changed"] = "state_changed"
    state: RunState
    detail: Text = ""


class RunStarted(_Event):
    """Everything is loaded and the first batch is next. Tells what the config doesn't: what was found and chosen.

    Attributes:
        steps_per_epoch: Optimizer steps in one epoch.
        dataset: The dataset's name.
        dataset_fingerprint: sha256 over all images and labels.
        threads: Threads that torch uses inside one operation; equal weights need an equal number.
        device: The device in torch's words, such as "cpu" or "cuda".
        precision: "fp32" or "bf16".
        plan_reason: Why this device, precision and number of threads; with the speeds if they were measured.
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
    program_version: str
    torch_version: str


class DownloadProgressed(_Event):
    """The dataset is being fetched."""

    type: Literal["download_progressed"] = "download_progressed"
    file: str
    done_bytes: Count
    total_bytes: Count


class StepsDone(_Event):
    """Some batches were trained on; told a few times a second.

    Attributes:
        epoch: The epoch under way, from 1.
        step: Steps of this epoch that are done.
        loss: Mean training loss over the images since the last such event, without label smoothing.
        accuracy: Share of those images that the network had right as it trained on them.
        images_per_second: Training speed over the same images.
        active_seconds: Time since the run began, pauses left out.
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
    """The epoch's training is done; its validation is next."""

    type: Literal["validation_started"] = "validation_started"
    epoch: Count


class EpochEnded(_Event):
    """An epoch was trained and validated.

    Attributes:
        train_loss: Mean over the epoch, each batch with the weights of its moment; without label smoothing, like the
            validation loss.
        train_accuracy: Likewise.
        class_recalls: Of each class's validation images the share that was called so; empty in older logs.
        class_predictions: How many validation images each class was predicted for; empty in older logs.
        images_per_second: Training images over training time, validation left out.
        is_best: Whether no earlier epoch had a better validation accuracy.
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
    """What the network looks like after an epoch was put into the run's folder.

    Attributes:
        dead_share: Share of the hidden units that are positive for none of the panel's images; None if the network has
            no such units, and 0 in older logs.
    """

    type: Literal["probe_recorded", "learning_recorded"] = "probe_recorded"
    epoch: Count
    dead_share: Annotated[float, Field(ge=0, le=1)] | None = 0.0


CheckpointName = Annotated[str, Field(pattern=r"^(best|last|epoch-[1-9]\d{0,5})$")]
"""`epoch-10` is the end of epoch 10, kept because the config asked for it."""


class CheckpointSaved(_Event):
    """A checkpoint is safely on disk."""

    type: Literal["checkpoint_saved"] = "checkpoint_saved"
    name: CheckpointName
    epoch: Count
    step: Count
    path: Text


class CheckpointFailed(_Event):
    """A checkpoint could not be written; training goes on, and the next save is tried."""

    type: Literal["checkpoint_failed"] = "checkpoint_failed"
    name: CheckpointName
    epoch: Count
    reason: Text


class PlanUnavailable(_Event):
    """A run can't be resumed as it was trained: this machine lacks its device or precision. Its `RunEnded` follows."""

    type: Literal["plan_unavailable", "placement_missing"] = "plan_unavailable"
    problem: str


class RunResumed(_Event):
    """The run goes on from a checkpoint. What the log says of later moments than this one is void.

    Attributes:
        started: What the loop found and chose this time.
        checkpoint: Which checkpoint it goes on from; empty if none was saved and the run begins again.
        epoch: The epoch that is worked on next.
        step: Its steps that were done.
        best: The best epoch so far.
        active_seconds: Time that the run had taken by then, without pauses.
        note: What is different from now on, such as a schedule that is stretched; empty where nothing is.
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
    """A checkpoint turned out to be damaged; it was set aside, and an older one is taken."""

    type: Literal["checkpoint_quarantined"] = "checkpoint_quarantined"
    name: str
    reason: Text


class Warned(_Event):
    """Something is worth a look, but the run goes on."""

    type: Literal["warned"] = "warned"
    text: Text
    remedy: Text


class NonFiniteFound(_Event):
    """The loss or the weights are nan or infinite; nothing of it was saved, and the run ends.

    Attributes:
        what: "loss" or "weights".
        step: The step of the epoch, from 1, where it was first seen.
        gradient_norm: Of the newest step.
        has_checkpoint: Whether the run has a checkpoint to go back to; else a resume starts it again.
    """

    type: Literal["non_finite_found", "bad_numbers_found"] = "non_finite_found"
    what: str
    epoch: Count
    step: Count
    learning_rate: float
    gradient_norm: float
    has_checkpoint: bool = True


class RunEnded(_Event):
    """The run's last event: the loop has said that it is over.

    Attributes:
        reason: Why, in one line; for a failure with the way out.
        best_epoch: The epoch of checkpoint `best`; 0 where there is none.
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
    """The event as one line of JSON, without the line break."""
    return event.model_dump_json()


def from_line(line: str | bytes) -> Event | None:
    """The event that a log line holds; None for a torn line, or for a type of a newer program."""
    try:
        return _ADAPTER.validate_json(line)
    except ValidationError:
        return None
