"""The states of a run, the order in which it passes through them, and how a run is listed."""

from enum import StrEnum


class RunState(StrEnum):
    """What a run reports that it is doing. A run is over only when its `RunEnded` reports it."""

    STARTING = "starting"
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    CRASHED = "crashed"
    """No run reports this one: a process that watches it finds that its process is gone."""

    @property
    def is_over(self) -> bool:
        """Whether no other state follows, unless the run is resumed."""
        return self not in TRANSITIONS

    @property
    def is_failure(self) -> bool:
        """Whether the run is over because something broke."""
        return self in (RunState.FAILED, RunState.CRASHED)

    def may_become(self, state: "RunState") -> bool:
        """Return whether a run may go from this state to `state`."""
        return state in TRANSITIONS.get(self, ())


TRANSITIONS: dict[RunState, set[RunState]] = {
    # Starting is reported once for each thing that is loaded or measured.
    RunState.STARTING: {RunState.STARTING, RunState.TRAINING, RunState.STOPPED, RunState.FAILED},
    RunState.TRAINING: {RunState.PAUSED, RunState.STOPPING, RunState.FINISHED, RunState.STOPPED, RunState.FAILED},
    # A paused run that is stopped has saved already, and so may one that is stopped or abandoned after an epoch.
    RunState.PAUSED: {RunState.TRAINING, RunState.STOPPING, RunState.STOPPED, RunState.FAILED},
    RunState.STOPPING: {RunState.STOPPED, RunState.FAILED},
}
"""The states that may follow each state; none follows the others. A resume starts again at `STARTING`."""


class RunStatus(StrEnum):
    """The status of a run in a list: the state that it ended in, or what its log and its lock show."""

    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    RUNNING = "running"
    """The log has no end, and a living process holds the run's lock."""

    QUEUED = "queued"
    """The run is in the queue or waits for its SLURM job; it has not finished, and is not being trained now."""

    CRASHED = "crashed"
    """The log has no end, no process holds the lock, and the run is not in the queue."""
