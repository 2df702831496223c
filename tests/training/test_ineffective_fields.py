"""A field that the form shows as without effect has none on the weights, and has one otherwise."""

from typing import Any

import pytest
import sessions

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.config import RunConfig, run_specs
from fmnist_tui.data.dataset import load_dataset
from fmnist_tui.datasets import DATASETS
from fmnist_tui.fields import FieldSpec, OnlyFor
from fmnist_tui.runs.resolve import resolve_run

VALUES: dict[str, tuple[Any, Any]] = {"momentum": (0.1, 0.8), "warmup_fraction": (0.1, 0.6)}
"""Two values of each field that decides about the training only under a condition."""

CONDITIONAL = [spec for spec in run_specs() if spec.hint.only_for and spec.name != "data"]


def other_values(condition: OnlyFor) -> list[tuple[str, bool]]:
    """Return every value of the field that decides, and whether it gives the other field an effect."""
    deciding = next(spec for spec in run_specs() if spec.name == condition.field)
    return [(value, value in condition.values) for value in deciding.choices]


def cases() -> list[Any]:
    found = []
    for spec in CONDITIONAL:
        assert spec.hint.only_for
        for value, has_effect in other_values(spec.hint.only_for):
            found.append(pytest.param(spec, value, has_effect, id=f"{spec.name}-{value}"))
    return found


def weights(**values: Any) -> str:
    config = RunConfig.from_flat({**sessions.CONFIG.to_flat(), "learning_rate": 0.01, **values})
    sessions.train(config)
    folder = resolve_run("latest")
    return read_manifest(manifest_file(folder.checkpoints, "last")).weights.sha256


@pytest.mark.parametrize(("spec", "value", "has_effect"), cases())
def test_a_field_changes_the_weights_only_if_it_is_shown_as_effective(
    spec: FieldSpec, value: str, has_effect: bool
) -> None:
    condition = spec.hint.only_for
    assert condition is not None
    assert bool(spec.ineffective({condition.field: value})) is not has_effect
    trained = {weights(**{condition.field: value, spec.name: number}) for number in VALUES[spec.name]}
    assert len(trained) == (2 if has_effect else 1)


def test_a_folder_has_no_effect_on_images_that_are_drawn() -> None:
    data = next(spec for spec in run_specs() if spec.name == "data")
    for name, dataset in DATASETS.items():
        assert bool(data.ineffective({"dataset": name})) is dataset.is_synthetic
    drawn = RunConfig.from_flat({"dataset": "demo", "data": "/nowhere", "validation_size": 50_000})
    assert len(load_dataset(drawn).train) == 10_000
