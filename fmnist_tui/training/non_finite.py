"""The end of a run whose numbers broke, and the way back from it."""

from fmnist_tui.errors import UserError
from fmnist_tui.events import NonFiniteFound


class NonFiniteError(UserError):
    """The loss or the weights are no finite numbers any more; the checkpoints saved before are good."""

    def __init__(self, found: NonFiniteFound, run: str) -> None:
        super().__init__(
            f"the {found.what} became nan or infinite in epoch {found.epoch} at step {found.step}, with learning rate "
            f"{found.learning_rate:.3g} and gradient norm {found.gradient_norm:.3g}",
            f"{'Go back to the last good checkpoint' if found.has_checkpoint else 'Start it again'} "
            f"with a third of the learning rate: fmnist-tui resume {run} --learning-rate-factor 0.33",
        )
