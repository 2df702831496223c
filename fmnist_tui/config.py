"""The configuration of a run: made from a preset, a flat mapping or a file of an earlier version, and validated."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Self, get_args

from pydantic import ValidationError, model_validator

from fmnist_tui.datasets import DEFAULT, DatasetSpec, dataset_named
from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec, specs_of
from fmnist_tui.hyperparameters import Hyperparameters
from fmnist_tui.models import ARCHITECTURES, Architecture, architecture_named
from fmnist_tui.sanitize import quote

Preset = Literal["fast", "accurate", "best", "classic"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
PRESET_SUMMARIES: dict[Preset, str] = {
    "fast": "good accuracy within seconds, within minutes for resnet",
    "accurate": "higher accuracy within minutes; the highest found for logistic, mlp and cnn",
    "best": "the highest accuracy found for resnet; within an hour on 2 cores with AVX-512",
    "classic": "the hyperparameters of the published baseline; minutes for logistic, hours for mlp and cnn",
}

OLD_NAMES = {
    "warmup": "warmup_fraction",
    "gradient_clip": "max_grad_norm",
    "flip": "horizontal_flip",
    "shift": "translate",
    "erase": "random_erasing",
    "flip_average": "tta_flip",
    "keep_every": "checkpoint_every",
}
"""Fields that have other names in the configs stored by version 0.1."""


class RunConfig(Hyperparameters):
    """Everything that determines what a run computes, except what is left to "auto".

    Two runs on the CPU of one machine give equal weights if their configs are equal and device, precision and threads
    are pinned, as `pinned` does.
    """

    @model_validator(mode="before")
    @classmethod
    def _other_forms(cls, values: Any) -> Any:
        """Read a model by its name, old names of fields, and `data="demo"`, an old form that is short for users too."""
        if not isinstance(values, dict):
            return values
        values = {OLD_NAMES.get(name, name): value for name, value in values.items()}
        if isinstance(values.get("model"), str):
            values["model"] = {"name": values["model"]}
        if values.get("data") == "demo":
            if values.get("dataset", DEFAULT) not in (DEFAULT, "demo"):
                raise ValueError(f"data is 'demo', but dataset is {quote(values['dataset'])}: leave one of them out")
            values |= {"dataset": "demo", "data": "auto"}
        return values

    @property
    def model_name(self) -> str:
        return self.model.registered_name()

    @property
    def dataset_spec(self) -> DatasetSpec:
        """The spec of the dataset that the run trains on."""
        return dataset_named(self.dataset)

    def steps_per_epoch(self, train_images: int) -> int:
        """Return the number of optimizer steps in one epoch; the last batch may be smaller."""
        return -(-train_images // self.batch_size)

    @classmethod
    def from_preset(cls, preset: str, model: str) -> Self:
        """Return the config of a preset of an architecture.

        Raises:
            UserError: There is no such architecture, or it has no such preset.
        """
        architecture = architecture_named(model)
        name = architecture.registered_name()
        if preset not in architecture.presets:
            raise UserError(f"preset is {quote(preset)}, but must be one of {', '.join(presets_of(name))} for {name}")
        return cls.from_flat({"model": name, **architecture.presets[preset]})

    @classmethod
    def from_flat(cls, values: Mapping[str, Any]) -> Self:
        """Return the config of a flat mapping, in which the model's options stand beside the run's fields.

        Raises:
            UserError: A value is invalid, or a name is not a field of the run or of the model.
        """
        architecture = architecture_named(str(values.get("model", "cnn")))
        own = architecture.model_fields.keys()
        options = {name: value for name, value in values.items() if name in own and name not in cls.model_fields}
        rest = {name: value for name, value in values.items() if name not in options}
        for name in rest:
            if name not in cls.model_fields:
                raise UserError(_stray_field(name, architecture))
        try:
            return cls.model_validate({**rest, "model": {"name": architecture.registered_name(), **options}})
        except ValidationError as error:
            raise UserError(first_problem(error)) from error

    def to_flat(self) -> dict[str, Any]:
        """Return every value by its field's name, including the model's options; the inverse of `from_flat`."""
        own = {name: getattr(self, name) for name in type(self).model_fields if name != "model"}
        options = {name: getattr(self.model, name) for name in type(self.model).model_fields if name != "name"}
        return {"model": self.model_name, **options, **own}

    def pinned(self, device: str, precision: str, threads: int) -> Self:
        """Return the same config with the device, precision and threads that a run of it chose."""
        kind = device.partition(":")[0]  # torch may number its devices
        return self.model_copy(update={"device": kind, "precision": precision, "threads": threads})

    def with_data(self, data: str | None = None, dataset: str | None = None) -> Self:
        """Return the config for images in another place or of another dataset; None leaves a field as it is.

        Raises:
            UserError: A value is invalid.
        """
        moved = {"data": "auto"} if dataset not in (None, self.dataset) else {}
        given = {name: value for name, value in (("data", data), ("dataset", dataset)) if value is not None}
        return type(self).from_flat(self.to_flat() | moved | given)

    def preset(self) -> Preset | None:
        """Return the preset that the config equals, apart from data, seed, device and the like; None if custom."""
        mine = self.to_flat()
        names = ("seed", "dataset", "data", "device", "precision", "threads", "checkpoint_every")
        free = {name: mine[name] for name in names}
        presets = presets_of(self.model_name)
        return next((p for p in presets if RunConfig.from_preset(p, self.model_name).to_flat() | free == mine), None)


def presets_of(model: str) -> tuple[Preset, ...]:
    """Return the presets that the named architecture has: only those of the published baseline have `classic`."""
    return tuple(preset for preset in PRESETS if preset in architecture_named(model).presets)


@cache
def run_specs() -> tuple[FieldSpec, ...]:
    """Return the specs of the fields that do not depend on the model."""
    return specs_of(RunConfig, skip="model")


@cache
def model_specs(model: str) -> tuple[FieldSpec, ...]:
    """Return the specs of an architecture's options."""
    return specs_of(architecture_named(model), skip="name")


