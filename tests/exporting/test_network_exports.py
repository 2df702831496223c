"""Exported networks, read by the libraries that their users read them with."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import on_disk
import onnx
import onnxruntime
import pytest
import torch
from commands import main
from safetensors import safe_open
from sessions import CONFIG, small_data, stopped_run, train

from fmnist_tui import optional_packages
from fmnist_tui.checkpoints.manifest import read_manifest
from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.exporting.export import export
from fmnist_tui.exporting.format import NetworkFormat
from fmnist_tui.exporting.formats import export_format_named
from fmnist_tui.exporting.formats.onnx_model import OPSET
from fmnist_tui.exporting.result import Verification
from fmnist_tui.exporting.trained_network import TrainedNetwork
from fmnist_tui.exporting.verify import verify
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run

ROOT = Path(__file__).parent.parent.parent

TINY = {
    "logistic": {},
    "mlp": {"hidden_units": (8,), "dropout": 0.5},
    "cnn": {"channels": (2, 3), "head_width": 4, "tta_flip": True},
    "resnet": {"width": 2, "blocks": 1},
}


@pytest.fixture(autouse=True)
def _small_data(commands_use_small_data: None) -> None:
    """No export loads the real data."""


def trained(config: RunConfig, tmp_path: Path) -> TrainedNetwork:
    """Return a network with random weights and statistics, as read from a checkpoint."""
    on_disk.a_manifest(tmp_path / "best.json", config, epoch=2)
    torch.manual_seed(1)
    network = config.model.build()
    for name, tensor in network.state_dict().items():
        if tensor.is_floating_point():
            tensor.copy_(torch.rand_like(tensor) + ("var" in name))
    manifest = read_manifest(tmp_path / "best.json")
    return TrainedNetwork(RunFolder(tmp_path), "best", manifest, network.eval(), None, None)


@pytest.mark.parametrize(
    ("model", "form"),
    [*((model, "state-dict") for model in TINY), *((model, "torch-export") for model in ("cnn", "resnet"))],
)
def test_every_model_predicts_the_same_from_its_file(model: str, form: str, tmp_path: Path) -> None:
    network = trained(RunConfig.from_flat({"model": model, "data": "demo", **TINY[model]}), tmp_path)
    chosen = export_format_named(form)
    assert isinstance(chosen, NetworkFormat)
    content = chosen.content(network)
    assert str(ROOT).encode() not in content, "files are given to others"
    predict = chosen.predictor(content, network)
    progress: list[tuple[int, int]] = []
    found = verify(predict, network, small_data().test, lambda *done: progress.append(done))
    assert (found.images, found.same_predictions, found.differs_from_evaluation) == (300, 300, None)
    assert found.max_difference <= found.tolerance
    assert progress[-1] == (300, 300)


def test_onnx_runtime_reads_an_export_that_predicts_as_the_test_set_evaluation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flat = {**CONFIG.to_flat(), "model": "cnn", "epochs": 1, "channels": (4, 4), "head_width": 8, "tta_flip": True}
    train(RunConfig.from_flat(flat))
    assert main("test", "latest") == 0
    target = tmp_path / "network.onnx"
    capsys.readouterr()
    assert main("export", "latest", "--format", "onnx", "--output", str(target), "--json") == 0
    result = json.loads(capsys.readouterr().out)
    folder = resolve_run("latest")
    (report,) = folder.reports()  # the verification is no test-set evaluation
    saved = folder.predictions(report)
    assert result["verified"]["same_predictions"] == result["verified"]["images"] == 300
    assert result["verified"]["differs_from_evaluation"] == 0
    assert result["bytes"] == target.stat().st_size
    assert str(ROOT).encode() not in target.read_bytes(), "files are given to others"

    session = onnxruntime.InferenceSession(str(target))
    (given,) = session.get_inputs()
    assert (given.name, given.type, given.shape) == ("pixels", "tensor(float)", ["batch", 1, 28, 28])
    pixels = small_data().test.images.unsqueeze(1).numpy().astype(np.float32) / 255
    for images in (slice(None), slice(0, 1)):
        (logits,) = session.run(["logits"], {"pixels": pixels[images]})
        assert np.allclose(logits, saved.logits[images], atol=result["verified"]["tolerance"])
        assert np.array_equal(logits.argmax(axis=1), saved.predicted[images])

    model = onnx.load(target)
    onnx.checker.check_model(model)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", OPSET)]
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(metadata["classes"]) == list(small_data().spec.classes)
    assert metadata["run"] == folder.run
    assert float(metadata["test_accuracy"]) == report.accuracy


def test_a_state_dict_is_data_with_the_names_of_torchs_modules_that_test_can_evaluate(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = stopped_run()
    assert main("export", folder.run, "--format", "state-dict", "--plain") == 0
    out = capsys.readouterr().out
    file = folder.exports / f"{folder.run}-best.safetensors"
    assert "Verified: the same predictions for all 300 test images; logits differ by at most " in out
    with safe_open(file, "pt") as tensors:
        assert sorted(tensors.keys()) == ["1.bias", "1.weight"]
        assert tensors.metadata()["checkpoint"] == "best"
    assert main("test", str(file), "--model", "logistic", "--split", "validation", "--json") == 0
    epoch = read_manifest(folder.checkpoints / "best.json")
    assert json.loads(capsys.readouterr().out)["accuracy"] == epoch.validation_accuracy


def test_a_file_that_predicts_otherwise_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stopped_run()
    form = export_format_named("state-dict")
    exact = form.predictor  # type: ignore[attr-defined]
    monkeypatch.setattr(form, "predictor", lambda *file: lambda pixels: exact(*file)(pixels) + 0.1)
    with pytest.raises(UserError, match="its logits differ from the checkpoint's by"):
        export(folder, "best", form)
    assert list(folder.exports.iterdir()) == []


def test_an_export_that_is_cancelled_leaves_nothing() -> None:
    folder = stopped_run()

    class CancelledError(Exception):
        pass

    def cancel(_done: int, _total: int) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        export(folder, "best", export_format_named("state-dict"), on_progress=cancel)
    assert list(folder.exports.iterdir()) == []


def test_other_images_than_the_runs_verify_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stopped_run()
    other = replace(small_data(), fingerprint="1" * 64)
    monkeypatch.setattr("fmnist_tui.data.dataset.load_dataset", lambda *_arguments: other)
    with pytest.raises(UserError, match="was trained on other demo images"):
        export(folder, "best", export_format_named("state-dict"))


def test_the_predictions_are_compared_with_the_saved_evaluation_too(tmp_path: Path) -> None:
    network = trained(CONFIG, tmp_path)
    images = small_data().test
    with torch.inference_mode():
        logits = network.whole()(images.images.unsqueeze(1) / 255).numpy()
    logits[:7] = -logits[:7]  # as if another precision had changed some of them
    evaluated = replace(network, evaluated=Predictions(images.labels.numpy(), logits))
    assert verify(network.whole(), evaluated, images).differs_from_evaluation == 7


def test_what_differs_from_the_saved_evaluation_is_reported() -> None:
    found = Verification(10_000, 9_999, 1e-6, 1e-3, differs_from_evaluation=12)
    assert found.sentences() == [
        "Verified: the same predictions for 9,999 of 10,000 test images, the others are ties; logits differ by at most "
        "1.0e-06.",
        "The file computes in fp32: 12 predictions differ from the run's saved test-set evaluation, which has another "
        "precision or device.",
    ]


def test_a_missing_package_is_an_error_in_one_line_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped_run()
    monkeypatch.setattr(optional_packages, "find_spec", lambda name: None if name.startswith("onnx") else object())
    assert main("export", "latest", "--format", "onnx") == 1
    wanted = " ".join(f"'{requirement}'" for requirement in optional_packages.ONNX)
    assert capsys.readouterr().err == (
        f"fmnist-tui: the packages onnx, onnxruntime, onnxscript are not installed. Run `pip install {wanted}`.\n"
    )


def test_the_optional_packages_are_those_of_the_extras() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for name in ("onnx", "serve", "tensorboard"):
        requirements = getattr(optional_packages, name.upper())
        assert tuple(extras[name]) == requirements
        assert set(requirements) <= set(extras["test"])
