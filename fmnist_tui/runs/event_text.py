"""Events as lines of a log for people to read."""

from dataclasses import dataclass

from fmnist_tui.datasets import mark_of
from fmnist_tui.events import (
    CheckpointFailed,
    CheckpointQuarantined,
    EpochEnded,
    Event,
    NonFiniteFound,
    PlanUnavailable,
    RunEnded,
    RunResumed,
    RunStarted,
    StateChanged,
    Warned,
)
from fmnist_tui.formatting import count, counted, loss_figure, percent


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event. `text` may hold any character that a file name may."""

    time: float
    text: str
    is_problem: bool = False


def log_line(event: Event) -> LogLine:
    """Return the line for an event."""
    is_failure = isinstance(event, RunEnded) and event.state.is_failure
    is_problem = isinstance(event, PlanUnavailable | CheckpointQuarantined | Warned | NonFiniteFound | CheckpointFailed)
    return LogLine(event.time, _text(event), is_failure or is_problem)


def _text(event: Event) -> str:
    match event:
        case StateChanged(state=state, detail=detail):
            return f"{state}: {detail}" if detail else str(state)
        case RunStarted():
            mark = f"{label} data, " if (label := mark_of(event.dataset)) else ""
            reason = f" ({event.plan_reason})" if event.plan_reason else ""
            return (
                f"run {event.run}: {event.config.model_name}, {count(event.parameters)} parameters, {mark}"
                f"{count(event.train_images)} images, {event.device} {event.precision}, "
                f"{counted(event.threads, 'thread')}{reason}"
            )
        case EpochEnded():
            best = " · best so far" if event.is_best else ""
            accuracy, loss = percent(event.validation_accuracy), loss_figure(event.validation_loss)
            return f"epoch {event.epoch}: validation {accuracy}, loss {loss}{best}"
        case RunResumed():
            note = f"; {event.note}" if event.note else ""
            if not event.checkpoint:
                return f"started again: no checkpoint had been saved{note}"
            return f"resumed in epoch {event.epoch}, from checkpoint {event.checkpoint}{note}"
        case PlanUnavailable():
            return event.problem
        case CheckpointQuarantined():
            return f"checkpoint {event.name} is damaged and was set aside: {event.reason}"
        case Warned():
            return f"{event.text}. {event.remedy}."
        case NonFiniteFound():
            return f"{event.what} nan or infinite in epoch {event.epoch} at step {event.step}"
        case CheckpointFailed():
            return f"could not save {event.name}: {event.reason}"
        case RunEnded():
            return event.reason if event.reason.startswith(f"{event.state} ") else f"{event.state}: {event.reason}"
        case _:
            return event.type
