"""The content of the form: a text for every field, valid or not, and the config that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fmnist_tui.config import Preset, RunConfig, model_specs, presets_of, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import Architecture, architecture_named

CUSTOM = "custom"
"""The preset's name in the form if the values are not a preset's."""

LASTING_GROUP = "Run"
"""The group of fields that a preset or another model does not change: seed, data, device and the like."""


@dataclass(frozen=True)
class Draft:
    """A config that is being edited."""

    model: str
    texts: Mapping[str, str]

    @classmethod
    def of(cls, config: RunConfig) -> Draft:
        values = config.to_flat()
        texts = {spec.name: spec.format(values[spec.name]) for spec in specs_for(config.model_name)}
        return cls(config.model_name, texts)

    @property
    def specs(self) -> tuple[FieldSpec, ...]:
        return specs_for(self.model)

    def with_text(self, name: str, text: str) -> Draft:
        """Return the draft with another text in a field."""
        return replace(self, texts={**self.texts, name: text})

    def with_preset(self, preset: str, model: str | None = None) -> Draft:
        """Return the draft with the values of a preset, of another model if given, except in `LASTING_GROUP`."""
        chosen = Draft.of(RunConfig.from_preset(preset, model or self.model))
        lasting = {spec.name: self.texts[spec.name] for spec in self.specs if spec.hint.group == LASTING_GROUP}
        return replace(chosen, texts={**chosen.texts, **lasting})

    def problem(self, spec: FieldSpec) -> str:
        """Return what is wrong with a field and how to fix it; empty if nothing is."""
        try:
            spec.parse(self.texts[spec.name])
        except UserError as error:
            return error.line()
        return ""

    def first_invalid(self) -> FieldSpec | None:
        """Return the first field whose text is invalid."""
        return next((spec for spec in self.specs if self.problem(spec)), None)

    def config(self) -> RunConfig:
        """Return the config.

        Raises:
            UserError: A text is invalid, or two texts contradict each other.
        """
        return RunConfig.from_flat({"model": self.model, **self._values(self.specs)})

    def architecture(self) -> Architecture | None:
        """Return the network's architecture; None while one of its options is invalid."""
        try:
            return architecture_named(self.model).model_validate(self._values(model_specs(self.model)))
        except (UserError, ValueError):
            return None

    def preset(self) -> Preset | None:
        """Return the preset with these values; None if they are custom or invalid."""
        try:
            return self.config().preset()
        except UserError:
            return None

    def _values(self, specs: tuple[FieldSpec, ...]) -> dict[str, Any]:
        return {spec.name: spec.parse(self.texts[spec.name]) for spec in specs}


def preset_after(preset: Preset | None, model: str) -> Preset:
    """Return the preset for another model: the same one if it has it, else its first."""
    known = presets_of(model)
    return preset if preset in known else known[0]
