"""Divergence: the warning of a rising loss, and the error of a loss or weights that are not finite."""

from fmnist_tui.errors import UserError
from fmnist_tui.events import NonFiniteFound, Warned
from fmnist_tui.formatting import rate_figure

DIVERGENCE_FACTOR = 4.0
"""Warn of a loss that is more than this many times the lowest so far."""


def divergence_warning(loss: float, lowest: float | None) -> Warned | None:
    """Return a warning if an epoch's mean training loss is far above the lowest of the earlier epochs."""
    if lowest is None or loss <= DIVERGENCE_FACTOR * lowest:
        return None
    ratio = f"{loss / lowest:.1f} × the lowest so far" if lowest else f"{loss:.3g}, the lowest so far was 0"
    text = f"the loss is {ratio}: the run may be diverging"
    return Warned(text=text, remedy="Stop it and take a third of the learning rate")


class NonFiniteError(UserError):
    """The loss or the weights are nan or infinite; the checkpoints saved before are good."""

    def __init__(self, found: NonFiniteFound, run: str) -> None:
        super().__init__(
            f"the {found.what} became nan or infinite in epoch {found.epoch} at step {found.step}, with learning rate "
            f"{rate_figure(found.learning_rate)} and gradient norm {found.gradient_norm:.3g}",
            f"{'Resume from the last good checkpoint' if found.has_checkpoint else 'Start it again'} "
            f"with a third of the learning rate: fmnist-tui resume {run} --learning-rate-factor 0.33",
        )
