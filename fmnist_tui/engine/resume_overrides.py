"""What may differ when a run is resumed."""

from dataclasses import dataclass

from fmnist_tui.config import RunConfig, scaled_rate


@dataclass(frozen=True, slots=True)
class ResumeOverrides:
    """What the user wants to differ when a run is resumed; nothing for each attribute that is None.

    Attributes:
        epochs: Epochs of the whole run, including those that are done.
        learning_rate_factor: What the learning rate is multiplied by.
        allow_fp32: Whether to compute in fp32 on this machine if it lacks the run's own device or precision.
        data: Where the run's images are now.
    """

    epochs: int | None = None
    learning_rate_factor: float | None = None
    allow_fp32: bool = False
    data: str | None = None

    def applied_to(self, config: RunConfig, rate: float | None = None) -> RunConfig:
        """Return the config with the overrides in it.

        Args:
            config: The run's config.
            rate: The learning rate that the factor multiplies; the config's if None.

        Raises:
            UserError: The config with the overrides is invalid.
        """
        flat = config.to_flat()
        changes = {"epochs": self.epochs, "data": self.data}
        flat |= {name: value for name, value in changes.items() if value is not None}
        if self.learning_rate_factor is not None:
            base = flat["learning_rate"] if rate is None else rate
            flat["learning_rate"] = scaled_rate(base, self.learning_rate_factor)
        return RunConfig.from_flat(flat)
