"""The hyperparameters of a run, each declared once: type, limits, default, and what is known about its values."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fmnist_tui.datasets import DATASETS, DEFAULT
from fmnist_tui.fields import Hint, OnlyFor
from fmnist_tui.models import ARCHITECTURES, Architecture

if TYPE_CHECKING:
    Model = Architecture
    DatasetName = str
else:
    Model = Annotated[reduce(or_, ARCHITECTURES.values()), Field(discriminator="name")]
    DatasetName = Literal[tuple(DATASETS)]

Precision = Literal["fp32", "bf16"]

MAX_SEED = 2**31 - 1
MAX_THREADS = 1024

FROM_FILES = tuple(name for name, spec in DATASETS.items() if not spec.is_synthetic)
"""The datasets whose images are read from files."""


class Hyperparameters(BaseModel):
    """The fields of `RunConfig`, from which the form, the command-line options, the help and the reference are made."""

    # Unknown fields are those of a later version's files; `RunConfig.from_flat`, which all input passes through,
    # refuses them.
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
        Literal["adam", "adamw", "muon", "rmsprop", "sgd"],
        Field(description="Optimization algorithm; all but adam and adamw use the momentum."),
        Hint("Training", "adamw is a safe first choice; muon needs fewer epochs with convolutions"),
    ] = "adam"
    learning_rate: Annotated[
        float,
        Field(gt=0.0, le=10.0, description="Learning rate; its maximum if the schedule changes it."),
        Hint(
            "Training",
            "Divide it by 3 if the loss jumps or becomes nan; multiply it by 3 if the loss falls slowly",
            usual="0.001 to 0.01 with adam or adamw, 0.01 to 0.025 with muon, 0.05 to 0.2 with sgd",
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
        Field(ge=0.0, lt=1.0, description="Momentum of muon, rmsprop and sgd."),
        Hint(
            "Training",
            "Leave it at 0.9; decrease the learning rate if you increase it",
            usual="0.9; the effective rate is learning rate ÷ (1 − momentum)",
            too_low="Noisy steps and slow progress: more epochs are needed",
            too_high="Above 0.95 the weights overshoot, and the loss oscillates or diverges",
            zero="none",
            only_for=OnlyFor("optimizer", ("muon", "rmsprop", "sgd"), "not for adam and adamw"),
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
        Field(ge=0.0, le=10.0, description="Weight decay: decoupled in adamw and muon, else an L2 penalty."),
        Hint(
            "Regularization",
            "Increase it if validation loss rises while training loss falls",
            usual="0.01 to 0.05 with adamw or muon, 0.00001 to 0.0005 with the others",
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
            le=MAX_SEED,
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
        Field(description="Number format of matrix products; auto selects bf16 if it is in hardware and faster."),
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
