"""The content of the form: a text for every field, the preset that the texts derive from, and their history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from fmnist_tui.config import Preset, RunConfig, model_specs, presets_of, specs_for
from fmnist_tui.engine.config_grid import combinations, is_list, listed_values
from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import Architecture, architecture_named
from fmnist_tui.sweeps.space import Choice, Dimension, is_dimension, parse_dimension

LASTING_GROUP = "Run"
"""The group of fields that a preset or another model does not change: seed, data, device and the like."""

MAX_STEPS = 500
"""Changes that can be undone."""


@dataclass(frozen=True)
class Draft:
    """A config that is being edited.

    Attributes:
        texts: The text of each field by its name.
        base: The preset that the texts derive from.
        others: The drafts of other models that were left with values of the user's own.
    """

    model: str
    texts: Mapping[str, str]
    base: Preset
    others: Mapping[str, Draft] = field(default_factory=dict)

    @classmethod
    def of(cls, config: RunConfig) -> Draft:
        """Return the draft of a config; its base is the preset that has the most values in common."""
        texts = _texts(config)
        drafts = (cls(config.model_name, texts, preset) for preset in presets_of(config.model_name))
        return min(drafts, key=lambda draft: draft.changes)

    @classmethod
    def of_preset(cls, preset: Preset, model: str) -> Draft:
        return cls(model, preset_texts(preset, model), preset)

    @property
    def specs(self) -> tuple[FieldSpec, ...]:
        return specs_for(self.model)

    @property
    def changes(self) -> int:
        """The number of values that differ from the preset's, apart from `LASTING_GROUP`."""
        return sum(self.is_changed(spec) for spec in self.specs if spec.hint.group != LASTING_GROUP)

    @property
    def title(self) -> str:
        """The preset, with the number of values that differ from it: "fast, 3 changed"."""
        return f"{self.base}, {self.changes} changed" if self.changes else self.base

    def with_text(self, name: str, text: str) -> Draft:
        """Return the draft with another text in a field."""
        return replace(self, texts={**self.texts, name: text})

    def with_preset(self, preset: Preset) -> Draft:
        """Return the draft with the values of a preset, except in `LASTING_GROUP`."""
        return replace(self, texts={**preset_texts(preset, self.model), **self._lasting()}, base=preset)

    def with_model(self, model: str) -> Draft:
        """Return the draft for another model: as it was left if it had values of its own, else the same preset."""
        if model == self.model:
            return self
        others = {name: draft for name, draft in self.others.items() if name != model}
        if self.changes:
            others[self.model] = replace(self, others={})
        base = self.base if self.base in presets_of(model) else presets_of(model)[0]
        draft = self.others.get(model) or Draft.of_preset(base, model)
        return replace(draft, texts={**draft.texts, **self._lasting()}, others=others)

    def reset(self, name: str) -> Draft:
        """Return the draft with the preset's value in a field."""
        return self.with_text(name, preset_texts(self.base, self.model)[name])

    def reset_all(self) -> Draft:
        """Return the draft with the preset's value in every field."""
        return replace(self, texts=preset_texts(self.base, self.model))

    def is_changed(self, spec: FieldSpec) -> bool:
        """Return whether the value of a field differs from the preset's."""
        text, preset = self.texts[spec.name], preset_texts(self.base, self.model)[spec.name]
        if text == preset:
            return False
        try:
            return bool(spec.parse(text) != spec.parse(preset))
        except UserError:
            return True

    def problem(self, spec: FieldSpec) -> UserError | None:
        """Return what is wrong with a field and how to fix it; None if nothing is."""
        text = self.texts[spec.name]
        try:
            spec.parse(text)
        except UserError as error:
            if is_dimension(spec, text):
                return _about_dimension(spec, text)
            if not is_list(spec, text):
                return error
            values = listed_values(spec, text)
            single = f"; {error.remedy[0].lower()}{error.remedy[1:]} for one" if error.remedy.startswith("Use ") else ""
            return UserError(f"{spec.label} has {len(values)} values", f"Q queues a run for each value{single}")
        return None

    def is_list(self, spec: FieldSpec) -> bool:
        """Return whether a field has several values, which can be queued but not started."""
        return is_list(spec, self.texts[spec.name])

    def dimension(self, spec: FieldSpec) -> Dimension | None:
        """Return how a field varies in a sweep; None if it has one value, or what is typed is invalid."""
        text = self.texts[spec.name]
        try:
            return parse_dimension(spec, text) if is_dimension(spec, text) else None
        except UserError:
            return None

    def space(self) -> dict[str, str]:
        """Return what is typed in each field that varies in a sweep."""
        return {spec.name: self.texts[spec.name] for spec in self.specs if self.dimension(spec) is not None}

    def has_several(self, spec: FieldSpec) -> bool:
        """Return whether a field has several values, for a sweep or for the queue."""
        return self.is_list(spec) or self.dimension(spec) is not None

    def sweep_base(self) -> RunConfig:
        """Return the config with the preset's values in the fields that vary.

        Raises:
            UserError: Another text is invalid, or two texts contradict each other.
        """
        preset = preset_texts(self.base, self.model)
        return replace(self, texts={**self.texts, **{name: preset[name] for name in self.space()}}).config()

    def ineffective(self, spec: FieldSpec) -> str:
        """Return why a field has no effect beside the others; empty if it has."""
        return spec.ineffective(self.texts)

    def zero(self, spec: FieldSpec) -> str:
        """Return what 0 means if it is a field's value, such as "off"; else an empty text."""
        if not spec.hint.zero or self.problem(spec) is not None:
            return ""
        return spec.hint.zero if spec.parse(self.texts[spec.name]) == 0 else ""

    def first_invalid(self) -> FieldSpec | None:
        """Return the first field whose text is invalid; one with several values only if there is no other."""
        invalid = [spec for spec in self.specs if self.problem(spec) is not None]
        return min(invalid, key=lambda spec: (self.dimension(spec) is not None, self.is_list(spec)), default=None)

    def config(self) -> RunConfig:
        """Return the config.

        Raises:
            UserError: A text is invalid, or two texts contradict each other.
        """
        return RunConfig.from_flat({"model": self.model, **self._values(self.specs)})

    def configs(self) -> list[RunConfig]:
        """Return the config of each combination of the values in fields that hold lists.

        Raises:
            UserError: A text is invalid, two texts contradict each other, or there are too many combinations.
        """
        lists = {
            spec.name: listed_values(spec, self.texts[spec.name])
            for spec in self.specs
            if self.problem(spec) is not None and self.is_list(spec)
        }
        return [replace(self, texts={**self.texts, **one}).config() for one in combinations(lists)]

    def architecture(self) -> Architecture | None:
        """Return the network's architecture; None while one of its options is invalid."""
        try:
            return architecture_named(self.model).model_validate(self._values(model_specs(self.model)))
        except (UserError, ValueError):
            return None

    def _lasting(self) -> dict[str, str]:
        return {spec.name: self.texts[spec.name] for spec in self.specs if spec.hint.group == LASTING_GROUP}

    def _values(self, specs: tuple[FieldSpec, ...]) -> dict[str, Any]:
        return {spec.name: spec.parse(self.texts[spec.name]) for spec in specs}


