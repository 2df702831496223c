"""Measures how many bytes the interface writes to its terminal, which is what a slow connection has to carry."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from benchmarks.child import scratch
from benchmarks.report import Column, Report, Table, progress
from benchmarks.terminal import Terminal
from benchmarks.trainings import INTERFACE

SECONDS_TO_SETTLE = 5.0

MAX_TRAINING_BYTES, MAX_IDLE_BYTES = 30_000, 0
"""The most bytes per second."""

CONNECTIONS = {"local": {}, "SSH": {"SSH_CONNECTION": "192.0.2.1 40000 192.0.2.2 22"}}

COLUMNS = (
    Column("connection", "connection"),
    Column("state", "state"),
    Column("bytes/s", "bytes_per_second", ",.0f"),
    Column("frames/s", "frames_per_second", ".1f"),
    Column("limit", "limit", ",d"),
)


@dataclass(frozen=True, slots=True)
class Traffic:
    """The bytes of one state of the interface.

    Attributes:
        connection: How the terminal is connected, as the environment says.
        state: What the interface does meanwhile.
        frames_per_second: Bytes that came without a gap count as one frame.
        limit: The most bytes per second.
    """

    connection: str
    state: str
    bytes_per_second: float
    frames_per_second: float
    limit: int


def bandwidth(
    *,
    seconds: Annotated[float, Parameter(help="How long to watch each state.")] = 10.0,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> int:
    """Train on demo data in a terminal of 120×40; exit code 0 if it writes as little as it must, training and idle."""
    found: list[Traffic] = []
    for connection, variables in CONNECTIONS.items():
        progress(connection)
        with scratch() as environment:
            found += _traffic(connection, {**environment, **variables}, seconds)
    report = Report(Table("Bytes that the interface writes, at 120×40", COLUMNS, [asdict(one) for one in found]))
    report.publish(json_file, {"traffic": [asdict(one) for one in found]})
    return 0 if all(one.bytes_per_second <= one.limit for one in found) else 1


def _traffic(connection: str, environment: dict[str, str], seconds: float) -> list[Traffic]:
    with Terminal(*INTERFACE, "--data", "demo", environment=environment) as terminal:
        terminal.wait_for_ready()
        time.sleep(SECONDS_TO_SETTLE)
        idle = _watch(terminal, connection, "idle, form", seconds, MAX_IDLE_BYTES)
        terminal.press("s")
        terminal.wait_for("TRAINING")
        time.sleep(SECONDS_TO_SETTLE)
        training = _watch(terminal, connection, "training", seconds, MAX_TRAINING_BYTES)
        terminal.press("x")
        terminal.wait_for("STOPPED")
        time.sleep(SECONDS_TO_SETTLE)
        stopped = _watch(terminal, connection, "idle, run", seconds, MAX_IDLE_BYTES)
        terminal.leave()
    return [idle, training, stopped]


def _watch(terminal: Terminal, connection: str, state: str, seconds: float, limit: int) -> Traffic:
    since = time.perf_counter()
    time.sleep(seconds)
    size, frames = terminal.traffic_since(since)
    return Traffic(connection, state, size / seconds, frames / seconds, limit)
