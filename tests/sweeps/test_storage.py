"""Where studies are stored, and that no text about it has a password."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.sweeps.claimed_trial import ClaimedTrial, TrialLost
from fmnist_tui.sweeps.overview import overview_of
from fmnist_tui.sweeps.settings import SweepSettings
from fmnist_tui.sweeps.slots import TrialState
from fmnist_tui.sweeps.storage import STORAGE_VARIABLE, Location
from fmnist_tui.sweeps.study import Sweep, create_sweep, open_sweep, sweep_names

URL = "postgresql://alice:s3c%40ret%2Fx@db:5/lab?passfile=/hidden&sslpassword=0ther"


def settings(name: str = "a", trials: int = 3, **others: object) -> SweepSettings:
    base = RunConfig.from_flat({"model": "logistic", "data": "demo"})
    space = {"learning_rate": "1e-4..1e-1 log", "batch_size": "32|64"}
    return SweepSettings.of(name, base, space, trials=trials, **others)  # type: ignore[arg-type]


def test_a_password_is_in_no_text() -> None:
    location = Location.of(URL)
    assert location.title == "postgresql://alice@db:5/lab"
    assert location.has_password
    assert not Location("postgresql://alice@db/lab").has_password
    for secret in ("s3c@ret/x", "s3c%40ret%2Fx", "0ther", "/hidden", URL):
        assert location.masked(f"it is {secret}, see {secret}") == "it is ***, see ***"
        assert secret not in repr(location)
    with pytest.raises(UserError) as raised, location.errors("can't open it"):
        raise ImportError(f"no driver for {URL}")
    assert raised.value.problem == "can't open it in postgresql://alice@db:5/lab: no driver for ***"
    assert raised.value.__cause__ is None, "a traceback shows no password either"


@pytest.mark.parametrize("url", ["nonsense s3cret", "mongodb://u:s3cret@db/x", "postgresql://u:s3cret@db:port/x", "//"])
def test_a_url_of_no_database_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(UserError) as raised:
        Location.of(url)
    assert "s3cret" not in raised.value.line()
    assert "postgresql://USER@HOST/DATABASE" in raised.value.line()


def test_the_environment_names_the_storage_and_an_option_overrides_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STORAGE_VARIABLE, URL)
    assert Location.of(None) == Location(URL)
    assert Location.of("sqlite:////tmp/x.db").title == "sqlite:////tmp/x.db"
    monkeypatch.delenv(STORAGE_VARIABLE)
    assert Location.of(None).is_local


def test_reading_makes_no_file_and_reports_what_is_none(home: Path) -> None:
    for name, content in (("empty", b""), ("garbage", b"x" * 5000)):
        (home / "sweeps").mkdir(parents=True, exist_ok=True)
        (home / "sweeps" / f"{name}.db").write_bytes(content)
        with pytest.raises(UserError, match=f"sweep '{name}'"):
            open_sweep(name, Location())
        assert (home / "sweeps" / f"{name}.db").read_bytes() == content
    with pytest.raises(UserError, match="there is no sweep 'none'"):
        open_sweep("none", Location())
    assert not (home / "sweeps" / "none.db").exists()
    assert sweep_names(Location()) == ["empty", "garbage"]


def test_a_name_is_taken_once() -> None:
    create_sweep(settings(), Location())
    with pytest.raises(UserError, match="there is a sweep 'a' in"):
        create_sweep(settings(), Location())


def test_many_workers_that_claim_at_once_get_each_trial_once() -> None:
    create_sweep(settings(trials=12), Location())
    barrier = threading.Barrier(4)

    def claim_all(_worker: int) -> list[int]:
        sweep = open_sweep("a", Location(), works=True)
        barrier.wait()
        claimed = []
        while (trial := sweep.claim()) is not None:
            claimed.append(trial.number)
        return claimed

    with ThreadPoolExecutor(4) as pool:
        claims = [number for numbers in pool.map(claim_all, range(4)) for number in numbers]
    assert sorted(claims) == list(range(12))


def test_many_workers_that_find_a_dead_one_at_once_continue_its_trial_once() -> None:
    sweep = create_sweep(settings(trials=1), Location())
    dead = _claimed(sweep)
    dead.params()
    _consider_dead(dead)
    barrier = threading.Barrier(4)

    def take_over(_worker: int) -> list[int]:
        mine = open_sweep("a", Location(), works=True)
        barrier.wait()
        mine.add_missing()
        barrier.wait()
        claimed = []
        while (trial := mine.claim()) is not None:
            claimed.append(trial.number)
        return claimed

    with ThreadPoolExecutor(4) as pool:
        claims = [number for numbers in pool.map(take_over, range(4)) for number in numbers]
    assert len(claims) == 1
    found = overview_of(sweep, with_importances=False)
    assert [trial.state for trial in found.trials] == [TrialState.LOST, TrialState.RUNNING]
    assert found.trials[0].continued_by == found.trials[1].number
    assert found.trials[1].params == found.trials[0].params
    for action in (dead.beat, lambda: dead.report(1, 0.5), lambda: dead.complete(0.9), lambda: dead.fail("nan")):
        with pytest.raises(TrialLost):
            action()
    assert overview_of(sweep, with_importances=False).results == 0, "what the dead one says does not count"


def test_a_sweep_whose_making_was_interrupted_is_completed_by_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Sweep, "add_missing", lambda _self: None)
        create_sweep(settings(trials=3), Location())
    sweep = open_sweep("a", Location(), works=True)
    assert not sweep.is_done()
    sweep.add_missing()
    assert overview_of(sweep, with_importances=False).count(TrialState.WAITING) == 3


def test_a_grid_has_no_point_twice_and_its_failures_are_final() -> None:
    base = RunConfig.from_flat({"model": "logistic", "data": "demo"})
    grid = SweepSettings.of("g", base, {"batch_size": "32|64", "optimizer": "sgd|adam"}, sampler="grid")
    sweep = create_sweep(grid, Location())
    seen = []
    while (trial := sweep.claim()) is not None:
        seen.append(tuple(trial.params().values()))
        trial.fail("nan") if len(seen) == 1 else trial.complete(0.5)
        sweep.add_missing()
    assert sorted(seen) == [(32, "adam"), (32, "sgd"), (64, "adam"), (64, "sgd")]
    assert sweep.is_done()


def test_importances_and_the_best_trial_come_from_complete_trials() -> None:
    sweep = create_sweep(settings(trials=8, pruner="none"), Location())
    while (trial := sweep.claim()) is not None:
        rate = float(trial.params()["learning_rate"])
        trial.report(1, rate)
        trial.complete(rate)
    found = overview_of(sweep)
    assert found.best is not None
    assert found.best.accuracy == max(trial.params["learning_rate"] for trial in found.trials)
    assert list(found.importances) == ["learning_rate", "batch_size"]
    assert sum(found.importances.values()) == pytest.approx(1)
    assert (found.status, found.results) == ("done", 8)


@pytest.mark.parametrize("pruner", ["median", "hyperband"])
def test_a_trial_that_is_worse_than_the_others_is_pruned_after_some_epochs(pruner: str) -> None:
    sweep = create_sweep(settings(trials=12, pruner=pruner, sampler="random"), Location())
    epochs = sweep.settings.config.epochs
    pruned_at = []
    while (trial := sweep.claim()) is not None:
        trial.params()
        accuracy = 0.1 if trial.number > 7 else 0.9
        at = next((epoch for epoch in range(1, epochs + 1) if trial.report(epoch, accuracy)), None)
        if accuracy < 0.5:
            pruned_at.append(at)
        trial.complete(accuracy) if at is None else trial.prune("")
    assert any(at is not None and at < epochs for at in pruned_at), pruned_at
    assert sweep.is_done()


def test_trials_of_other_programs_are_ignored() -> None:
    import optuna

    sweep = create_sweep(settings(trials=1), Location())
    study = optuna.load_study(study_name="a", storage=sweep.storage)
    for attributes in ({}, {"slot": 10**9, "attempt": 0}, {"slot": -1, "attempt": 0}, {"slot": "0", "attempt": []}):
        study.add_trial(optuna.trial.create_trial(value=1.0, user_attrs=attributes))
    trial = _claimed(sweep)
    trial.params()
    trial.complete(0.5)
    found = overview_of(sweep, with_importances=False)
    assert (len(found.trials), found.results, found.is_done) == (1, 1, True)
    assert found.best is not None
    assert found.best.accuracy == 0.5


def _claimed(sweep: Sweep) -> ClaimedTrial:
    trial = sweep.claim()
    assert trial is not None
    return trial


def _consider_dead(trial: ClaimedTrial) -> None:
    """Let the last sign of life of a trial be older than any limit."""
    engine = trial._storage.engine
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE trial_heartbeats SET heartbeat = '2000-01-01 00:00:00'"))
