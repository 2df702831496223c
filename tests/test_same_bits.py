"""Equal pinned configs give equal weights, whichever face trains them. Real engine, real processes, demo data."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.config import RunConfig, command_for
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.local import ComputeEngine
from fmnist_tui.engine.session import Session
from fmnist_tui.events import Event, RunEnded, RunState
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.repeat import pinned_config
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.training import autotune, compute_plan

CONFIG = RunConfig.from_flat(
    {
        **RunConfig.from_preset("fast", "cnn").to_flat(),
        "epochs": 1,
        "validation_size": 50_000,  # which leaves 10,000 to train on
        "dropout": 0.3,
        "horizontal_flip": True,
        "translate": 1,
        "random_erasing": 0.5,
        "data": "demo",
    }
)


def weights_digest(folder: RunFolder) -> str:
    return read_manifest(manifest_file(folder.checkpoints, "last")).weights.sha256


def train_by_command() -> str:
    command = [sys.executable, "-m", "fmnist_tui", *command_for(CONFIG)[1:]]
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}  # as many as in this process: equal bits need equal threads
    subprocess.run(command, env=one_thread, check=True, capture_output=True, timeout=100)
    return weights_digest(resolve_run("latest"))


def train_by_the_interfaces_engine() -> str:
    """As the interface does: on the compute thread, with a summary asked for and a test made in the middle of it."""
    engine = ComputeEngine()
    engine.load().result(60)
    heard: list[Event] = []
    asked: list[object] = []

    def listen(event: Event) -> None:
        heard.append(event)
        if event.type == "checkpoint_saved" and not asked:
            run = resolve_run("latest").path
            asked.append(engine.summarize(CONFIG.model))
            asked.append(engine.evaluate(run, "last", "test", lambda _done, _total: None))

    handle = engine.train(CONFIG, CallbackSink(listen))
    engine._thread.submit(lambda: None).result(100)
    assert handle is not None
    assert isinstance(heard[-1], RunEnded)
    assert heard[-1].state is RunState.FINISHED
    assert all(future.result(0) for future in asked)  # type: ignore[attr-defined]
    return weights_digest(resolve_run("latest"))


def test_the_command_and_the_interface_train_the_same_weights_to_the_last_bit(home: Path) -> None:
    assert train_by_command() == train_by_the_interfaces_engine()
    assert len(list((home / "runs").iterdir())) == 2


def test_the_pinned_command_gives_equal_weights_whatever_was_tried_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    config = RunConfig.from_flat({"model": "logistic", "epochs": 1, "validation_size": 50_000, "data": "demo"})
    monkeypatch.setattr(compute_plan, "default_threads", lambda: 2)

    def train(chosen: RunConfig, fastest: str) -> RunFolder:
        monkeypatch.setattr(autotune, "_recall", lambda _key: fastest)
        assert Session().train(chosen).state is RunState.FINISHED
        return resolve_run("latest")

    first = train(config, "cpu fp32, 2 threads")
    pinned = pinned_config(first, config)
    assert (pinned.device, pinned.precision, pinned.threads) == ("cpu", "fp32", 2)
    assert "--device cpu --precision fp32 --threads 2" in " ".join(command_for(pinned))
    again = train(pinned, "cpu fp32, 1 thread")
    assert again != first
    assert read_manifest(manifest_file(again.checkpoints, "last")).threads == 2
    assert weights_digest(again) == weights_digest(first)
    unpinned = train(config, "cpu fp32, 1 thread")
    assert read_manifest(manifest_file(unpinned.checkpoints, "last")).threads == 1
