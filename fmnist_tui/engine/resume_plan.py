"""What a resume starts from: the checkpoint, the config from now on, the device, and what to report about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from fmnist_tui.atomic_files import sweep_temporaries
from fmnist_tui.checkpoints.latest import LoadedCheckpoint, load_latest
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import Emit, Event, PlanUnavailable, RunState, Warned
from fmnist_tui.formatting import rate_figure
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import RunSnapshot, replay
from fmnist_tui.sanitize import quote
from fmnist_tui.training.compute_plan import ComputePlan, PlanUnavailableError, fp32_plan, same_plan

_WITH_FP32 = (
    "To resume it in fp32 on this machine, with results that differ from the uninterrupted run's: "
    "fmnist-tui resume {run} --allow-fp32"
)


@dataclass(frozen=True, slots=True, eq=False)
class ResumePlan:
    """How a run is resumed.

    Attributes:
        config: The run's hyperparameters from now on.
        loaded: The checkpoint to resume from; None if the run starts again from its first step.
        plan: What to compute with; None if the run never reported what it was trained with.
        note: What differs from before, in words; empty if nothing does.
        messages: Events about the checkpoints and the plan, to be emitted once nothing can refuse the resume any more.
    """

    config: RunConfig
    loaded: LoadedCheckpoint | None
    plan: ComputePlan | None
    note: str
    messages: list[Event] = field(default_factory=list)


def plan_resume(
    folder: RunFolder, overrides: ResumeOverrides, dataset: Dataset, emit: Emit, processes: int = 1
) -> ResumePlan:
    """Load a run's newest good checkpoint and decide how the run is resumed from it.

    Args:
        folder: The run, whose lock this process holds.
        overrides: What the user wants to differ.
        dataset: The images that are here.
        emit: Receives `PlanUnavailable` if this machine lacks what the run was trained with.
        processes: Number of processes that will train the run together.

    Raises:
        UserError: The checkpoints, the images, the machine or the overrides don't permit a resume.
    """
    written, messages = folder.config(), list[Event]()
    sweep_temporaries(folder.checkpoints)
    loaded = load_latest(folder.checkpoints, messages.append)
    history = replay(read_events(folder.events_file)) if folder.events_file.exists() else RunSnapshot()
    # Without a checkpoint, the run starts again as it started before.
    before = loaded.manifest if loaded else history.started
    if before is not None and before.dataset_fingerprint != dataset.fingerprint:
        raise UserError(
            f"run {quote(folder.run)} was trained on other {before.dataset} images than are here",
            "Bring back the data that it was trained on",
        )
    trained_with = loaded.manifest.config if loaded else history.first.config if history.first else written
    # A factor multiplies the learning rate of the checkpoint, or the one that broke the run since. Not config.json's: a
    # resume that was killed before its first save has written its own there, and the factor must not act twice.
    scaled = history.started.config if history.non_finite and history.started else trained_with
    config = overrides.applied_to(written, scaled.learning_rate)
    done = loaded.manifest.progress.epoch - 1 if loaded else 0
    note = _note(trained_with, config, done)
    if done >= config.epochs and history.ended and history.ended.state is RunState.FINISHED:
        problem = f"all {config.epochs} epochs of run {quote(folder.run)} are done"
        raise UserError(problem, "Ask for more epochs with --epochs")
    plan = None
    if before is not None:
        threads = before.threads
        if before.processes != processes:
            note = "; ".join(filter(None, (note, _other_processes(before.processes, processes))))
            threads = 0  # those that suit as many processes
        try:
            plan = same_plan(config, before, threads=threads)
        except PlanUnavailableError as error:
            if not overrides.allow_fp32:
                emit(PlanUnavailable(problem=error.problem))
                raise UserError(error.problem, _WITH_FP32.format(run=folder.run)) from error
            plan = fp32_plan(config, before, threads=threads)
            config = config.model_copy(update={"device": plan.device.type, "precision": plan.precision})
            remedy = f"Resumed with {plan}: results will differ from the uninterrupted run's"
            messages.append(Warned(text=error.problem, remedy=remedy))
    return ResumePlan(config, loaded, plan, note, messages)


def _other_processes(before: int, now: int) -> str:
    """Return what a resume with another number of processes changes: sums are added up in another order."""
    processes = f"{now} process" if now == 1 else f"{now} processes"
    return f"continues with {processes} instead of {before}: equal within rounding, not bit for bit"


def _note(before: RunConfig, after: RunConfig, epochs_done: int) -> str:
    """Return what differs from now on, in words; empty if nothing does.

    Raises:
        UserError: More epochs are done than are asked for.
    """
    if after.epochs < epochs_done:
        problem = f"epochs is {after.epochs}, but {epochs_done} epochs of the run are done"
        raise UserError(problem, f"Ask for {epochs_done} or more")
    notes = []
    if after.learning_rate != before.learning_rate:
        notes.append(f"learning rate {rate_figure(before.learning_rate)} → {rate_figure(after.learning_rate)}")
    if after.epochs != before.epochs:
        notes.append(f"epochs {before.epochs} → {after.epochs}")
        if after.schedule != "constant":
            notes.append(f"the {after.schedule} schedule is stretched over all {after.epochs}, so the rate jumps now")
    return "; ".join(notes)
