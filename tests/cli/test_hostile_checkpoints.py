"""Files that would run code when they are unpickled are refused, not opened."""

import io
import pickle
import zipfile
from pathlib import Path

import pytest
import torch

from fmnist_tui.cli.app import run


class Bomb:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self._mark,))


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../outside", content)
        archive.writestr("archive/data.pkl", content)
    return file.getvalue()


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".pkl", ".pt2", ".ckpt", ".zip", ".safetensors", ".json", ""])
@pytest.mark.parametrize("wrap", [lambda content: content, zipped])
def test_a_pickle_under_any_name_is_refused_and_nothing_of_it_runs(
    suffix: str, wrap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = tmp_path / "it-ran"
    for folder in (tmp_path, tmp_path / "run" / "checkpoints"):
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"best{suffix}"
        file.write_bytes(wrap(pickle.dumps(Bomb(mark))))
        assert run(["test", str(file)], open_interface=lambda _data: 0) == 1
        captured = capsys.readouterr()
        assert captured.err.count("\n") == 1
        assert "best" in captured.err
    assert not mark.exists()
    assert not (tmp_path.parent / "outside").exists()


def test_a_whole_module_saved_by_torch_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "model.pt"
    torch.save(torch.nn.Linear(2, 2), file)
    assert run(["test", str(file)], open_interface=lambda _data: 0) == 1
    assert "no checkpoint of fmnist-tui" in capsys.readouterr().err
