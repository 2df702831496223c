"""Starts what the form describes: here, in the background, by the queue, once or with several seeds."""

from collections.abc import Callable
from typing import Any, TypeVar

from textual.screen import Screen

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import UserError
from fmnist_tui.tui.config_draft import Draft
from fmnist_tui.tui.messages import BackgroundRequested, QueueRequested, StartRequested, SweepRequested
from fmnist_tui.tui.screens.next_run_labels import NextRunLabels
from fmnist_tui.tui.screens.repeat_dialog import ask_for_new_repeats
from fmnist_tui.tui.widgets.config_form import ConfigForm

T = TypeVar("T")


class NextRunStart:
    """Posts a screen's requests to train what its `ConfigForm` describes, with the labels of the next run.

    Args:
        screen: Has the form.
        engine: Chooses what repeats are computed with.
        labels: Those of the next run.
        refused: Called instead with what is wrong with the form.
    """

    def __init__(
        self, screen: Screen[Any], engine: Engine, labels: NextRunLabels, refused: Callable[[UserError], None]
    ) -> None:
        self._screen, self._engine, self._labels, self._refused = screen, engine, labels, refused

    def config(self) -> RunConfig | None:
        """Return the config in the form; if it is invalid, show why and return None."""
        return self._valid(self._draft.config)

    def here(self) -> None:
        """Start a run in this process, or a sweep if fields have more than one value."""
        space = self._draft.space()
        if space:
            base = self._valid(self._draft.sweep_base)
            if base is not None:
                self._screen.post_message(SweepRequested(base, space))
            return
        config = self.config()
        if config is not None:
            self._screen.post_message(StartRequested(config, self._labels.take()))

    def in_background(self) -> None:
        """Start a run in a process of its own."""
        config = self.config()
        if config is not None:
            self._screen.post_message(BackgroundRequested(config, self._labels.take()))

    def in_queue(self) -> None:
        """Queue a run for each combination of values in the form."""
        configs = self._valid(self._draft.configs)
        if configs is not None:
            self._screen.post_message(QueueRequested(configs, self._labels.take()))

    async def with_several_seeds(self) -> None:
        """Ask for a number of seeds, and queue a run for each."""
        config = self.config()
        if config is None:
            return
        try:
            request = await ask_for_new_repeats(self._screen.app, config, self._engine)
        except UserError as error:
            self._screen.notify(error.line(), severity="error", markup=False)
            return
        if request is not None:
            request.labels = self._labels.take()
            self._screen.post_message(request)

    @property
    def _draft(self) -> Draft:
        return self._screen.query_one(ConfigForm).draft

    def _valid(self, read: Callable[[], T]) -> T | None:
        """Return what is read from the form; if that is invalid, show why and return None."""
        try:
            return read()
        except UserError as error:
            self._refused(error)
            return None
