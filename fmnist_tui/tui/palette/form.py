"""The form: its models, its presets and its fields."""

from collections.abc import Sequence
from functools import partial

from fmnist_tui.config import PRESET_SUMMARIES, presets_of
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.tui.config_draft import Draft
from fmnist_tui.tui.palette.provider import CommandProvider, PaletteCommand


class FormProvider(CommandProvider):
    """Offers the other models, the other presets of the model, and the fields with their values."""

    PLACE = 3

    async def commands(self) -> Sequence[PaletteCommand]:
        if self.screen.is_modal:
            return ()
        draft = self.train.form.draft
        models = [
            PaletteCommand(f"Choose model {name}", partial(self._fill, draft.with_model(name)), architecture.summary)
            for name, architecture in ARCHITECTURES.items()
            if name != draft.model
        ]
        presets = [
            PaletteCommand(
                f"Use preset {preset}", partial(self._fill, draft.with_preset(preset)), PRESET_SUMMARIES[preset]
            )
            for preset in presets_of(draft.model)
            if preset != draft.base or draft.changes
        ]
        reset = draft.reset_all()
        resets = [PaletteCommand(f"Reset all fields to {draft.base}", partial(self._fill, reset), "ctrl+z undoes it")]
        fields = [
            PaletteCommand(f"Go to field {spec.label}", partial(self._focus, spec), spec.help, draft.texts[spec.name])
            for spec in draft.specs
        ]
        return [*models, *presets, *(resets if reset != draft else ()), *fields]

    async def _fill(self, draft: Draft) -> None:
        await self.app.switch_mode("train")
        await self.train.form.show(draft)
        self.train.action_new()

    async def _focus(self, spec: FieldSpec) -> None:
        await self.app.switch_mode("train")
        self.train.page = "form"
        self.train.set_focus(self.train.form.row(spec).editor)
