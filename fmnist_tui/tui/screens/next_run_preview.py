"""Shows what the form would train, while it is edited: the network, its size beside others, and the cost of the run."""

from typing import Any

from textual.screen import Screen
from textual.timer import Timer

from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import error_line
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.tui.config_draft import Draft
from fmnist_tui.tui.training_cost import CostEstimator
from fmnist_tui.tui.widgets.cost_line import CostLine
from fmnist_tui.tui.widgets.model_list import ModelList
from fmnist_tui.tui.widgets.model_preview import ModelPreview

DELAY_SECONDS = 0.15
"""Time without a keystroke before the summary of the network is computed again."""

COST_OF_INVALID = "The cost is shown when all fields are valid."


class NextRunPreview:
    """Fills the `ModelPreview`, the `CostLine` and the sizes in the `ModelList` of a screen.

    Args:
        screen: Has these widgets.
        engine: Computes the figures.
    """

    def __init__(self, screen: Screen[Any], engine: Engine) -> None:
        self._screen = screen
        self._costs = CostEstimator(engine)
        self._timer: Timer | None = None

    def show_soon(self, draft: Draft) -> None:
        """Show a draft when no other one follows for a moment."""
        self._screen.query_one(CostLine).mark_outdated()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(DELAY_SECONDS, lambda: self.show(draft))

    def show(self, draft: Draft) -> None:
        """Show a draft, as soon as its figures are known."""
        self._screen.run_worker(self._show(draft), exclusive=True, group="preview")

    def forget_speeds(self) -> None:
        """Estimate the time by the runs that there are now."""
        self._costs.forget_speeds()

    async def _show(self, draft: Draft) -> None:
        chosen = draft.architecture()
        # Queried before the await: after it, the app may be about to close.
        query = self._screen.query_one
        preview, models, line = query(ModelPreview), query(ModelList), query(CostLine)
        if chosen is None:
            line.show_unknown(COST_OF_INVALID)
            preview.show_placeholder("An option of the model is invalid.")
            return
        try:
            preview.show_summary(draft.model, await self._costs.summary(chosen))
            await self._show_cost(draft, line)
            others = [draft.with_model(name).architecture() for name in ARCHITECTURES]
            sizes = {other.registered_name(): await self._costs.summary(other) for other in others if other}
        except Exception as error:  # noqa: BLE001 - without torch the form still works
            preview.show_placeholder(error_line(error))
        else:
            models.show_parameters({name: size.parameters for name, size in sizes.items()})

    async def _show_cost(self, draft: Draft, line: CostLine) -> None:
        if draft.first_invalid() is not None:
            line.show_unknown(COST_OF_INVALID)
            return
        try:
            line.show(await self._costs.cost(draft.config()))
        except Exception as error:  # noqa: BLE001 - without figures the form still works
            line.show_problem(error_line(error))