class DraftHistory:
    """The drafts of a form, from which the user goes back and forth.

    Attributes:
        draft: The current draft.
    """

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._past: list[Draft] = []
        self._future: list[Draft] = []
        self._source = ""

    def change(self, draft: Draft, source: str = "") -> None:
        """Replace the draft. Consecutive changes from the same source, such as one field, are undone together."""
        if draft == self.draft:
            return
        if not source or source != self._source:
            self._past = [*self._past, self.draft][-MAX_STEPS:]
        self._source = source
        self._future.clear()
        self.draft = draft

    def separate(self) -> None:
        """Undo the next change on its own, even if it has the same source as the last."""
        self._source = ""

    def undo(self) -> bool:
        """Go back by one change; return whether there was one."""
        return self._step(self._past, self._future)

    def redo(self) -> bool:
        """Repeat the change that was undone last; return whether there was one."""
        return self._step(self._future, self._past)

    def _step(self, source: list[Draft], target: list[Draft]) -> bool:
        if not source:
            return False
        target.append(self.draft)
        self.draft = source.pop()
        self.separate()
        return True


def _about_dimension(spec: FieldSpec, text: str) -> UserError:
    """Return what a field with several values means, or what is wrong with them."""
    try:
        dimension = parse_dimension(spec, text)
    except UserError as error:
        return error
    values = dimension.grid()
    if values is not None:
        meaning = f"A sweep: {len(values)} values"
    else:
        scale = ", evenly on a logarithmic scale" if not isinstance(dimension, Choice) and dimension.is_log else ""
        meaning = f"A sweep: values of {dimension.text.removesuffix(' log')}{scale}"
    return UserError(f"{spec.label} varies", f"{meaning}; s starts it")


@cache
def preset_texts(preset: Preset, model: str) -> Mapping[str, str]:
    """Return the texts of a preset."""
    return _texts(RunConfig.from_preset(preset, model))


def _texts(config: RunConfig) -> dict[str, str]:
    values = config.to_flat()
    return {spec.name: spec.format(values[spec.name]) for spec in specs_for(config.model_name)}
