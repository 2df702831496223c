"""Workers of one study on a real PostgreSQL server: killed, suspended, and on different hosts."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from postgres_server import PASSWORD, Server, needs

from fmnist_tui.config import RunConfig
from fmnist_tui.events import RunResumed
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.sweeps.overview import SweepTrial, overview_of
from fmnist_tui.sweeps.settings import SweepSettings
from fmnist_tui.sweeps.slots import TrialState
from fmnist_tui.sweeps.storage import Location
from fmnist_tui.sweeps.study import Sweep, create_sweep

pytestmark = pytest.mark.timeout(600)  # several processes load torch, beside other tests

CONFIG = {"model": "logistic", "data": "demo", "validation_size": 50_000, "batch_size": 100}
PINS = {"device": "cpu", "precision": "fp32", "threads": 1}
TAKEOVER_SECONDS = 4


def sweep(name: str, url: str, *, trials: int, epochs: int) -> Sweep:
    config = RunConfig.from_flat({**CONFIG, **PINS, "epochs": epochs})
    space = {"learning_rate": "1e-4..1e-1 log"}
    settings = SweepSettings.of(
        name, config, space, trials=trials, sampler="random", pruner="none", takeover_seconds=TAKEOVER_SECONDS
    )
    return create_sweep(settings, Location.of(url))


Found = TypeVar("Found")


def wait_for(look: Callable[[], Found | None], seconds: float = 300) -> Found:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (found := look()) is not None:
            return found
        time.sleep(0.4)  # each look reads the whole study
    pytest.fail("waited in vain")


class Workers:
    """Processes that work on a sweep."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, environment: Mapping[str, str], prefix: Sequence[str] = ()) -> None:
        output = self._folder / f"worker-{len(self.processes)}.txt"
        command = [*prefix, sys.executable, "-m", "fmnist_tui", "sweep", "work", self._name]
        with output.open("wb") as stream:
            process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=stream, stderr=stream)
        self.processes.append(process)

    def output(self) -> str:
        return "\n".join(file.read_text() for file in sorted(self._folder.glob("worker-*.txt")))

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()


@contextmanager
def workers_of(name: str, folder: Path) -> Iterator[Workers]:
    workers = Workers(name, folder)
    try:
        yield workers
    finally:
        workers.end()


def freeze_a_worker(made: Sweep, frozen: Sequence[int]) -> tuple[int, SweepTrial]:
    """Suspend the worker of a trial that has finished an epoch; return its process and the trial."""

    def look() -> tuple[int, SweepTrial] | None:
        for trial in trials_of(made).values():
            pid = int(trial.worker.rpartition(" ")[2] or 0)
            if trial.state is not TrialState.RUNNING or not trial.epochs or pid in frozen:
                continue
            os.kill(pid, signal.SIGSTOP)
            now = trials_of(made)[trial.number]
            if now.state is TrialState.RUNNING:
                return pid, now
            os.kill(pid, signal.SIGCONT)
        return None

    return wait_for(look)


def trials_of(made: Sweep) -> dict[int, SweepTrial]:
    return {trial.number: trial for trial in overview_of(made, with_importances=False).trials}


def continuation(trials: Mapping[int, SweepTrial], trial: SweepTrial) -> SweepTrial:
    """Return the trial in which a lost one ends."""
    while (following := trials[trial.number].continued_by) is not None:
        trial = trials[following]
    return trial


