"""What a trial of an Optuna study records beside its values: slot and attempt, where its run is, why it has failed.

Everything that is read here may come from another version or another program, so nothing is relied on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fmnist_tui.sweeps.slots import Attempt, TrialState

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

RUN_ATTRIBUTES = ("run", "host", "run_started")


@dataclass(frozen=True, slots=True)
class RunPlace:
    """Where the run of a trial is.

    Attributes:
        run: The run's identifier.
        host: The machine that trained it.
        started: When it was started, which tells it from a run of the same name in another home.
    """

    run: str
    host: str
    started: float


def attempt_of(trial: FrozenTrial) -> Attempt | None:
    """Return a trial as the slots need it; None for one that another program has added to the study."""
    attributes = trial.user_attrs
    slot, attempt = attributes.get("slot"), attributes.get("attempt")
    if not isinstance(slot, int) or not isinstance(attempt, int):
        return None
    inherited, lost = attributes.get("inherited_epochs"), attributes.get("lost_workers")
    return Attempt(
        trial.number,
        slot,
        attempt,
        state_of(trial),
        lost if isinstance(lost, int) else 0,
        attributes.get("released") is True,
        len(trial.intermediate_values) > (inherited if isinstance(inherited, int) else 0),
    )


def state_of(trial: FrozenTrial) -> TrialState:
    """Return the state of a trial; a failed one without a reason has lost its worker."""
    if trial.state.name == "FAIL":
        return TrialState.FAILED if trial.user_attrs.get("reason") else TrialState.LOST
    return TrialState[trial.state.name]


def run_place(trial: FrozenTrial) -> RunPlace | None:
    """Return where the run of a trial is; None if it has none yet."""
    run, host, started = (trial.user_attrs.get(name) for name in RUN_ATTRIBUTES)
    if not isinstance(run, str) or not isinstance(host, str) or not isinstance(started, int | float):
        return None
    return RunPlace(run, host, started)
