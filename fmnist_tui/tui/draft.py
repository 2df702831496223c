"""What stands in the form: a text for every field, legal or not, and what the texts come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fmnist_tui.config import Preset, RunConfig, model_specs, presets_of, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import Architecture, architecture_named

CUSTOM = "custom"
"""What the form calls values that no preset has."""

LASTING_GROUP = "Run"
"""The group of fields that a preset or another model leaves as they are: where and with what seed, not how."""


@dataclass(frozen=True)
class Draft:
    """A config in the making."""

    model: str
    texts: Mapping[str, str]

    @classmethod
    def of(cls, config: RunConfig) -> Draft:
        values = config.to_flat()
        return cls(
            config.model_name, {spec.name: spec.format(values[spec.name]) for spec in specs_for(config.model_name)}
        )

    @property
    def specs(self) -> tuple[FieldSpec, ...]:
        return specs_for(self.model)

    def with_text(self, name: str, text: str) -> Draft:
        """The draft after someone typed `text` into the field called `name`."""
        return replace(self, texts={**self.texts, name: text})

    def with_preset(self, preset: str, model: str | None = None) -> Draft:
        """The draft after someone chose a preset, or a model under a preset; what lasts is kept."""
        chosen = Draft.of(RunConfig.from_preset(preset, model or self.model))
        lasting = {spec.name: self.texts[spec.name] for spec in self.specs if spec.hint.group == LASTING_GROUP}
        return replace(chosen, texts={**chosen.texts, **lasting})

    def problem(self, spec: FieldSpec) -> str:
        """What is wrong with the field, and the way out; empty where nothing is."""
        try:
            spec.parse(self.texts[spec.name])
        except UserError as error:
            return error.line()
        return ""

    def first_invalid(self) -> FieldSpec | None:
        """The topmost field whose text is not legal."""
        return next((spec for spec in self.specs if self.problem(spec)), None)

    def config(self) -> RunConfig:
        """The config that the texts stand for.

        Raises:
            UserError: A text is not legal, or two of them don't go together.
        """
        return RunConfig.from_flat({"model": self.model, **self._values(self.specs)})

    def architecture(self) -> Architecture | None:
        """The network that would be trained; None while one of its options is not legal."""
        try:
            return architecture_named(self.model).model_validate(self._values(model_specs(self.model)))
        except (UserError, ValueError):
            return None

    def preset(self) -> Preset | None:
        """The preset that the texts equal; None where they are custom or not legal."""
        try:
            return self.config().preset()
        except UserError:
            return None

    def _values(self, specs: tuple[FieldSpec, ...]) -> dict[str, Any]:
        return {spec.name: spec.parse(self.texts[spec.name]) for spec in specs}


def preset_after(preset: Preset | None, model: str) -> Preset:
    """The preset that a form of another model begins with: the same one, else its first."""
    known = presets_of(model)
    return preset if preset in known else known[0]
