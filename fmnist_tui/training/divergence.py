"""When a loss that climbs is worth a word."""

from fmnist_tui.events import Warned

WORTH_A_WARNING = 4.0
"""A loss so many times the lowest one so far."""


def divergence_warning(loss: float, lowest: float | None) -> Warned | None:
    """A warning where an epoch's mean loss lies far above the lowest of the epochs before it."""
    if lowest is None or loss <= WORTH_A_WARNING * lowest:
        return None
    far = f"{loss / lowest:.1f} × the lowest so far" if lowest else f"{loss:.3g}, the lowest so far was 0"
    text = f"the loss is {far}: the run may be diverging"
    return Warned(text=text, remedy="Stop it and take a third of the learning rate")
