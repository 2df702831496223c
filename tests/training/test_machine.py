"""What a run stores of the machine that it was trained on."""

from pathlib import Path
from typing import Literal

import pytest
import torch
from event_factories import run_started
from sessions import CONFIG, train

from fmnist_tui.config import RunConfig
from fmnist_tui.events import Event, RunStarted, from_line, to_line
from fmnist_tui.models import architecture_named
from fmnist_tui.training import machine
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.denormals import denormals_flushed
from fmnist_tui.training.machine import source_digest, this_machine
from fmnist_tui.training.train_step import TrainStep

CPU = torch.device("cpu")


def test_of_the_cpus_flags_those_that_kernels_are_chosen_by_are_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "cpuinfo"
    first = "processor\t: 0\nmodel name\t: A CPU @ 2.0GHz\nflags\t\t: fpu avx2 avx avx512f amx_bf16\n\n"
    info.write_text(first + "processor\t: 1\nmodel name\t: another\nflags\t: sve\n" * 10_000)
    monkeypatch.setattr(machine, "CPU_INFO", info)
    found = this_machine(CPU)
    assert (found.cpu, found.cpu_flags) == ("A CPU @ 2.0GHz", ("avx", "avx2", "avx512f", "amx_bf16"))
    monkeypatch.setattr(machine, "CPU_INFO", tmp_path / "missing")
    assert this_machine(CPU).cpu_flags == ()


def test_variables_that_change_the_arithmetic_are_stored_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in machine.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert this_machine(CPU).variables == {}
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")
    monkeypatch.setenv("OMP_PLACES", "cores")
    assert this_machine(CPU).variables == {"OMP_THREAD_LIMIT": "1"}


def test_the_code_of_each_model_has_its_own_digest() -> None:
    digests = {source_digest(architecture_named(name)) for name in ("mlp", "cnn", "resnet")}
    assert len(digests) == 3
    assert all(len(digest) == 64 for digest in digests)
    assert source_digest(int) == ""


def test_a_run_reports_how_it_computes() -> None:
    events: list[Event] = []
    train(CONFIG.model_copy(update={"epochs": 1}), events.append)
    started = next(event for event in events if isinstance(event, RunStarted))
    with denormals_flushed():
        assert started.machine == this_machine(CPU)
    assert (started.gradients, started.channels_last) == ("manual", False)
    assert from_line(to_line(started)) == started


@pytest.mark.parametrize(
    ("model", "precision", "method"),
    [("cnn", "fp32", "manual"), ("cnn", "bf16", "manual"), ("resnet", "fp32", "autograd")],
)
def test_how_gradients_are_computed_does_not_depend_on_the_threads(
    model: str, precision: Literal["fp32", "bf16"], method: str
) -> None:
    config = RunConfig.from_preset("fast", model)
    for threads in (1, 2):
        assert TrainStep(config, ComputePlan(CPU, precision, threads, True), 1).gradient_method == method


def test_a_start_in_an_older_log_has_no_machine() -> None:
    line = run_started().model_dump_json(exclude={"machine", "gradients", "channels_last", "model_code"})
    read = from_line(line)
    assert isinstance(read, RunStarted)
    assert (read.machine, read.gradients, read.channels_last) == (None, "", None)
