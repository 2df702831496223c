"""The configuration of a run: the single source of CLI flags, form fields, help texts and stored metadata."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fmnist_tui.datasets import DATASETS, DEFAULT, DatasetSpec, dataset_named
from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec, Hint, OnlyFor, specs_of
from fmnist_tui.models import ARCHITECTURES, Architecture, architecture_named
from fmnist_tui.sanitize import quote

if TYPE_CHECKING:
    Model = Architecture
    DatasetName = str
else:
    Model = Annotated[reduce(or_, ARCHITECTURES.values()), Field(discriminator="name")]
    DatasetName = Literal[tuple(DATASETS)]

Precision = Literal["fp32", "bf16"]

Preset = Literal["fast", "accurate", "classic"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
PRESET_SUMMARIES: dict[Preset, str] = {
    "fast": "good accuracy within seconds, within minutes for resnet",
    "accurate": "the highest accuracy found for the model; minutes, over an hour for resnet",
    "classic": "the hyperparameters of the published baseline; minutes for logistic, hours for mlp and cnn",
}

MAX_THREADS = 1024

FROM_FILES = tuple(name for name, spec in DATASETS.items() if not spec.is_synthetic)
"""The datasets whose images are read from files."""

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


class RunConfig(BaseModel):
    """Everything that determines what a run computes, except what is left to "auto".

    Two runs on the CPU of one machine give equal weights if their configs are equal and device, precision and threads
    are pinned, as `pinned` does.
    """

    # Unknown fields are those of a later version's files; `from_flat`, which all input passes through, refuses them.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    model: Model

    epochs: Annotated[
        int,
        Field(ge=1, le=100_000, description="Number of passes over the training images."),
        Hint(
            "Training",
            "Start with 5; increase it while validation accuracy still rises",
            "epochs",
            usual="5 to 20 for cnn, 10 to 80 for the others",
            too_low="The run ends while validation accuracy is still rising (underfitting)",
            too_high="Time is wasted, and validation loss may rise while training loss falls (overfitting)",
        ),
    ] = 10
    batch_size: Annotated[
        int,
        Field(ge=1, le=10_000, description="Number of images per optimizer step."),
        Hint(
            "Training",
            "64 to 256 suits most models; decrease it if memory runs out",
            "images",
            usual="64 to 256",
            too_low="Gradients are noisy, batch normalization is unreliable, and each epoch takes longer",
            too_high="Fewer steps per epoch, so more epochs or a higher learning rate are needed; memory may run out",
        ),
    ] = 128
    optimizer: Annotated[
        Literal["adam", "adamw", "rmsprop", "sgd"],
        Field(description="Optimization algorithm; sgd and rmsprop use the momentum below."),
        Hint("Training", "adamw is a safe first choice"),
    ] = "adam"
    learning_rate: Annotated[
        float,
        Field(gt=0.0, le=10.0, description="Learning rate; its maximum if the schedule changes it."),
        Hint(
            "Training",
            "Divide it by 3 if the loss jumps or becomes nan; multiply it by 3 if the loss falls slowly",
            usual="0.001 to 0.01 with adam or adamw, 0.05 to 0.2 with sgd",
            too_low="The loss falls slowly, and the run ends before it has converged",
            too_high="The loss oscillates, jumps or becomes nan (divergence)",
        ),
    ] = 1e-3
    schedule: Annotated[
        Literal["constant", "one-cycle", "cosine", "step"],
        Field(description="Learning rate schedule; step divides the rate by 10 twice."),
        Hint("Training", "one-cycle converges fastest within few epochs"),
    ] = "constant"
    warmup_fraction: Annotated[
        float,
        Field(ge=0.0, le=0.9, description="Fraction of all steps used for warm-up (one-cycle and cosine)."),
        Hint(
            "Training",
            "Increase it towards 0.3 if the loss jumps in the first epoch",
            usual="0.05 to 0.3",
            too_low="The first steps use a high rate on random weights, and the loss may jump",
            too_high="Few steps are left in which the rate decays, where accuracy improves most",
            zero="none",
            only_for=OnlyFor("schedule", ("one-cycle", "cosine")),
        ),
    ] = 0.2
    momentum: Annotated[
        float,
        Field(ge=0.0, lt=1.0, description="Momentum of sgd and rmsprop."),
        Hint(
            "Training",
            "Leave it at 0.9; decrease the learning rate if you increase it",
            usual="0.9; the effective rate is learning rate ÷ (1 − momentum)",
            too_low="Noisy steps and slow progress: more epochs are needed",
            too_high="Above 0.95 the weights overshoot, and the loss oscillates or diverges",
            zero="none",
            only_for=OnlyFor("optimizer", ("sgd", "rmsprop")),
        ),
    ] = 0.9
    validation_size: Annotated[
        int,
        Field(
            ge=100,
            le=50_000,
            multiple_of=10,
            description="Number of training images held out to select the best epoch; the same ones in every run.",
        ),
        Hint(
            "Training",
            "10000 images give a 95 % interval of about ±0.5 points",
            "images",
            usual="5000 to 10000",
            too_low="Validation accuracy is uncertain, so the choice of the best epoch is partly chance",
            too_high="Few images are left to train on, which lowers the accuracy",
        ),
    ] = 10_000

    weight_decay: Annotated[
        float,
        Field(ge=0.0, le=10.0, description="Weight decay: decoupled in adamw, an L2 penalty in the others."),
        Hint(
            "Regularization",
            "Increase it if validation loss rises while training loss falls",
            usual="0.01 to 0.05 with adamw, 0.00001 to 0.0005 with the others",
            too_low="The weights grow freely, and large networks overfit in long runs",
            too_high="The weights shrink faster than they learn, and training accuracy stays low (underfitting)",
            zero="off",
        ),
    ] = 0.0
    label_smoothing: Annotated[
        float,
        Field(ge=0.0, lt=1.0, description="Fraction of the target probability that is spread over all classes."),
        Hint(
            "Regularization",
            "0.05 to 0.1 reduces over-confidence",
            usual="0 or 0.1",
            too_low="Predictions may be over-confident: confidence is above accuracy",
            too_high="Above 0.2 predictions are under-confident, and classes are separated less",
            zero="off",
        ),
    ] = 0.0
    max_grad_norm: Annotated[
        float,
        Field(ge=0.0, le=1e6, description="Clip the gradient to this norm; 0 disables clipping."),
        Hint(
            "Regularization",
            "Set it to 1 if the loss jumps occasionally",
            usual="0 (off) or 1",
            too_low="Nearly every step is clipped; with sgd that acts like a lower learning rate",
            too_high="No gradient is ever clipped, so there is no protection against jumps of the loss",
            zero="off",
        ),
    ] = 0.0
    early_stopping: Annotated[
        int,
        Field(
            ge=0,
            le=100_000,
            description="Stop after this many epochs without a better validation accuracy; 0 disables early stopping.",
        ),
        Hint(
            "Regularization",
            "Leave it at 0 with one-cycle, which improves most in the last epochs",
            "epochs",
            usual="0 (off); 5 to 20 with a constant rate",
            too_low="A few unlucky epochs end the run before it has converged",
            too_high="It never stops a run that no longer improves",
            zero="off",
        ),
    ] = 0

    horizontal_flip: Annotated[
        bool,
        Field(description="Mirror each training image horizontally with probability 0.5."),
        Hint(
            "Augmentation",
            "Turn it on if training accuracy is far above validation accuracy; off for digits and letters",
        ),
    ] = False
    translate: Annotated[
        int,
        Field(
            ge=0,
            le=14,
            description="Shift each training image by up to this many pixels in each direction; 0 disables shifting.",
        ),
        Hint(
            "Augmentation",
            "At most 2; small networks lose accuracy with it within 20 epochs",
            "pixels",
            usual="0 to 2",
            too_low="Large networks overfit in long runs, and shifted images are predicted worse",
            too_high="Objects are cut off, training accuracy stays low, and small networks underfit",
            zero="off",
        ),
    ] = 0
    random_erasing: Annotated[
        float,
        Field(ge=0.0, le=1.0, description="Probability of erasing a random rectangle of a training image."),
        Hint(
            "Augmentation",
            "Helps large networks in long runs; use 0 in short ones",
            usual="0 in short runs, 0.3 to 0.5 in long ones",
            too_low="Large networks overfit in long runs",
            too_high="Too much of the images is missing: small networks and short runs underfit",
            zero="off",
        ),
    ] = 0.0
    tta_flip: Annotated[
        bool,
        Field(description="Average the predictions for an image and its mirror image; evaluation takes twice as long."),
        Hint("Augmentation", "Use it with horizontal flip only: otherwise the network has not seen mirrored images"),
    ] = False

    checkpoint_every: Annotated[
        int,
        Field(
            ge=0,
            le=100_000,
            description="Save an additional checkpoint every this many epochs; 0 saves only best and last.",
        ),
        Hint(
            "Run",
            "1 saves every epoch; each checkpoint is as large as best",
            "epochs",
            usual="0 (off); 1 to 10 to compare epochs",
            too_low="Long runs of large models fill the disk",
            too_high="Only a few epochs can be evaluated and compared afterwards",
            zero="off",
        ),
    ] = 0
    seed: Annotated[
        int,
        Field(
            ge=0,
            le=2**31 - 1,
            description="Seed of all random numbers: initial weights, batch order, augmentation, dropout.",
        ),
        Hint("Run", "Vary it to measure how much a result depends on chance"),
    ] = 0
    device: Annotated[
        Literal["auto", "cpu", "cuda", "mps"],
        Field(description="Device to train on; auto selects a GPU if there is one."),
        Hint("Run", "cpu works everywhere"),
    ] = "auto"
    precision: Annotated[
        Literal["auto", Precision],
        Field(description="Number format of matrix products; auto selects bf16 for convolutions if it is faster."),
        Hint("Run", "fp32 works everywhere"),
    ] = "auto"
    threads: Annotated[
        int,
        Field(
            ge=0,
            le=MAX_THREADS,
            description="CPU threads inside one operation; 0 measures 1 and all of them at the start of a long run.",
        ),
        Hint(
            "Run",
            "As many as there are cores suits convolutions, 1 small networks",
            "threads",
            usual="0 (measured), or 1 to the number of cores",
            too_low="Convolutions use only a part of the processor",
            too_high="With more threads than cores, or in small networks, threads wait for each other",
            zero="auto",
        ),
    ] = 0
    dataset: Annotated[
        DatasetName,
        Field(description="The dataset to train on; demo is drawn by the program and needs no files."),
        Hint("Run", "Presets are tuned for fashion-mnist; turn horizontal flip off for digits and letters"),
    ] = DEFAULT
    data: Annotated[
        str,
        Field(
            min_length=1,
            max_length=4096,
            pattern=r"^[^\x00]*$",  # a path can't contain a null character
            description="The folder with the dataset's files; auto searches the usual folders, then downloads.",
        ),
        Hint(
            "Run",
            "Leave it at auto; the value demo is short for --dataset demo",
            only_for=OnlyFor("dataset", FROM_FILES, "its images are drawn"),
        ),
    ] = "auto"

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
