from dataclasses import replace
from pathlib import Path

import pytest

from fmnist_tui.data.locate import FOLDER_VARIABLE, DataNotFound, Source, dataset_cache, find_source
from fmnist_tui.datasets import DATASETS, DatasetSpec
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.datasets.mnist import MNIST
from fmnist_tui.errors import UserError

pytestmark = pytest.mark.usefixtures("empty_machine")


def find(data: str, spec: DatasetSpec | None = None) -> Source:
    return find_source(spec or DATASETS["fashion-mnist"], data)


def fill(folder: Path, ending: str = ".gz") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file in FASHION_MNIST.files:
        (folder / f"{file.name}{ending}").write_bytes(b"")
    return folder


def refusal(data: str) -> str:
    with pytest.raises(UserError) as caught:
        find(data)
    assert not isinstance(caught.value, DataNotFound), "a folder that was named must not be replaced by a download"
    assert "Name the folder that holds the 4 files of Fashion-MNIST" in caught.value.remedy
    return caught.value.line()


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("layout", [".", "FashionMNIST/raw", "raw", "fashion-mnist"])
def test_named_folder_in_every_layout(tmp_path: Path, layout: str, ending: str) -> None:
    fill(tmp_path / "mine" / layout, ending)
    found = find(str(tmp_path / "mine"))
    assert found.folder == tmp_path / "mine" / layout
    assert [path.name for path in found.files] == [file.name + ending for file in FASHION_MNIST.files]
    assert str(tmp_path / "mine") in found.origin


def test_one_folder_may_hold_several_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "all")
    digits = fill(tmp_path / "all" / "MNIST" / "raw")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "all"))
    assert find("auto").folder == tmp_path / "all"
    assert find("auto", MNIST).folder == digits


def test_each_dataset_has_a_cache_of_its_own(tmp_path: Path) -> None:
    fill(dataset_cache(MNIST))
    assert find("auto", MNIST).folder == dataset_cache(MNIST)
    with pytest.raises(DataNotFound, match="Fashion-MNIST is not on this machine"):
        find("auto")


def test_compressed_file_is_preferred_but_not_a_folder_of_its_name(tmp_path: Path) -> None:
    fill(tmp_path)
    fill(tmp_path, "")
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    (tmp_path / "t10k-labels-idx1-ubyte.gz").mkdir()
    names = [path.name for path in find(str(tmp_path)).files]
    assert names[0] == "train-images-idx3-ubyte.gz"
    assert names[3] == "t10k-labels-idx1-ubyte"


def test_order_of_the_usual_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataNotFound):
        find("auto")
    system = fill(tmp_path / "system")
    assert find("auto").origin == f"the system folder '{system}'"
    cache = fill(dataset_cache(FASHION_MNIST))
    assert find("auto").origin == f"the cache '{cache}'"
    monkeypatch.setenv(FOLDER_VARIABLE, str(fill(tmp_path / "variable")))
    assert FOLDER_VARIABLE in find("auto").origin
    assert find(str(fill(tmp_path / "argument"))).folder == tmp_path / "argument"


def test_incomplete_cache_is_skipped(tmp_path: Path) -> None:
    (fill(dataset_cache(FASHION_MNIST)) / "t10k-labels-idx1-ubyte.gz").unlink()
    assert find(str(fill(tmp_path / "system"))).folder == tmp_path / "system"


@pytest.mark.parametrize("name", ["fashion-mnist", "mnist", "kmnist"])
def test_nothing_found_names_the_places_and_the_fixes(name: str) -> None:
    spec = replace(DATASETS[name], folders=(Path("/nowhere/at-all"),))
    with pytest.raises(DataNotFound) as caught:
        find("auto", spec)
    message = caught.value.line()
    for part in (str(dataset_cache(spec)), "/nowhere/at-all", f"fmnist-tui data fetch --dataset {name}", "demo"):
        assert part in message


def test_named_folder_that_lacks_files_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "system")
    fill(dataset_cache(FASHION_MNIST))
    mine = fill(tmp_path / "mine")
    (mine / "train-labels-idx1-ubyte.gz").unlink()
    message = refusal(str(mine))
    assert f"the folder '{mine}' lacks train-labels-idx1-ubyte (each may end in .gz)" in message
    monkeypatch.setenv(FOLDER_VARIABLE, str(mine))
    assert f"which {FOLDER_VARIABLE} names lacks train-labels-idx1-ubyte" in refusal("auto")


def test_named_folder_that_is_not_there(tmp_path: Path) -> None:
    assert f"the folder '{tmp_path / 'gone'}' does not exist" in refusal(str(tmp_path / "gone"))


def test_named_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert f"'{tmp_path / 'file'}' is a file, not a folder" in refusal(str(tmp_path / "file"))


def test_named_folder_of_an_unknown_user() -> None:
    assert "~nobody-has-this-name" in refusal("~nobody-has-this-name/data")


def test_named_folder_with_an_overlong_name() -> None:
    assert "File name too long" in refusal("x" * 4000)


def test_named_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", deny)  # chmod would not stop root
    message = refusal(str(tmp_path))
    assert f"no permission to read the folder '{tmp_path}'" in message
    assert "Change its permissions" in message