@pytest.mark.usefixtures("demo_is_cached")
def test_a_killed_and_a_suspended_worker_lose_no_trial_and_count_none_twice(
    postgres: Server, home: Path, tmp_path: Path
) -> None:
    made = sweep("four", postgres.url(), trials=5, epochs=6)
    with workers_of("four", tmp_path) as workers:
        for _worker in range(4):
            workers.start({"FMNIST_TUI_STORAGE": postgres.url()})
        assert PASSWORD not in Path(f"/proc/{workers.processes[0].pid}/cmdline").read_text()
        killed_pid, killed = freeze_a_worker(made, [])
        os.kill(killed_pid, signal.SIGKILL)
        asleep_pid, asleep = freeze_a_worker(made, [killed_pid])

        def result_of_the_continuation() -> float | None:
            last = continuation(trials := trials_of(made), trials[asleep.number])
            return last.accuracy if last.state is TrialState.COMPLETE else None

        assert wait_for(result_of_the_continuation) > 0.5
        os.kill(asleep_pid, signal.SIGCONT)
        for process in workers.processes:
            assert process.wait(timeout=300) == (-signal.SIGKILL if process.pid == killed_pid else 0), workers.output()
        output = workers.output()

    found, trials = overview_of(made), trials_of(made)
    assert found.is_done
    assert found.results == 5
    assert found.count(TrialState.COMPLETE) == 5, "none is counted twice"
    assert found.count(TrialState.RUNNING) == found.count(TrialState.WAITING) == 0, "none is left"
    for lost in (killed, asleep):
        assert trials[lost.number].state is TrialState.LOST
        last = continuation(trials, lost)
        assert last.params == lost.params
        assert last.state is TrialState.COMPLETE
        assert len(last.epochs) == 6
    # The run of the killed one is continued; the sleeping one holds the lock of its run, so its trial has another.
    assert continuation(trials, killed).run == killed.run
    log = list(read_events(home / "runs" / killed.run / "events.jsonl"))
    assert any(isinstance(event, RunResumed) and event.epoch > 1 for event in log)
    assert continuation(trials, asleep).run != asleep.run
    assert f"Trial {asleep.number} was taken over by another worker" in output
    _assert_no_password_in(tmp_path)


def _assert_no_password_in(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix in {".txt", ".json", ".jsonl", ".log"}:
            assert "s3cret" not in file.read_text(errors="replace"), file


@contextmanager
def network_namespace(number: int) -> Iterator[tuple[str, str]]:
    """Make a host with a network of its own; yield its name and the address of this host in it."""
    name, here, there = f"fmnist{os.getpid()}-{number}", f"10.97.{number}.1", f"10.97.{number}.2"
    outside, inside = f"fm{os.getpid() % 100000}o{number}", f"fm{os.getpid() % 100000}i{number}"

    def ip(*arguments: str) -> None:
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    ip("netns", "add", name)
    try:
        ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name)
        ip("addr", "add", f"{here}/30", "dev", outside)
        ip("link", "set", outside, "up")
        ip("-n", name, "addr", "add", f"{there}/30", "dev", inside)
        ip("-n", name, "link", "set", inside, "up")
        yield name, here
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _has_namespaces() -> bool:
    if shutil.which("ip") is None:
        return False
    with ExitStack() as stack:
        try:
            stack.enter_context(network_namespace(99))
        except subprocess.CalledProcessError:
            return False
    return True


@pytest.mark.usefixtures("demo_is_cached")
def test_workers_on_two_hosts_share_a_sweep(postgres: Server, home: Path, tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("network namespaces need root")
    needs(_has_namespaces(), "the right to make network namespaces")
    made = sweep("hosts", postgres.url(), trials=4, epochs=1)
    with ExitStack() as stack, workers_of("hosts", tmp_path) as workers:
        for number in (1, 2):
            name, address = stack.enter_context(network_namespace(number))
            own_home = tmp_path / f"home-{number}"
            shutil.copytree(home, own_home, symlinks=True)
            environment = {"FMNIST_TUI_STORAGE": postgres.url(address), "FMNIST_TUI_HOME": str(own_home)}
            workers.start(environment, ("ip", "netns", "exec", name))
        for process in workers.processes:
            assert process.wait(timeout=300) == 0, workers.output()
    found = overview_of(made)
    assert found.count(TrialState.COMPLETE) == 4
    assert len({trial.worker for trial in found.trials}) == 2, "both have trained"
    runs = [len(list((tmp_path / f"home-{number}" / "runs").iterdir())) for number in (1, 2)]
    assert sum(runs) == 4
    _assert_no_password_in(tmp_path)
