"""The summaries of networks, each computed once by the engine."""

import asyncio

from fmnist_tui.engine.protocol import Engine
from fmnist_tui.models import Architecture
from fmnist_tui.models.summary import ModelSummary


class ModelSummaryCache:
    """Caches the summary of every requested network."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[Architecture, ModelSummary] = {}

    async def of(self, architecture: Architecture) -> ModelSummary:
        """Return the network's summary.

        Raises:
            UserError: It can't be built.
        """
        if architecture not in self._known:
            self._known[architecture] = await asyncio.wrap_future(self._engine.summarize(architecture))
        return self._known[architecture]
