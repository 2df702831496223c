"""The registry of datasets, compared with torchvision's definitions."""

import re
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
import torchvision.datasets

from fmnist_tui import registry
from fmnist_tui.datasets import DATASETS, DEFAULT, DatasetSpec, _discover, dataset_named, mark_of
from fmnist_tui.errors import UserError

OF_TORCHVISION = {"fashion-mnist": "FashionMNIST", "mnist": "MNIST", "kmnist": "KMNIST"}


def test_the_default_is_first_and_synthetic_datasets_are_last() -> None:
    assert list(DATASETS) == ["fashion-mnist", "kmnist", "mnist", "demo"]
    assert next(iter(DATASETS)) == DEFAULT


@pytest.mark.parametrize(("name", "theirs"), OF_TORCHVISION.items())
def test_files_mirrors_and_classes_are_torchvisions(name: str, theirs: str) -> None:
    spec, other = DATASETS[name], getattr(torchvision.datasets, theirs)
    assert spec.mirrors[: len(other.mirrors)] == tuple(other.mirrors)
    resources = dict(other.resources)
    assert set(resources) == {f"{file.name}.gz" for file in spec.files}
    assert all(file.gz_md5 in ("", resources[f"{file.name}.gz"]) for file in spec.files)
    assert [re.sub(r"^\d - ", "", label) for label in spec.classes] == [
        re.sub(r" - .*", "", label) for label in other.classes
    ]
    assert spec.subfolders == (f"{theirs}/raw",)


@pytest.mark.parametrize("spec", [spec for spec in DATASETS.values() if not spec.is_synthetic])
def test_every_file_has_exactly_one_digest(spec: DatasetSpec) -> None:
    assert len(spec.files) == 4
    for file in spec.files:
        assert bool(re.fullmatch("[0-9a-f]{64}", file.sha256)) != bool(re.fullmatch("[0-9a-f]{32}", file.gz_md5))


def test_no_digest_occurs_twice() -> None:
    digests = [file.sha256 or file.gz_md5 for spec in DATASETS.values() for file in spec.files]
    assert len(set(digests)) == len(digests) == 12


def test_an_installed_package_can_add_a_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shapes_dataset.py").write_text(
        "from dataclasses import replace\n"
        "from fmnist_tui.datasets.mnist import MNIST\n"
        "SHAPES = replace(MNIST, name='shapes', title='Shapes')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    plugin = EntryPoint("shapes", "shapes_dataset", "fmnist_tui.datasets")
    monkeypatch.setattr(registry, "_installed", lambda: EntryPoints([plugin]))
    assert _discover()["shapes"].title == "Shapes"


def test_an_unknown_name_is_an_error_with_the_known_ones() -> None:
    with pytest.raises(UserError, match="dataset is 'cifar', but must be one of fashion-mnist, kmnist, mnist, demo"):
        dataset_named("cifar")


def test_only_figures_of_the_default_dataset_have_no_mark() -> None:
    assert [mark_of(name) for name in (*DATASETS, "gone")] == ["", "KMNIST", "MNIST", "DEMO", "'GONE'"]
