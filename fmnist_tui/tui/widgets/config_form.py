"""The form of the next run's config, generated from the specs of its fields."""

import asyncio
from collections.abc import Callable
from itertools import groupby

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from fmnist_tui.config import PRESETS, model_specs, presets_of, run_specs
from fmnist_tui.fields import FieldSpec
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.config_draft import Draft, DraftHistory
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.field_row import FieldInput, FieldRow
from fmnist_tui.tui.widgets.model_list import ModelList

MODELS = "models"
"""The source of changes of the model."""


class ModelOptions(VerticalGroup):
    """The rows of the model's own options."""


class ConfigForm(VerticalScroll, can_focus=False):
    """Edits a draft of a config: one row for each field, in the groups of the specs."""

    DEFAULT_CLASSES = "panel"
    BORDER_TITLE = "Next run"

    BINDINGS = bindings("form")

    class Changed(Message):
        """The form's draft changed."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._history = DraftHistory(draft)
        self._rebuilding = asyncio.Lock()

    @property
    def draft(self) -> Draft:
        return self._history.draft

    def compose(self) -> ComposeResult:
        with Horizontal(id="preset-row"):
            yield Static("  preset")
            yield Choice(presets_of(self.draft.model), self.draft.title, title="preset", id="preset")
        yield ModelOptions()

    async def mount_fields(self) -> None:
        """Add the rows, which would delay the first frame."""
        async with self._rebuilding:
            await self.query_one(ModelOptions).mount_all(self._grouped(model_specs(self.draft.model)))
            await self.mount_all(self._grouped(run_specs()))
        self._show_preset()

    def _grouped(self, specs: tuple[FieldSpec, ...]) -> list[Widget]:
        widgets: list[Widget] = []
        for group, members in groupby(specs, key=lambda spec: spec.hint.group):
            widgets.append(Static(Content(group), classes="field-group"))
            widgets += [FieldRow(spec, self.draft) for spec in members]
        return widgets

    # The draft

    async def show(self, draft: Draft, source: str = "") -> None:
        """Fill the form with a draft of any model; `undo` goes back to the one before."""
        model = self.draft.model
        self._history.change(draft, source)
        await self._show_draft(model)

    async def show_model(self, model: str) -> None:
        """Switch to another model, with the same preset or the values that it was left with."""
        if model != self.draft.model:
            await self.show(self.draft.with_model(model), MODELS)

    async def undo(self) -> bool:
        """Take the last change back; return whether there was one."""
        return await self._go(self._history.undo)

    async def redo(self) -> bool:
        """Repeat the change that was taken back last; return whether there was one."""
        return await self._go(self._history.redo)

    async def action_reset(self) -> None:
        """Give the focused field its value of the preset; all fields if the preset has the focus."""
        row = self.row_of(self.screen.focused)
        await self.show(self.draft.reset_all() if row is None else self.draft.reset(row.spec.name))

    async def _go(self, step: Callable[[], bool]) -> bool:
        before = self.draft
        if not step():
            return False
        await self._show_draft(before.model)
        if before.model == self.draft.model:
            changed = [spec for spec in self.draft.specs if before.texts[spec.name] != self.draft.texts[spec.name]]
            if len(changed) == 1:
                self.screen.set_focus(self.row(changed[0]).editor)
        return True

    async def _show_draft(self, before: str) -> None:
        """Show the current draft in place of one of the model `before`."""
        async with self._rebuilding:
            if self.draft.model != before and self.query(FieldRow):
                options = self.query_one(ModelOptions)
                with self.app.batch_update():
                    await options.remove_children()
                    await options.mount_all(self._grouped(model_specs(self.draft.model)))
        self._draft_changed()

    def _draft_changed(self) -> None:
        for row in self.query(FieldRow):
            row.show(self.draft)
        self._show_preset()
        self.post_message(self.Changed())

    def _show_preset(self) -> None:
        preset = self.query_one("#preset", Choice)
        preset.choices, preset.base, preset.value = presets_of(self.draft.model), self.draft.base, self.draft.title
        preset.set_class(bool(self.draft.changes), "-changed")

    @on(FieldRow.Edited)
    def _field_edited(self, event: FieldRow.Edited) -> None:
        event.stop()
        name = event.row.spec.name
        is_typed = isinstance(event.row.editor, FieldInput)
        self._history.change(self.draft.with_text(name, event.text), name if is_typed else "")
        self._draft_changed()

    @on(Choice.Changed, "#preset")
    async def _preset_chosen(self, event: Choice.Changed) -> None:
        event.stop()
        chosen = next(preset for preset in PRESETS if preset == event.value)
        await self.show(self.draft.with_preset(chosen))

    # The focus

    def on_descendant_focus(self) -> None:
        self._history.separate()

    def focus_problem(self) -> bool:
        """Focus the first invalid field; return whether there is one."""
        spec = self.draft.first_invalid()
        if spec is not None:
            self.screen.set_focus(self.row(spec).editor)
        return spec is not None

    def action_move(self, lines: int) -> None:
        """Focus a field above or below; above the first is what precedes the form."""
        if self._position + lines < 0:
            self.screen.focus_previous()
        else:
            self._focus(self._position + lines)

    def action_group(self, groups: int) -> None:
        """Focus the first field of a group above or below."""
        starts = [0, *(self._editors.index(rows[0].editor) for rows in self._groups())]
        if groups > 0:
            self._focus(next((start for start in starts if start > self._position), len(self._editors) - 1))
        else:
            self._focus(max((start for start in starts if start < self._position), default=0))

    def action_first(self) -> None:
        """Focus the preset, above the first field."""
        self._focus(0)
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        self._focus(len(self._editors) - 1)

    def action_leave(self) -> None:
        self.screen.set_focus(self.screen.query_one(ModelList))

    @property
    def _editors(self) -> list[Widget]:
        return list(self.query("Choice, FieldInput"))

    @property
    def _position(self) -> int:
        editors = self._editors
        return editors.index(self.screen.focused) if self.screen.focused in editors else 0

    def _focus(self, position: int) -> None:
        editors = self._editors
        self.screen.set_focus(editors[max(0, min(position, len(editors) - 1))])

    def _groups(self) -> list[list[FieldRow]]:
        by_group = groupby(self.query(FieldRow), key=lambda row: row.spec.hint.group)
        return [list(rows) for _group, rows in by_group]

    def row_of(self, editor: Widget | None) -> FieldRow | None:
        """Return the row of an editor."""
        return next((row for row in self.query(FieldRow) if row.editor is editor), None)

    def row(self, spec: FieldSpec) -> FieldRow:
        return self.query_one(f"#field-{spec.name}", FieldRow)
