"""One line below the form: what the training of its config would cost on this machine."""

from textual.content import Content

from fmnist_tui.tui.training_cost import TrainingCost
from fmnist_tui.tui.widgets.paragraph import Paragraph

MIN_LONG = 116
"""Columns from which the figures are written out."""


class CostLine(Paragraph):
    """Size of the network, expected time and memory."""

    def __init__(self) -> None:
        super().__init__(Content.styled("The cost is shown when the engine is loaded.", "$foreground-disabled"))
        self._cost: TrainingCost | None = None

    def mark_outdated(self) -> None:
        """Dim the figures until those of the changed form are known."""
        self.add_class("-outdated")

    def show(self, cost: TrainingCost) -> None:
        """Show the cost of a training."""
        self._cost = cost
        self.remove_class("-outdated")
        self._write()

    def show_unknown(self, reason: str) -> None:
        """Show why there are no figures."""
        self._cost = None
        self.remove_class("-outdated")
        self.update(Content.styled(reason, "$foreground-disabled"))

    def show_problem(self, problem: str) -> None:
        """Show why the training can't be started on this machine."""
        self._cost = None
        self.remove_class("-outdated")
        self.update(Content.styled(f"✗ {problem}", "$text-error"))

    def on_resize(self) -> None:
        self._write()

    def _write(self) -> None:
        cost = self._cost
        if cost is None:
            return
        is_long = self.content_size.width >= MIN_LONG
        size = Content.styled(cost.size_text(is_long), "$foreground-muted")
        time = Content.styled(cost.time_text(is_long), "$text-accent" if cost.time else "$foreground-muted")
        memory = Content(cost.memory_text())
        parts = [size, time, memory]
        if cost.is_too_large:  # first, as a narrow line is cut off at its end
            parts = [Content.styled(f"✗ {cost.memory_text()}", "$text-error"), size, time]
        between = Content.styled("  ·  " if is_long else " · ", "$foreground-disabled")
        if between.join(parts).cell_length > self.content_size.width and parts[0] is size:
            parts = parts[1:]  # the list of models has the number of parameters
        self.update(between.join(parts))
