"""What may be different when a run is resumed, and what follows from it."""

from dataclasses import dataclass

from fmnist_tui.config import RunConfig, scaled_rate
from fmnist_tui.errors import UserError


@dataclass(frozen=True, slots=True)
class ResumeOverrides:
    """What a resume asks to be different; nothing where it is None.

    Attributes:
        epochs: Epochs of the whole run, those that are done included.
        learning_rate_factor: What the learning rate is multiplied by.
        allow_fp32: Whether to compute in fp32 on what this machine has, if it lacks the run's own device or precision.
    """

    epochs: int | None = None
    learning_rate_factor: float | None = None
    allow_fp32: bool = False

    def applied_to(self, config: RunConfig, rate: float | None = None) -> RunConfig:
        """Return the config with the changes in it.

        Args:
            config: What the run is.
            rate: The learning rate that the factor is of; the config's if None.

        Raises:
            UserError: It is not legal any more.
        """
        flat = config.to_flat()
        if self.epochs is not None:
            flat["epochs"] = self.epochs
        if self.learning_rate_factor is not None:
            base = flat["learning_rate"] if rate is None else rate
            flat["learning_rate"] = scaled_rate(base, self.learning_rate_factor)
        return RunConfig.from_flat(flat)


def note_on(before: RunConfig, after: RunConfig, epochs_done: int) -> str:
    """What is different from now on, in words; empty where nothing is.

    Raises:
        UserError: The run has already more epochs than are asked for.
    """
    if after.epochs < epochs_done:
        raise UserError(
            f"epochs is {after.epochs}, but the run has {epochs_done} behind it", f"Ask for {epochs_done} or more"
        )
    notes = []
    if after.learning_rate != before.learning_rate:
        notes.append(f"learning rate {before.learning_rate:.3g} → {after.learning_rate:.3g}")
    if after.epochs != before.epochs:
        notes.append(f"epochs {before.epochs} → {after.epochs}")
        if after.schedule != "constant":
            notes.append(f"the {after.schedule} schedule is stretched over all {after.epochs}, so the rate jumps now")
    return "; ".join(notes)
