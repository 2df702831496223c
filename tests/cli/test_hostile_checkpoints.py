"""Files that would run code when they are unpickled are refused, not opened."""

import io
import json
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from fmnist_tui.cli.main import run
from fmnist_tui.config import RunConfig


class Bomb:
    """Creates a file when it is unpickled."""

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


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".pkl", ".pt2", ".safetensors", ""])
@pytest.mark.parametrize("wrap", [lambda content: content, zipped, lambda _content: b"", lambda content: content[:9]])
def test_a_pickle_is_refused_even_with_a_model_named(
    suffix: str, wrap, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark, file = tmp_path / "it-ran", tmp_path / f"weights{suffix}"
    file.write_bytes(wrap(pickle.dumps(Bomb(mark))))
    assert run(["test", str(file), "--model", "cnn"], open_interface=lambda _data: 0) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "weights" in error
    assert "state dict" in error
    assert not mark.exists()


@pytest.mark.parametrize("as_safetensors", [False, True])
def test_a_plain_state_dict_is_evaluated_with_the_model_that_is_named(
    as_safetensors: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = RunConfig.from_flat({"model": "mlp", "hidden_units": (30, 20)}).model.build()
    file = tmp_path / ("weights.safetensors" if as_safetensors else "weights.pt")
    if as_safetensors:
        save_file(network.state_dict(), file)
    else:
        torch.save(network.state_dict(), file)
    command = ["test", str(file), "--json", "--model", "mlp", "--no-batch-norm", "--hidden-units"]
    assert run([*command, "30", "20"], open_interface=lambda _data: 0) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["model"], report["checkpoint"], report["images"]) == ("mlp", "file", 300)
    assert run([*command, "31", "20"], open_interface=lambda _data: 0) == 1
    assert "don't fit model mlp" in capsys.readouterr().err
    assert run(["test", "latest", "--hidden-units", "3"], open_interface=lambda _data: 0) == 2
    assert "--model" in capsys.readouterr().err


def test_a_whole_module_saved_by_torch_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "model.pt"
    torch.save(torch.nn.Linear(2, 2), file)
    assert run(["test", str(file)], open_interface=lambda _data: 0) == 1
    assert "not a checkpoint of fmnist-tui" in capsys.readouterr().err