def specs_for(model: str) -> tuple[FieldSpec, ...]:
    """Return the specs of all fields for an architecture, its own options first."""
    return (*model_specs(model), *run_specs())


def command_for(config: RunConfig) -> list[str]:
    """Return the command that trains a config: a preset, and only the flags that differ from it."""
    preset = config.preset() or "fast"
    start = RunConfig.from_preset(preset, config.model_name).to_flat()
    values = config.to_flat()
    command = ["fmnist-tui", "train", "--model", config.model_name]
    if preset != "fast":
        command += ["--preset", preset]
    for spec in specs_for(config.model_name):
        if values[spec.name] != start[spec.name]:
            command += spec.arguments(values[spec.name])
    return command


def scaled_rate(rate: float, factor: float) -> float:
    """Return a learning rate times a factor, rounded to three significant digits."""
    return float(f"{rate * factor:.3g}")


def first_problem(error: ValidationError) -> str:
    """Return the message for the first error: the field's label, the value and the valid values."""
    detail = error.errors(include_url=False)[0]
    known = {spec.name: spec for name in ARCHITECTURES for spec in specs_for(name)}
    spec = next((known[str(part)] for part in reversed(detail["loc"]) if str(part) in known), None)
    if spec is None:
        place = ".".join(str(part) for part in detail["loc"]) or "the config"
        return f"{place}: {detail['msg']}"
    return f"{spec.label} is {quote(detail['input'])}, but must be {spec.constraint}"


def _stray_field(name: str, architecture: type[Architecture]) -> str:
    if name in OLD_NAMES:
        return f"{name} was renamed to {OLD_NAMES[name]}"
    owners = [model for model in ARCHITECTURES if any(spec.name == name for spec in model_specs(model))]
    if owners:
        return f"{name} is an option of {' and '.join(owners)}, not of {architecture.registered_name()}"
    return f"{quote(name)} is not a field of a run"
