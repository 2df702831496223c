"""How fast a run has been lately, from which its remaining time is estimated.

The mean since the start is wrong for long after something has changed: another program that used the processors has
ended, or the first epoch included what happens once.
"""

from dataclasses import dataclass, replace

RECENT_EPOCHS = 3
"""The number of finished epochs that count, each half as much as the next one."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The duration of the newest epochs.

    Attributes:
        finished: Seconds of training for a whole epoch, without validation; of the newest finished epochs, oldest
            first.
        validation: Seconds from the last batch of the newest finished epoch to its end.
        position: The end of the newest finished epoch, or where the run was resumed: 2.5 is the middle of epoch 3.
        seconds: The time that the run had taken by then.
    """

    finished: tuple[float, ...] = ()
    validation: float = 0.0
    position: float = 0.0
    seconds: float = 0.0

    def after_epoch(self, epoch: int, trained: float, seconds: float) -> "Pace":
        """Return the pace after the end of an epoch.

        Args:
            epoch: The epoch, from 1.
            trained: The time that the run had taken at the last batch.
            seconds: The time that the run has taken now.
        """
        done, spent = epoch - self.position, trained - self.seconds
        finished = (*self.finished, spent / done)[-RECENT_EPOCHS:] if done > 0 and spent > 0 else self.finished
        return Pace(finished, max(0.0, seconds - trained), epoch, seconds)

    def resumed(self, position: float, seconds: float) -> "Pace":
        """Return the pace at the point where a run is resumed, which it may have passed before."""
        return replace(self, position=position, seconds=seconds)

    def epoch_seconds(self, position: float, seconds: float) -> float | None:
        """Return the estimated seconds of training for a whole epoch; None before the first steps.

        Args:
            position: The position of the run now. The current epoch counts by its finished part.
            seconds: The time that the run has taken now.
        """
        weights = [0.5**age for age in range(len(self.finished))][::-1]
        times = list(self.finished)
        done, spent = position - self.position, seconds - self.seconds
        if done > 0 and spent > 0:
            weights.append(min(1.0, done))
            times.append(spent / done)
        if not times:
            return None
        return sum(weight * time for weight, time in zip(weights, times, strict=True)) / sum(weights)

    def remaining(self, position: float, seconds: float, end: int) -> float | None:
        """Return the estimated seconds until the end of epoch `end`, validations included; None before the first steps.

        Args:
            position: The position of the run now.
            seconds: The time that the run has taken now.
            end: An epoch, from 1.
        """
        each = self.epoch_seconds(position, seconds)
        if each is None:
            return None
        validations = max(0, end - int(self.position))
        return each * max(0.0, end - position) + self.validation * validations
