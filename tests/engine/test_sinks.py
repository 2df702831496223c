"""Sinks that a user adds to a run by name."""

from types import SimpleNamespace

import pytest
from commands import main
from sessions import CONFIG, small_data

import fmnist_tui.cli.train  # noqa: F401 - its help lists the sinks that there are when it is imported
from fmnist_tui.engine import sinks
from fmnist_tui.engine.event_sink import RunSink
from fmnist_tui.engine.session import Session
from fmnist_tui.engine.sinks import run_sink_named
from fmnist_tui.errors import UserError
from fmnist_tui.events import Event, RunState
from fmnist_tui.runs.resolve import resolve_run

ARGUMENTS = ("train", "--model", "logistic", "--epochs", "1", "--batch-size", "100", "--dataset", "demo")


class TypesSink(RunSink):
    """Write the types of the events to a file of the run."""

    name = "types"
    summary = "the types of the events"

    def __enter__(self) -> "TypesSink":
        self.stream = (self.folder.path / "types.txt").open("w")
        return self

    def __call__(self, event: Event, /) -> None:
        self.stream.write(f"{event.type}\n")

    def __exit__(self, *_error: object) -> None:
        self.stream.close()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the sink, as a package with an entry point does."""
    monkeypatch.setattr(sinks, "load_modules", lambda _package: [SimpleNamespace(SINK=TypesSink)])


def test_a_sink_of_a_run_writes_into_its_folder() -> None:
    ended = Session(run_sinks=[TypesSink], dataset=small_data()).train(CONFIG)
    assert ended.state is RunState.FINISHED
    types = (resolve_run("latest").path / "types.txt").read_text().split()
    assert (types[0], types[-1]) == ("run_started", "run_ended")


@pytest.mark.usefixtures("commands_use_small_data", "installed")
def test_a_command_adds_a_sink_by_its_name() -> None:
    assert main(*ARGUMENTS, "--sink", "types") == 0
    assert (resolve_run("latest").path / "types.txt").exists()


@pytest.mark.usefixtures("installed")
def test_a_sink_that_needs_a_missing_package_is_refused_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(TypesSink, "requires", ("no-such-package>=1.0",))
    assert main(*ARGUMENTS, "--sink", "types") == 2
    assert capsys.readouterr().err.startswith(
        "fmnist-tui: the package no-such-package is not installed. Run `pip install 'no-such-package>=1.0'`."
    )


@pytest.mark.usefixtures("installed")
def test_an_unknown_sink_is_an_error_that_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*ARGUMENTS, "--sink", "typos") == 2
    assert "sink is 'typos', but must be one of types" in capsys.readouterr().err
    assert run_sink_named("types") is TypesSink


def test_without_any_sink_the_flag_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "load_modules", lambda _package: [])
    with pytest.raises(UserError, match="no sink is installed"):
        run_sink_named("types")
