"""Trains a config headless or in the interface, in its own process and home."""

import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.child import home_in, run_python, scratch
from benchmarks.run_log import EPOCH, RunFigures, UnexpectedRun, figures, run_folders, wait_for
from benchmarks.terminal import Terminal
from fmnist_tui.config import RunConfig, command_for

TEMPLATE = "00000000-000000-template"
"""A run whose config the interface uses: any config takes three keys this way."""

INTERFACE = ("-m", "fmnist_tui")


@dataclass(frozen=True, slots=True)
class Training:
    """A finished training.

    Attributes:
        peak_bytes: The most memory that its process had resident.
        drawing_share: Share of a core that the interface's main thread used after the first epoch; 0 without interface.
    """

    figures: RunFigures
    peak_bytes: int
    drawing_share: float = 0.0


def train_headless(config: RunConfig) -> Training:
    """Train with `fmnist-tui train`."""
    with scratch() as environment:
        child = run_python("-m", "fmnist_tui", *command_for(config)[1:], environment=environment)
        (folder,) = run_folders(home_in(environment))
        return Training(figures(folder, config), child.peak_bytes)


def train_in_interface(config: RunConfig, program: tuple[str, ...] = INTERFACE) -> Training:
    """Train in the interface, started by keys; its Train view shows the run until its end.

    Args:
        config: What to train.
        program: What to start in the terminal.
    """
    with scratch() as environment:
        with Terminal(*program, environment=environment) as terminal:
            folder = start_in_interface(terminal, home_in(environment), config)
            wait_for(folder, EPOCH)
            began, worked = time.perf_counter(), terminal.drawing_seconds()
            wait_for(folder)
            share = (terminal.drawing_seconds() - worked) / (time.perf_counter() - began)
            time.sleep(1.0)  # the last frame is drawn
            left = terminal.leave()
        if left.exit_code:
            raise UnexpectedRun(f"the interface ended with {left.exit_code}")
        return Training(figures(folder, config), left.peak_bytes, share)


def start_in_interface(terminal: Terminal, home: Path, config: RunConfig) -> Path:
    """Start a run by keys in an interface that was just started; return the run's folder."""
    template = _write_template(home, config)
    terminal.wait_for_ready()
    terminal.press("u")
    terminal.wait_for(TEMPLATE, "Use config")
    terminal.press("f")
    terminal.wait_for("Start", "learning rate")
    terminal.press("s")
    return _new_run(home, template)


def _write_template(home: Path, config: RunConfig) -> Path:
    folder = home / "runs" / TEMPLATE
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(config.model_dump_json(indent=2), encoding="utf-8")
    return folder


def _new_run(home: Path, template: Path) -> Path:
    until = time.monotonic() + 60.0
    while time.monotonic() < until:
        if new := run_folders(home) - {template}:
            return new.pop()
        time.sleep(0.1)
    raise UnexpectedRun("the interface began no run")
