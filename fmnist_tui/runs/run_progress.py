"""What a run has reached, as far as its events show it, and the `RunEnded` that states it."""

from fmnist_tui.events import (
    CheckpointSaved,
    EpochEnded,
    Event,
    FinalState,
    NonFiniteFound,
    RunEnded,
    RunResumed,
    StepsDone,
    best_of,
)


class RunProgress:
    """What a run has reached, as far as its events show it.

    Attributes:
        has_trained: Whether a batch was reported, saved or found broken.
        is_over: Whether the run's `RunEnded` was emitted.
    """

    def __init__(self) -> None:
        self.has_trained = self.is_over = False
        self._best: EpochEnded | None = None
        self._epochs, self._seconds = 0, 0.0

    def update(self, event: Event) -> None:
        """Take account of the run's next event."""
        self.has_trained |= isinstance(event, StepsDone | EpochEnded | CheckpointSaved | NonFiniteFound)
        self.is_over |= isinstance(event, RunEnded)
        if isinstance(event, RunResumed):  # the epochs in the log after its checkpoint are void
            self._epochs, self._best, self._seconds = event.epoch - 1, event.best, event.active_seconds
        elif isinstance(event, EpochEnded):
            self._epochs, self._best, self._seconds = event.epoch, best_of(self._best, event), event.active_seconds

    def ended(self, state: FinalState, reason: str) -> RunEnded:
        """Return the last event of a run that ends here."""
        return RunEnded(
            state=state,
            reason=reason,
            epochs=self._epochs,
            best_epoch=self._best.epoch if self._best else 0,
            best_validation_accuracy=self._best.validation_accuracy if self._best else 0.0,
            active_seconds=self._seconds,
        )
