"""The registry of datasets: those in this folder, and those of installed packages.

To add one, add a file that defines a `DatasetSpec`; the form, the CLI and the docs show it. An installed package names
its module as an entry point of the group "fmnist_tui.datasets".
"""

import sys

from fmnist_tui.datasets.spec import CLASSES, IMAGE_SHAPE, SIDE, TRAIN_IMAGES, DataFile, DatasetSpec
from fmnist_tui.errors import UserError
from fmnist_tui.registry import load_modules
from fmnist_tui.sanitize import quote

__all__ = [
    "CLASSES",
    "DATASETS",
    "DEFAULT",
    "IMAGE_SHAPE",
    "SIDE",
    "TRAIN_IMAGES",
    "DataFile",
    "DatasetSpec",
    "dataset_named",
    "is_synthetic",
    "mark_of",
]

DEFAULT = "fashion-mnist"


def _discover() -> dict[str, DatasetSpec]:
    modules = load_modules(sys.modules[__name__])
    found = {spec for module in modules for spec in vars(module).values() if isinstance(spec, DatasetSpec)}
    ordered = sorted(found, key=lambda spec: (spec.name != DEFAULT, spec.is_synthetic, spec.name))
    return {spec.name: spec for spec in ordered}


DATASETS = _discover()
"""Every dataset by its name: the default first, synthetic ones last."""


def dataset_named(name: str) -> DatasetSpec:
    """Return the spec of a dataset.

    Raises:
        UserError: No dataset has that name.
    """
    if name not in DATASETS:
        raise UserError(f"dataset is {quote(name)}, but must be one of {', '.join(DATASETS)}")
    return DATASETS[name]


def is_synthetic(name: str) -> bool:
    """Return whether a dataset's images are drawn by the program; False for an unknown name."""
    return name in DATASETS and DATASETS[name].is_synthetic


def mark_of(name: str) -> str:
    """Return the label of figures measured on a dataset, such as "DEMO"; empty for the default dataset."""
    if name == DEFAULT:
        return ""
    return quote(name).upper() if name not in DATASETS else DATASETS[name].title.upper()
