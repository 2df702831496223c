"""A dialog that exports a run or one of its checkpoints for another program."""

import asyncio
import os
from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import UserError, error_line
from fmnist_tui.exporting.format import ExportFormat, NetworkFormat
from fmnist_tui.exporting.formats import export_formats
from fmnist_tui.exporting.result import Exported
from fmnist_tui.formatting import count, size_figure
from fmnist_tui.optional_packages import require_packages
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import title_of
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.screens.choice_dialog import Answer, confirms
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys

TOAST_SECONDS = 10
"""A path takes a while to read."""

NO_CHECKPOINT = "–"
"""The value of the choice of a run that has saved none."""


class ExportCancelled(Exception):
    """The user closed the dialog while a file was being verified."""


class Formats(CursorKeys, OptionList):
    """The list of formats; left and right choose the checkpoint, as up and down choose the format."""

    BINDINGS = bindings("move", "options")

    def __init__(self, options: Sequence[Option], checkpoint: Choice) -> None:
        super().__init__(*options, markup=False)
        self._checkpoint = checkpoint

    @property
    def rows_on_page(self) -> int:
        return self.option_count

    def move_cursor(self, columns: int, rows: int) -> None:
        if columns:
            self._checkpoint.action_step(columns)
        else:
            self.highlighted = max(0, min((self.highlighted or 0) + rows, self.option_count - 1))

    def move_to_edge(self, *, is_last: bool) -> None:
        self.highlighted = is_last * (self.option_count - 1)


class ExportDialog(ModalScreen[None]):
    """Asks for the format and the checkpoint, exports into the run's folder, and shows how far that is.

    Args:
        engine: Exports.
        folder: The run.
        checkpoints: The names of its checkpoints, the default first.
    """

    BINDINGS = bindings("export")

    def __init__(self, engine: Engine, folder: RunFolder, checkpoints: Sequence[str]) -> None:
        super().__init__()
        self._engine = engine
        self._folder = folder
        self._has_checkpoint = bool(checkpoints)
        names = tuple(checkpoints) or (NO_CHECKPOINT,)
        self._checkpoint = Choice(names, names[0], title="checkpoint", id="export-checkpoint")
        self._formats = Formats([self._option(form) for form in export_formats().values()], self._checkpoint)
        self._note = Static(id="export-note")
        self._is_exporting = self._is_cancelled = False

    def _option(self, form: ExportFormat) -> Option:
        is_possible = self._has_checkpoint or not isinstance(form, NetworkFormat)
        return Option(_line(form, "" if is_possible else "the run has saved no checkpoint"), disabled=not is_possible)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content.styled(f"Export {one_line(title_of(self._folder))}", "bold"))
            with Horizontal(id="export-subject"):
                yield Static(Content("checkpoint "))
                yield self._checkpoint
            yield self._formats
            yield self._note

    def on_mount(self) -> None:
        self._formats.focus()
        self._say("enter exports into the run's folder · ◂ ▸ checkpoint · esc cancels")

    def _say(self, text: str, style: str = "$text-muted") -> None:
        if self.is_attached:
            self._note.update(Content.styled(text, style))

    @on(OptionList.OptionSelected)
    @work(exclusive=True)
    async def _selected(self, event: OptionList.OptionSelected) -> None:
        form = tuple(export_formats().values())[event.option_index]
        target = form.default_target(self._folder, self._checkpoint.value)
        is_there = await asyncio.to_thread(os.path.lexists, target)
        if is_there and not await confirms(
            self.app, "Replace the earlier export?", f"{target} exists.", Answer("r", "replace it", True)
        ):
            return
        if not self._is_exporting:
            self._is_exporting = True
            # On the app, so that the result is reported even if the dialog is closed meanwhile.
            self.app.run_worker(self._export(form, self._checkpoint.value, overwrite=is_there))

    async def _export(self, form: ExportFormat, checkpoint: str, *, overwrite: bool) -> None:
        self._say(f"exporting {form.name}… · esc cancels")
        try:
            exported = await asyncio.wrap_future(
                self._engine.export(self._folder.path, checkpoint, form.name, self._progressed, overwrite=overwrite)
            )
        except ExportCancelled:
            return
        except Exception as error:  # noqa: BLE001 - another format or checkpoint may do
            self._failed(error)
        else:
            self.app.notify(_toast(exported), title=f"Exported as {form.name}", timeout=TOAST_SECONDS, markup=False)
            if self.is_active:
                self.dismiss(None)
        finally:
            self._is_exporting = False

    def _failed(self, error: Exception) -> None:
        if self.is_attached:
            self._say(f"✗ {error_line(error)}", "$text-error")
        else:
            self.app.notify(error_line(error), severity="error", markup=False)

    def _progressed(self, done: int, total: int) -> None:
        """Called on the compute thread."""
        if self._is_cancelled:
            raise ExportCancelled
        self.call_later(self._say, f"comparing predictions: {count(done)} of {count(total)} images · esc cancels")

    def action_close(self) -> None:
        self._is_cancelled = True
        self.dismiss(None)


def _line(form: ExportFormat, problem: str) -> Content:
    """Return the line of a format: its name and what it is for, or why it can't be used."""
    try:
        require_packages(form.requires)
    except UserError as error:
        problem = problem or error.problem
    return Content.assemble((f"{form.name:<14}", "bold"), problem or form.summary)


def _toast(exported: Exported) -> str:
    verified = " · same predictions as the checkpoint" if exported.verification else ""
    return f"{one_line(exported.path)}\n{size_figure(exported.size)}{verified}"
