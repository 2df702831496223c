"""Signals to a headless training: signals inherited as ignored stay ignored."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import main

from fmnist_tui.data.locate import Source
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.resolve import resolve_run

TRAIN = ("train", "--data", "demo", "--model", "logistic", "--epochs", "8", "--threads", "1")


@pytest.mark.usefixtures("demo_is_cached")
@pytest.mark.parametrize(
    ("numbers", "is_ignored"),
    [
        pytest.param((signal.SIGHUP, signal.SIGINT), True, id="both ignored"),
        pytest.param((signal.SIGHUP,), False, id="SIGHUP heeded", marks=pytest.mark.exhaustive),
        pytest.param((signal.SIGINT,), False, id="SIGINT heeded", marks=pytest.mark.exhaustive),
    ],
)
def test_a_signal_stops_a_run_unless_it_was_inherited_as_ignored(
    home: Path, numbers: tuple[signal.Signals, ...], is_ignored: bool
) -> None:
    def inherit() -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN if is_ignored else signal.SIG_DFL)

    child = subprocess.Popen(
        [sys.executable, "-m", "fmnist_tui", *TRAIN],
        env={**os.environ, "FMNIST_TUI_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=inherit,  # noqa: PLW1509
    )
    try:
        until = time.monotonic() + 60.0
        while not any(run.checkpoints for run in list_runs()) and time.monotonic() < until:
            time.sleep(0.05)
        for number in numbers:
            child.send_signal(number)
        code = child.wait(60.0)
    finally:
        child.kill()
    assert (code, summary_of(resolve_run("latest")).state) == ((0, "finished") if is_ignored else (130, "stopped"))


@pytest.mark.parametrize("inherited", [signal.SIG_IGN, signal.default_int_handler], ids=["ignored", "heeded"])
def test_a_fetch_is_stopped_by_an_interrupt_unless_that_was_inherited_as_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, inherited: signal.Handlers
) -> None:
    def fetch(_spec: object, _on_progress: object) -> Source:
        signal.raise_signal(signal.SIGINT)
        return Source(tmp_path, (), "the tests' folder")

    before = signal.signal(signal.SIGINT, inherited)
    try:
        monkeypatch.setattr("fmnist_tui.cli.data.fetch_unless_good", fetch)
        assert main("data", "fetch") == (0 if inherited is signal.SIG_IGN else 130)
        assert signal.getsignal(signal.SIGINT) is inherited
    finally:
        signal.signal(signal.SIGINT, before)
