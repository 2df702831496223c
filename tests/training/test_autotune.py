"""Which placement a run gets: the fastest sound one, found in a short trial and kept."""

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import torch

from fmnist_tui.checkpoints.latest import LoadedCheckpoint, load_latest
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.events import EpochEnded, RunEnded, RunResumed, RunStarted, RunState, StateChanged
from fmnist_tui.runs.snapshot import replay
from fmnist_tui.training import autotune, compute_plan
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.control import Control
from fmnist_tui.training.loop import TrainingLoop
from fmnist_tui.training.train_step import TrainStep

CONFIG = RunConfig.from_flat({"model": "mlp", "batch_size": 16, "precision": "fp32", "device": "cpu"})
LONG = 10_000_000
ONE_THREAD, TWO_THREADS = "cpu fp32, 1 thread", "cpu fp32, 2 threads"


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (compute_plan, autotune):
        monkeypatch.setattr(module, "default_threads", lambda: 2)


@pytest.fixture
def speeds(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Seconds a step of each placement; the steps are still done, only their time is made up."""
    seconds = {ONE_THREAD: 1.0, TWO_THREADS: 1.0}
    really: Callable[..., float] = autotune._Candidate._run

    def run(candidate: autotune._Candidate, steps: int) -> float:
        really(candidate, steps)
        return steps * seconds[str(candidate.plan)]

    monkeypatch.setattr(autotune._Candidate, "_run", run)
    monkeypatch.setattr(autotune, "_seconds_of_others", lambda: 0.0)
    return seconds


@pytest.mark.parametrize(
    ("one_thread", "two_threads", "chosen"),
    [(0.5, 1.0, ONE_THREAD), (1.0, 0.5, TWO_THREADS), (0.99, 1.0, TWO_THREADS)],
    ids=["one is faster", "two are faster", "a difference that may be noise"],
)
def test_the_fastest_is_chosen(speeds: dict[str, float], one_thread: float, two_threads: float, chosen: str) -> None:
    speeds.update({ONE_THREAD: one_thread, TWO_THREADS: two_threads})
    choice = autotune.autotune(CONFIG, LONG)
    assert str(choice.plan) == chosen
    assert f"{ONE_THREAD}: {16 / one_thread:,.0f} images/s" in choice.reason


def test_the_outcome_is_remembered_for_equal_work_on_this_machine(speeds: dict[str, float], home: Path) -> None:
    speeds[ONE_THREAD] = 0.5
    autotune.autotune(CONFIG, LONG)
    speeds[ONE_THREAD] = 2.0
    assert str(autotune.autotune(CONFIG, LONG).plan) == ONE_THREAD
    assert str(autotune.autotune(CONFIG, 1).plan) == ONE_THREAD, "also for a run too short for a trial of its own"
    other_work = CONFIG.model_copy(update={"batch_size": 17})
    assert str(autotune.autotune(other_work, LONG).plan) == TWO_THREADS
    (home / "cache" / "trials.json").write_text("[nonsense")
    assert str(autotune.autotune(CONFIG, LONG).plan) == TWO_THREADS


def test_an_outcome_that_others_disturbed_is_neither_taken_nor_remembered(
    speeds: dict[str, float], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speeds[ONE_THREAD] = 0.5
    busy = iter((0.0, 1e9))
    monkeypatch.setattr(autotune, "_seconds_of_others", lambda: next(busy))
    assert str(autotune.autotune(CONFIG, LONG).plan) == TWO_THREADS
    assert not (home / "cache" / "trials.json").exists()


def test_a_winner_that_does_not_win_again_is_neither_taken_nor_remembered(
    speeds: dict[str, float], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_thread_per_series = iter((0.5, 2.0))
    series = autotune._fastest

    def another_series(candidates: list[autotune._Candidate]) -> autotune._Candidate:
        speeds[ONE_THREAD] = next(one_thread_per_series)
        return series(candidates)

    monkeypatch.setattr(autotune, "_fastest", another_series)
    choice = autotune.autotune(CONFIG, LONG)
    assert str(choice.plan) == TWO_THREADS
    assert "agree" in choice.reason
    assert not (home / "cache" / "trials.json").exists()


def test_a_short_run_is_not_kept_waiting(speeds: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autotune._Candidate, "take_turn", lambda _self: pytest.fail("a trial was made"))
    speeds[ONE_THREAD] = 0.001
    assert str(autotune.autotune(CONFIG, 3).plan) == TWO_THREADS


def test_what_the_config_asks_for_is_not_tried(speeds: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autotune._Candidate, "_run", lambda *_: pytest.fail("a trial was made"))
    asked = CONFIG.model_copy(update={"threads": 1})
    assert str(autotune.autotune(asked, LONG).plan) == ONE_THREAD


def test_a_placement_that_computes_something_else_is_not_chosen(
    speeds: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    speeds[ONE_THREAD] = 0.1
    sound = TrainStep.step

    def step(
        train_step: TrainStep, images: torch.Tensor, labels: torch.Tensor, number: int
    ) -> tuple[torch.Tensor, ...]:
        loss, logits = sound(train_step, images, labels, number)
        return (loss * float("nan") if torch.get_num_threads() == 1 else loss), logits

    monkeypatch.setattr(TrainStep, "step", step)
    assert str(autotune.autotune(CONFIG, LONG).plan) == TWO_THREADS


def test_a_first_placement_that_computes_something_else_is_left_for_a_sound_one(
    speeds: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    speeds[TWO_THREADS] = 0.1
    sound = TrainStep.step

    def step(
        train_step: TrainStep, images: torch.Tensor, labels: torch.Tensor, number: int
    ) -> tuple[torch.Tensor, ...]:
        loss, logits = sound(train_step, images, labels, number)
        return (loss * float("nan") if torch.get_num_threads() == 2 else loss), logits

    monkeypatch.setattr(TrainStep, "step", step)
    monkeypatch.setattr(autotune._Candidate, "is_reference", property(lambda candidate: candidate.plan.threads == 1))
    assert str(autotune.autotune(CONFIG, LONG).plan) == ONE_THREAD


def test_a_placement_too_slow_for_the_trials_budget_is_not_timed_further(speeds: dict[str, float]) -> None:
    steps = 2_000  # at a second each: ten seconds of trial for each of the two
    speeds[ONE_THREAD] = 11.0
    timed: list[str] = []
    choice = autotune.autotune(CONFIG, steps, should_continue=lambda: bool(timed.append("")) or True)
    assert str(choice.plan) == TWO_THREADS
    assert ONE_THREAD not in choice.reason
    alone = 3 + autotune.TURNS * 2
    assert len(timed) == alone + 1, "one step shows that the other is too slow"


def test_a_run_with_few_steps_is_not_even_timed(speeds: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autotune._Candidate, "_run", lambda *_: pytest.fail("a step was timed"))
    assert str(autotune.autotune(CONFIG, 700).plan) == TWO_THREADS


def test_a_trial_reports_its_beginning_and_then_its_expected_duration(speeds: dict[str, float]) -> None:
    reported: list[float | None] = []
    autotune.autotune(CONFIG, LONG, on_start=reported.append)
    assert reported == [None, 2 * 2 * autotune.TURNS * 1.0]
    autotune.autotune(CONFIG, LONG, on_start=reported.append)
    assert len(reported) == 2, "an outcome that is remembered takes no time"


@pytest.mark.parametrize("asks", [0, 1, 5, 9])
def test_a_trial_ends_when_it_is_asked_to(speeds: dict[str, float], home: Path, asks: int) -> None:
    answers = iter([True] * asks)
    assert autotune.autotune(CONFIG, LONG, should_continue=lambda: next(answers, False)) is None
    assert not (home / "cache" / "trials.json").exists()


@pytest.mark.parametrize("how", ["stop", "abandon"])
def test_a_run_stopped_during_its_trial_ends_before_the_first_batch(
    speeds: dict[str, float], small_dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(autotune, "SHARE_OF_RUN", 1e9)
    control, done = Control(), []
    events: list = []

    def listen(event: object) -> None:
        events.append(event)
        control.jobs.submit(lambda: done.append("an errand"))
        getattr(control, how)()

    loop = TrainingLoop("a-run", CONFIG, dataset=small_dataset, checkpoints=tmp_path, control=control, emit=listen)
    assert not events, "nothing happens before the run"
    threads = torch.get_num_threads()
    assert loop.run().state is RunState.STOPPED
    assert [type(event) for event in events] == [StateChanged, RunEnded]
    assert events[0].detail == "measuring threads and number formats"
    assert "before the first batch" in events[1].reason
    assert done == ["an errand"]
    assert torch.get_num_threads() == threads


def test_the_outcome_of_a_trial_is_logged(
    speeds: dict[str, float], small_dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autotune, "SHARE_OF_RUN", 1e9)
    snapshot = replay(_train(CONFIG.model_copy(update={"epochs": 1}), small_dataset, tmp_path))
    lines = [line.text for line in snapshot.log]
    assert any(line.endswith("measuring threads and number formats, about 16 s") for line in lines)
    assert any("2 threads (by trial: " in line for line in lines)


def test_niced_programs_count_as_a_disturbance(monkeypatch: pytest.MonkeyPatch) -> None:
    before = autotune._seconds_of_others()
    times = psutil.cpu_times()
    monkeypatch.setattr(psutil, "cpu_times", lambda: times._replace(nice=times.nice + 1000.0))
    assert autotune._seconds_of_others() - before > 900.0


def test_a_home_that_cannot_be_written_to_only_forgets(speeds: dict[str, float], home: Path) -> None:
    home.write_text("a file where the folder should be")
    assert str(autotune.autotune(CONFIG, LONG).plan) == TWO_THREADS


def test_a_trial_changes_neither_threads_nor_weights(
    speeds: dict[str, float], small_dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def final_loss(folder: str) -> float:
        events = _train(CONFIG.model_copy(update={"epochs": 1}), small_dataset, tmp_path / folder)
        return next(event for event in events if isinstance(event, EpochEnded)).train_loss

    monkeypatch.setattr(autotune, "SHARE_OF_RUN", 0.0)
    without = final_loss("without")
    monkeypatch.setattr(autotune, "SHARE_OF_RUN", 1e9)
    before = torch.get_num_threads()
    autotune.autotune(CONFIG.model_copy(update={"batch_size": 15}), LONG)
    assert torch.get_num_threads() == before
    assert final_loss("with") == without


def test_a_resumed_run_keeps_its_placement(
    speeds: dict[str, float], small_dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autotune, "SHARE_OF_RUN", 1e9)
    speeds[ONE_THREAD] = 0.5
    started = next(e for e in _train(CONFIG, small_dataset, tmp_path) if isinstance(e, RunStarted))
    assert (started.threads, started.plan_reason.startswith("by trial")) == (1, True)
    more = CONFIG.model_copy(update={"epochs": CONFIG.epochs + 1})
    loaded = load_latest(tmp_path, lambda _event: None)
    (tmp_path / "home" / "cache" / "trials.json").unlink()
    speeds[ONE_THREAD] = 5.0
    resumed = next(e for e in _train(more, small_dataset, tmp_path, loaded) if isinstance(e, RunResumed))
    assert resumed.started.threads == 1


def test_placements_come_in_the_order_that_is_likely_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute_plan, "cpu_has_bf16", lambda: True)
    monkeypatch.setattr(compute_plan, "_device_types", lambda _config: ["cpu"])
    names = {
        model: [str(p) for p in compute_plan.plans(RunConfig.from_flat({"model": model}))] for model in ("mlp", "cnn")
    }
    assert names["mlp"] == [TWO_THREADS, ONE_THREAD]
    assert names["cnn"] == ["cpu bf16, 2 threads", "cpu bf16, 1 thread", TWO_THREADS, ONE_THREAD]


def test_threads_are_set_only_inside_the_block() -> None:
    before = torch.get_num_threads()
    with ComputePlan(torch.device("cpu"), "fp32", before + 1, False).threads_set():
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


def _train(config: RunConfig, dataset: Dataset, folder: Path, loaded: LoadedCheckpoint | None = None) -> list:
    events: list = []
    TrainingLoop(
        "a-run",
        config,
        dataset=dataset,
        checkpoints=folder,
        control=Control(),
        emit=events.append,
        loaded=loaded,
        plan=compute_plan.same_plan(config, loaded.manifest) if loaded else None,
    ).run()
    return events
