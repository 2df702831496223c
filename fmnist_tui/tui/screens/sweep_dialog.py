"""A dialog that makes a sweep of the fields that vary in the form."""

import asyncio
import shlex
from dataclasses import dataclass
from typing import cast

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from fmnist_tui.config import RunConfig, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import one_line, quote
from fmnist_tui.sweeps.background_workers import MAX_WORKERS
from fmnist_tui.sweeps.command import base_of, command_for_sweep
from fmnist_tui.sweeps.settings import PRUNERS, SAMPLERS, USUAL_TRIALS, SweepSettings
from fmnist_tui.sweeps.space import parse_dimension
from fmnist_tui.sweeps.storage import Location
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.choice import Choice

KEYS = "ctrl+s starts the sweep · tab next field · esc cancels"


@dataclass(frozen=True, slots=True)
class NewSweep:
    """A sweep that was made, and the number of background workers that are to train it."""

    name: str
    workers: int


class SweepDialog(ModalScreen[NewSweep | None]):
    """Dismissed with the sweep that it has made, or with None. Stays open while something is invalid.

    Args:
        config: The values of all fields that don't vary.
        space: What was typed for each field that varies.
        location: Where the sweep is made.
        name: The name that it is offered.
    """

    BINDINGS = bindings("new_sweep")

    def __init__(self, config: RunConfig, space: dict[str, str], location: Location, name: str) -> None:
        super().__init__()
        self._config, self._space, self._location = base_of(config, space), space, location
        self._fields: dict[str, Input | Choice] = {
            "name": Input(name, id="sweep-name", compact=True, max_length=32),
            "trials": Input(placeholder=str(USUAL_TRIALS), id="sweep-trials", compact=True, max_length=4),
            "sampler": Choice(tuple(SAMPLERS), "tpe", title="sampler", id="sweep-sampler"),
            "pruner": Choice(tuple(PRUNERS), "median", title="pruner", id="sweep-pruner"),
            "workers": Input("1", id="sweep-workers", compact=True, max_length=2),
        }
        self._notes = {name: Static(classes="sweep-note") for name in self._fields}
        self._message = Static(id="sweep-message")

    def compose(self) -> ComposeResult:
        specs = {spec.name: spec for spec in specs_for(self._config.model_name)}
        with Vertical(id="dialog"):
            yield Static(Content.styled(f"A sweep of {self._config.model_name}", "bold"))
            for field, text in self._space.items():
                dimension = parse_dimension(specs[field], text)
                yield Static(Content(f"  {specs[field].label}: {dimension.text}"))
            for name, editor in self._fields.items():
                with Horizontal(classes="sweep-row"):
                    yield Static(Content(name), classes="sweep-label")
                    yield editor
                    yield self._notes[name]
            yield Static(Content.styled(f"  in {self._location.title}", "$text-muted"))
            yield self._message
            yield Static(Content(KEYS), id="dialog-keys")

    def on_mount(self) -> None:
        self._show()

    @on(Input.Changed)
    @on(Choice.Changed)
    def _show(self) -> None:
        """Show what the values mean, and the command, or what is wrong."""
        notes = {
            "trials": "complete or pruned",
            "sampler": SAMPLERS.get(self._value("sampler"), ""),  # type: ignore[call-overload]
            "pruner": PRUNERS.get(self._value("pruner"), ""),  # type: ignore[call-overload]
            "workers": "background processes on this machine; 0 for none",
        }
        for name, text in notes.items():
            self._notes[name].update(Content(text))
        try:
            settings, _workers = self._typed()
        except UserError as error:
            self._show_error(error)
        else:
            cast(Input, self._fields["trials"]).placeholder = str(settings.trials)
            self._message.update(Content.styled(one_line(shlex.join(command_for_sweep(settings))), "$text-accent"))

    def _show_error(self, error: UserError) -> None:
        if self.is_attached:
            self._message.update(Content.styled(f"✗ {error.line()}", "$text-error"))

    def _value(self, name: str) -> str:
        return self._fields[name].value.strip()

    def _number(self, name: str, high: int) -> int:
        text = self._value(name)
        if not (text.isascii() and text.isdigit() and int(text) <= high):
            raise UserError(f"{name} is {quote(text)}", f"Use an integer up to {high}")
        return int(text)

    def _typed(self) -> tuple[SweepSettings, int]:
        """Return the settings of the sweep and the number of workers.

        Raises:
            UserError: A value is invalid.
        """
        trials = self._number("trials", 9999) if self._value("trials") else None
        sampler, pruner = self._value("sampler"), self._value("pruner")
        name = self._value("name")
        settings = SweepSettings.of(name, self._config, self._space, trials=trials, sampler=sampler, pruner=pruner)
        return settings, self._number("workers", MAX_WORKERS)

    @on(Input.Submitted)
    @work(exclusive=True)
    async def action_start(self) -> None:
        try:
            settings, workers = self._typed()
            self._message.update(Content("Making the sweep…"))
            await asyncio.to_thread(_create, settings, self._location)
        except UserError as error:
            self._show_error(error)
        else:
            self.dismiss(NewSweep(settings.name, workers))

    def action_copy(self) -> None:
        try:
            command = one_line(shlex.join(command_for_sweep(self._typed()[0])))
        except UserError:
            self.app.bell()
        else:
            self.app.copy_to_clipboard(command)
            self.notify(command, title="Copied", timeout=10, markup=False)


def _create(settings: SweepSettings, location: Location) -> None:
    from fmnist_tui.sweeps.study import create_sweep

    create_sweep(settings, location)


def free_name(model: str, taken: list[str]) -> str:
    """Return a name for a sweep of a model that no other one has."""
    return next(name for number in range(1, len(taken) + 2) if (name := f"{model}-{number}") not in taken)
