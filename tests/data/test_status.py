import subprocess
import sys
from pathlib import Path

import pytest
from fake_files import LABELS

from fmnist_tui.data.locate import dataset_cache
from fmnist_tui.data.status import check
from fmnist_tui.datasets import DATASETS
from fmnist_tui.datasets.demo import DEMO
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST


def test_demo_needs_nothing() -> None:
    status = check(DEMO, "auto")
    assert status.problem == ""
    assert status.files == ()


@pytest.mark.usefixtures("empty_machine")
def test_nothing_found_is_reported() -> None:
    status = check(DATASETS["fashion-mnist"], "auto")
    assert "not on this machine" in status.problem


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    status = check(FASHION_MNIST, str(tmp_path / "gone"))
    assert "does not exist" in status.problem


@pytest.mark.usefixtures("empty_machine")
def test_bad_files_are_reported_one_by_one() -> None:
    dataset_cache(FASHION_MNIST).mkdir(parents=True)
    for file in FASHION_MNIST.files:
        (dataset_cache(FASHION_MNIST) / file.name).write_bytes(LABELS)
    status = check(DATASETS["fashion-mnist"], "auto")
    assert [file.size for file in status.files] == [len(LABELS)] * 4
    assert status.problem == status.files[0].problem
    assert "should hold images" in status.files[2].problem
    assert "holds 400 labels, but should hold 10,000" in status.files[3].problem


@pytest.mark.real_data
def test_real_files_are_valid() -> None:
    status = check(DATASETS["fashion-mnist"], "auto")
    assert status.problem == ""
    assert [file.problem for file in status.files] == [""] * 4
    assert all(file.size > 5000 for file in status.files)


def test_checking_the_data_loads_neither_torch_nor_a_network_library() -> None:
    program = (
        "import sys, fmnist_tui.data.status, fmnist_tui.data.download\n"
        "print({'torch', 'torchvision', 'numpy', 'requests', 'textual'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
