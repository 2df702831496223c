"""The peers do the same work, and ratios are between the rows that they name."""

import gzip
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch

from benchmarks.child import ChildFailed, run_python
from benchmarks.overhead import percentiles
from benchmarks.peers.catalog import BATCH_SIZES, PEERS, chosen
from benchmarks.peers.images import HELD_OUT, Images
from benchmarks.peers.ours import config_for
from benchmarks.peers.task import Task, WorkloadName, arguments_for, task_from
from benchmarks.peers.torch_networks import build
from benchmarks.throughput import Measurement, rows_of
from fmnist_tui.config import RunConfig

WORKLOADS: tuple[WorkloadName, ...] = get_args(WorkloadName)


def written_images(folder: Path, count: int) -> Images:
    """Write `count` images and a held-out set; every pixel of image *i* is *i* modulo 256."""
    total = count + HELD_OUT
    pixels = np.repeat(np.arange(total) % 256, 784).astype(np.uint8)
    images_file, labels_file = folder / "images.gz", folder / "labels"
    images_file.write_bytes(gzip.compress(bytes(16) + pixels.tobytes(), compresslevel=1))
    labels_file.write_bytes(bytes(8) + (np.arange(total) % 10).astype(np.uint8).tobytes())
    return Images(images_file, labels_file, count)


@pytest.mark.parametrize("workload", WORKLOADS)
def test_our_network_and_the_peers_are_the_same_function(workload: WorkloadName, tmp_path: Path) -> None:
    task = Task(workload, "", 64, 3, 1e-3, 0.0, False, Images(tmp_path / "images", tmp_path / "labels", 50_000))
    ours, theirs = config_for(task).model.build(), build(workload)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    images = torch.randn(8, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    for network in (ours, theirs):
        network.eval()
    torch.testing.assert_close(ours(images), theirs(images))


@pytest.mark.parametrize("workload", WORKLOADS)
def test_the_batch_sizes_are_those_of_the_classic_preset(workload: WorkloadName) -> None:
    assert BATCH_SIZES[workload] == RunConfig.from_preset("classic", workload).batch_size


def test_images_are_read_compressed_or_not_and_normalized(tmp_path: Path) -> None:
    images = written_images(tmp_path, 20)
    assert images.pixels.shape == (20, 28, 28)
    assert [int(pixels.max()) for pixels in images.pixels[:3]] == [0, 1, 2]
    assert images.labels.tolist()[8:12] == [8, 9, 0, 1]
    assert images.normalized[0, 0, 0] == pytest.approx((0 - 0.2860) / 0.3530)
    assert images.normalized[19, 0, 0] == pytest.approx((19 / 255 - 0.2860) / 0.3530, abs=1e-6)


def test_accuracy_is_measured_on_the_held_out_images(tmp_path: Path) -> None:
    images = written_images(tmp_path, 20)
    correct = (np.arange(HELD_OUT) + 20) % 10
    assert images.accuracy(lambda shown: correct[: len(shown)]) == 1.0
    assert images.accuracy(lambda shown: np.zeros(len(shown), dtype=np.int64)) == pytest.approx(0.1)


def test_a_task_round_trips_through_the_command_line(tmp_path: Path) -> None:
    images = Images(tmp_path / "images", tmp_path / "labels", 20)
    for is_checked in (True, False):
        task = Task("mlp", "a-variant", 64, 3, 1e-3, 1e-5, is_checked, images)
        assert task_from(arguments_for(task)) == task
    assert task_from(arguments_for(Task("cnn", "", 1, 1, 0.1, 0.0, False, images))).variant == ""


def test_peers_are_chosen_by_name_and_by_what_they_can_train() -> None:
    assert {one.name for one in chosen((), "cnn")} < {one.name for one in PEERS}
    assert [one.name for one in chosen(("jax-scan", "ours"), "mlp")] == ["ours", "jax-scan"]
    assert not list(chosen(("jax-scan",), "cnn"))
    with pytest.raises(ValueError, match="no peer 'theirs'"):
        list(chosen(("theirs",), "mlp"))


def test_rows_are_medians_compared_with_the_fastest_peer_and_the_reference() -> None:
    speeds = {"ours": (90, 100, 500), "keras-jax": (50, 40, 60), "torch-eager": (80, 80, 80)}
    measurements = [
        Measurement("mlp", name, round_, images_per_second=speed, process_seconds=1.0)
        for name, each in speeds.items()
        for round_, speed in enumerate(each)
    ]
    measurements.append(Measurement("mlp", "skorch", 0, problem="not installed"))
    rows = rows_of(measurements)
    assert [row["peer"] for row in rows] == ["ours", "torch-eager", "keras-jax", "skorch"]
    assert [row.get("images_per_second") for row in rows] == [100, 80, 50, None]
    assert [row.get("to_fastest_peer") for row in rows] == [100 / 80, 1.0, 50 / 80, None]
    assert [row.get("to_reference") for row in rows] == [2.0, 1.6, 1.0, None]
    assert rows[-1]["problem"] == "not installed"


def test_percentiles_of_lags_are_in_milliseconds_and_in_order() -> None:
    row = percentiles([number / 1000 for number in range(101)])
    assert row == pytest.approx({"lag_p50_ms": 50, "lag_p95_ms": 95, "lag_p99_ms": 99, "lag_max_ms": 100})
    assert all(low <= high for low, high in pairwise(percentiles([0.001, 0.003]).values()))


def test_a_child_returns_its_last_line_and_a_failing_one_its_error() -> None:
    child = run_python("-c", "print('a library speaks'); print('{\"speed\": 1}')")
    assert child.result == {"speed": 1}
    assert child.peak_bytes > 1_000_000
    assert child.seconds > 0
    with pytest.raises(ChildFailed, match="it broke"):
        run_python("-c", "raise SystemExit('it broke')")
    with pytest.raises(ChildFailed, match="no JSON"):
        _ = run_python("-c", "print('nothing')").result
