"""Equal pinned configs give equal weights, from the command line or the interface. Real processes, demo data."""

import os
import subprocess
import sys
from pathlib import Path

import configs
import pytest

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.config import RunConfig, command_for
from fmnist_tui.engine.compute_engine import ComputeEngine
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.session import Session
from fmnist_tui.events import Event, RunEnded, RunState
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import NO_LABELS
from fmnist_tui.runs.reproduce import pinned_config
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.training import compute_plan, loop
from fmnist_tui.training.autotune import ChosenPlan

CONFIG = RunConfig.from_flat(
    {
        **configs.CNN.to_flat(),
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
    """As the interface does: on the compute thread, with a summary and an evaluation requested during the run."""
    engine = ComputeEngine()
    engine.load().result(60)
    events: list[Event] = []
    futures: list[object] = []

    def on_event(event: Event) -> None:
        events.append(event)
        if event.type == "checkpoint_saved" and not futures:
            run = resolve_run("latest").path
            futures.append(engine.summarize(CONFIG.model))
            futures.append(engine.evaluate(run, "last", "test", lambda _done, _total: None))

    handle = engine.train(CONFIG, CallbackSink(on_event), NO_LABELS)
    engine._thread.submit(lambda: None).result(100)
    assert handle is not None
    assert isinstance(events[-1], RunEnded)
    assert events[-1].state is RunState.FINISHED
    assert all(future.result(0) for future in futures)  # type: ignore[attr-defined]
    return weights_digest(resolve_run("latest"))


@pytest.mark.usefixtures("demo_is_cached")
def test_the_command_and_the_interface_train_the_same_weights_to_the_last_bit(home: Path) -> None:
    assert train_by_command() == train_by_the_interfaces_engine()
    assert len(list((home / "runs").iterdir())) == 2


def test_the_config_that_a_run_stores_gives_the_same_weights_however_fast_the_machine_is_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = RunConfig.from_flat({"model": "logistic", "epochs": 1, "validation_size": 50_000, "data": "demo"})
    monkeypatch.setattr(compute_plan, "DEFAULT_THREADS", 2)

    def train(config: RunConfig, threads: int) -> RunFolder:
        """Train while this number of threads are fastest."""
        plans = compute_plan.plans(config)
        fastest = next((plan for plan in plans if plan.threads == threads), plans[0])
        monkeypatch.setattr(loop, "autotune", lambda *_arguments, **_callbacks: ChosenPlan(fastest, "measured"))
        assert Session().train(config).state is RunState.FINISHED
        return resolve_run("latest")

    first = train(config, threads=1)
    stored = first.config()
    assert (stored.device, stored.precision, stored.threads) == ("cpu", "fp32", 1)
    assert pinned_config(first, stored) == stored
    assert "--device cpu --precision fp32 --threads 1" in " ".join(command_for(stored))
    again = train(stored, threads=2)
    assert again != first
    assert again.config() == stored
    assert weights_digest(again) == weights_digest(first)
    other = train(config, threads=2)
    assert other.config().threads == 2, "a config that leaves the choice to the machine is another config"
