"""The compute plan of a run: the fastest one, measured if the run is long enough, and stored in the run's config."""

from pathlib import Path

import pytest
import torch

from fmnist_tui.checkpoints.latest import load_latest
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.events import Event, RunEnded, RunResumed, RunStarted, RunState, StateChanged
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.training import autotune, compute_plan
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.control import Control
from fmnist_tui.training.loop import TrainingLoop

CONFIG = RunConfig.from_flat({"model": "mlp", "batch_size": 16, "precision": "fp32", "device": "cpu", "epochs": 1})
LONG = 10_000_000
ONE_THREAD, TWO_THREADS = "cpu fp32, 1 thread", "cpu fp32, 2 threads"


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute_plan, "DEFAULT_THREADS", 2)


@pytest.fixture
def speeds(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Seconds per step of each plan; a few real steps are done, only their time is made up."""
    seconds = {ONE_THREAD: 1.0, TWO_THREADS: 1.0}
    original = autotune._Candidate._seconds

    def measure(candidate: autotune._Candidate, steps: int) -> float:
        original(candidate, min(steps, 2))
        return steps * seconds[str(candidate.plan)]

    monkeypatch.setattr(autotune._Candidate, "_seconds", measure)
    return seconds


@pytest.fixture
def short_runs_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autotune, "SHARE_OF_RUN", 1e9)


def choose(config: RunConfig = CONFIG, steps: int = LONG) -> tuple[str, str]:
    choice = autotune.autotune(config, steps)
    assert choice is not None
    return str(choice.plan), choice.reason


@pytest.mark.parametrize(
    ("one_thread", "two_threads", "chosen"),
    [(0.5, 1.0, ONE_THREAD), (1.0, 0.5, TWO_THREADS), (0.99, 1.0, TWO_THREADS)],
    ids=["one is faster", "two are faster", "a difference that may be noise"],
)
def test_the_fastest_plan_is_chosen(
    speeds: dict[str, float], one_thread: float, two_threads: float, chosen: str
) -> None:
    speeds.update({ONE_THREAD: one_thread, TWO_THREADS: two_threads})
    plan, reason = choose()
    assert plan == chosen
    assert f"{ONE_THREAD}: {16 / one_thread:,.0f} images/s" in reason


def test_no_choice_is_cached(speeds: dict[str, float], home: Path) -> None:
    speeds[ONE_THREAD] = 0.5
    assert choose()[0] == ONE_THREAD
    speeds[ONE_THREAD] = 2.0
    assert choose()[0] == TWO_THREADS
    assert not home.exists() or not list(home.rglob("*"))


@pytest.mark.parametrize("steps", [3, 399])
def test_a_short_run_takes_the_first_plan(speeds: dict[str, float], steps: int) -> None:
    speeds[ONE_THREAD] = 0.001
    plan, reason = choose(steps=steps)
    assert plan == TWO_THREADS
    assert "by rule" in reason


def test_a_plan_that_the_config_names_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autotune._Candidate, "_seconds", lambda *_: pytest.fail("a step was measured"))
    assert choose(CONFIG.model_copy(update={"threads": 1})) == (ONE_THREAD, "the only one allowed")
    assert choose(steps=399)[0] == TWO_THREADS


def test_a_plan_too_slow_for_its_share_is_measured_once(speeds: dict[str, float]) -> None:
    speeds[ONE_THREAD] = 11.0
    measured: list[str] = []
    choice = autotune.autotune(CONFIG, 1_000, should_continue=lambda: bool(measured.append("")) or True)
    assert choice is not None
    assert str(choice.plan) == TWO_THREADS
    assert ONE_THREAD not in choice.reason
    assert len(measured) == 2 + 1 + autotune.TURNS


def test_the_measurement_takes_its_share_of_the_run(speeds: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[float] = []
    inner = autotune._Candidate._seconds

    def measure(candidate: autotune._Candidate, steps: int) -> float:
        spent.append(inner(candidate, steps))
        return spent[-1]

    monkeypatch.setattr(autotune._Candidate, "_seconds", measure)
    speeds.update({ONE_THREAD: 0.01, TWO_THREADS: 0.01})
    choose(steps=10_000)  # 100 s
    assert sum(spent) == pytest.approx(2.0, abs=0.1)
    spent.clear()
    choose(steps=LONG)
    assert sum(spent) == pytest.approx(autotune.MAX_SECONDS, abs=0.1)


@pytest.mark.parametrize("continues", [0, 1, 5, 9])
def test_a_measurement_ends_when_a_stop_is_requested(speeds: dict[str, float], continues: int) -> None:
    more = iter([True] * continues)
    assert autotune.autotune(CONFIG, LONG, should_continue=lambda: next(more, False)) is None


@pytest.mark.usefixtures("speeds", "short_runs_are_measured")
@pytest.mark.parametrize("how", ["stop", "abandon"])
def test_a_run_stopped_during_the_measurement_ends_before_the_first_batch(
    small_dataset: Dataset, tmp_path: Path, how: str
) -> None:
    control, done = Control(), []
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        control.jobs.submit(lambda: done.append("a job"))
        getattr(control, how)()

    loop = TrainingLoop("a-run", CONFIG, dataset=small_dataset, checkpoints=tmp_path, control=control, emit=emit)
    assert not events, "nothing happens before the run"
    threads = torch.get_num_threads()
    assert loop.run().state is RunState.STOPPED
    assert [type(event) for event in events] == [StateChanged, RunEnded]
    assert events[0].detail == "measuring thread counts and precisions"
    assert "before the first batch" in events[1].reason
    assert done == ["a job"]
    assert torch.get_num_threads() == threads


@pytest.mark.usefixtures("short_runs_are_measured")
def test_the_choice_is_stored_in_the_runs_config_and_checkpoints(
    speeds: dict[str, float], small_dataset: Dataset, tmp_path: Path
) -> None:
    speeds[ONE_THREAD] = 0.5
    started = first(train(CONFIG, small_dataset, tmp_path), RunStarted)
    assert started.plan_reason.startswith("measured: ")
    pinned = CONFIG.pinned("cpu", "fp32", 1)
    assert started.config == pinned
    loaded = load_latest(tmp_path, lambda _event: None)
    assert loaded is not None
    assert loaded.manifest.config == pinned
    speeds[ONE_THREAD] = 5.0
    again = first(train(started.config, small_dataset, tmp_path / "again"), RunStarted)
    assert again.config == pinned
    more = CONFIG.model_copy(update={"epochs": 2})
    resumed = first(train(more, small_dataset, tmp_path, loaded=loaded), RunResumed)
    assert resumed.started.config == pinned.model_copy(update={"epochs": 2})


@pytest.mark.usefixtures("speeds")
def test_a_measurement_changes_no_weights(
    small_dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for share, name in ((0.0, "without"), (1e9, "with")):
        monkeypatch.setattr(autotune, "SHARE_OF_RUN", share)
        train(CONFIG, small_dataset, tmp_path / name)
    digests = {read_digest(tmp_path / name) for name in ("without", "with")}
    assert len(digests) == 1


def test_plans_come_in_the_order_that_is_likely_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute_plan, "cpu_has_bf16", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    names = {
        model: [str(p) for p in compute_plan.plans(RunConfig.from_flat({"model": model}))] for model in ARCHITECTURES
    }
    assert names["logistic"] == [TWO_THREADS, ONE_THREAD]
    for model in ("mlp", "cnn", "resnet"):
        assert names[model] == ["cpu bf16, 2 threads", "cpu bf16, 1 thread", TWO_THREADS, ONE_THREAD]


def test_a_gpu_is_taken_without_measuring_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    names = {
        model: [str(p) for p in compute_plan.plans(RunConfig.from_flat({"model": model}))] for model in ("mlp", "cnn")
    }
    assert names == {"mlp": ["cuda fp32, 2 threads"], "cnn": ["cuda bf16, 2 threads", "cuda fp32, 2 threads"]}


def test_threads_are_set_only_inside_the_block() -> None:
    before = torch.get_num_threads()
    with ComputePlan(torch.device("cpu"), "fp32", before + 1, False).threads_set():
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


def train(config: RunConfig, dataset: Dataset, folder: Path, **options: object) -> list[Event]:
    events: list[Event] = []
    loop = TrainingLoop(
        "a-run", config, dataset=dataset, checkpoints=folder, control=Control(), emit=events.append, **options
    )
    loop.run()
    return events


def first(events: list[Event], kind: type) -> Event:
    return next(event for event in events if isinstance(event, kind))


def read_digest(folder: Path) -> str:
    loaded = load_latest(folder, lambda _event: None)
    assert loaded is not None
    return loaded.manifest.weights.sha256
