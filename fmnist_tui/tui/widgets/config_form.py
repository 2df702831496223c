"""The form of a run's config, generated from the specs of its fields."""

import asyncio
from itertools import groupby

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from fmnist_tui.config import RunConfig, model_specs, presets_of, run_specs
from fmnist_tui.fields import FieldSpec
from fmnist_tui.tui.config_draft import CUSTOM, Draft, preset_after
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.field_row import FieldRow
from fmnist_tui.tui.widgets.model_list import ModelList


class ModelOptions(VerticalGroup):
    """The rows of the model's own options."""


class ConfigForm(VerticalScroll, can_focus=False):
    """Edits a draft of a config: one row for each field, in the groups of the specs."""

    DEFAULT_CLASSES = "panel"
    BORDER_TITLE = "Next run"

    BINDINGS = [
        Binding("up", "move(-1)", "Field above", show=False, tooltip="To the field above", id="form.up"),
        Binding("escape", "leave", "Models", show=False, tooltip="Back to the models", id="form.leave"),
        Binding("down", "move(1)", "Field below", show=False, tooltip="To the field below", id="form.down"),
    ]

    class Changed(Message):
        """The form's draft changed."""

    def __init__(self, config: RunConfig) -> None:
        super().__init__()
        self.draft = Draft.of(config)
        self._left: dict[str, Draft] = {}
        self._rebuilding = asyncio.Lock()

    def compose(self) -> ComposeResult:
        with Horizontal(id="preset-row"):
            yield Static("preset")
            yield Choice(presets_of(self.draft.model), self.draft.preset() or CUSTOM, id="preset")
        yield ModelOptions()

    async def mount_fields(self) -> None:
        """Add the rows, which would delay the first frame."""
        async with self._rebuilding:
            await self.query_one(ModelOptions).mount_all(self._grouped(model_specs(self.draft.model)))
            await self.mount_all(self._grouped(run_specs()))

    def _grouped(self, specs: tuple[FieldSpec, ...]) -> list[Widget]:
        widgets: list[Widget] = []
        for group, members in groupby(specs, key=lambda spec: spec.hint.group):
            widgets.append(Static(Content(group), classes="field-group"))
            widgets += [FieldRow(spec, self.draft.texts[spec.name]) for spec in members]
        return widgets

    async def show_model(self, model: str) -> None:
        """Switch to another model, with the same preset or the custom values that it had before."""
        if model == self.draft.model:
            return
        draft = self.draft_for(model)
        if self.draft.preset() is None:
            self._left[self.draft.model] = self.draft
        self._left.pop(model, None)
        await self.show(draft)

    def draft_for(self, model: str) -> Draft:
        """Return the draft that the form would show for a model."""
        if model == self.draft.model:
            return self.draft
        return self._left.get(model) or self.draft.with_preset(preset_after(self.draft.preset(), model), model)

    def focus_problem(self) -> bool:
        """Focus the first invalid field; return whether there is one."""
        spec = self.draft.first_invalid()
        if spec is not None:
            self.screen.set_focus(self.row(spec).editor)
        return spec is not None

    def action_move(self, lines: int) -> None:
        """Focus a field above or below; above the first is what precedes the form."""
        editors = list(self.query("Choice, FieldInput"))
        position = editors.index(self.screen.focused) if self.screen.focused in editors else 0
        if position + lines < 0:
            self.screen.focus_previous()
        else:
            self.screen.set_focus(editors[min(position + lines, len(editors) - 1)])

    def action_leave(self) -> None:
        self.screen.set_focus(self.screen.query_one(ModelList))

    def row_of(self, editor: Widget | None) -> FieldRow | None:
        """Return the row of an editor."""
        return next((row for row in self.query(FieldRow) if row.editor is editor), None)

    def row(self, spec: FieldSpec) -> FieldRow:
        return self.query_one(f"#field-{spec.name}", FieldRow)

    async def show(self, draft: Draft) -> None:
        """Fill the form with a draft of any model."""
        async with self._rebuilding:
            options = self.query_one(ModelOptions)
            is_other_model = draft.model != self.draft.model
            self.draft = draft
            if is_other_model and self.query(FieldRow):
                with self.app.batch_update():
                    await options.remove_children()
                    await options.mount_all(self._grouped(model_specs(draft.model)))
            for row in self.query(FieldRow):
                row.show(draft.texts[row.spec.name])
        self._draft_changed()

    def _draft_changed(self) -> None:
        for row in self.query(FieldRow):
            row.mark(bool(self.draft.problem(row.spec)))
        presets = self.query_one("#preset", Choice)
        presets.choices, presets.value = presets_of(self.draft.model), self.draft.preset() or CUSTOM
        self.post_message(self.Changed())

    @on(FieldRow.Edited)
    def _field_edited(self, event: FieldRow.Edited) -> None:
        event.stop()
        self.draft = self.draft.with_text(event.row.spec.name, event.text)
        self._draft_changed()

    @on(Choice.Changed, "#preset")
    async def _preset_chosen(self, event: Choice.Changed) -> None:
        event.stop()
        await self.show(self.draft.with_preset(event.value))
