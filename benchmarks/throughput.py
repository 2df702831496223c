"""Compares training speed with other libraries: the same network, optimizer and batch size, each in its own process."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from benchmarks.child import ChildFailed, run_python, scratch
from benchmarks.peers.catalog import ALL, BATCH_SIZES, HOW_TO_INSTALL, Peer, chosen
from benchmarks.peers.images import Images
from benchmarks.peers.task import Task, WorkloadName, arguments_for
from benchmarks.report import Column, Report, Row, Table, progress
from fmnist_tui.data.locate import find_source
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST

REFERENCE = "keras-jax"
"""The peer that everything is compared with besides the fastest one."""

MAX_PROBLEM_LENGTH = 100
"""Characters."""

COLUMNS = (
    Column("workload", "workload"),
    Column("peer", "peer"),
    Column("images/s", "images_per_second", ",.0f"),
    Column("lowest", "lowest", ",.0f"),
    Column("highest", "highest", ",.0f"),
    Column("÷ fastest peer", "to_fastest_peer", ".2f"),
    Column(f"÷ {REFERENCE}", "to_reference", ".2f"),
    Column("accuracy", "accuracy", ".1%"),
    Column("process s", "process_seconds", ".1f"),
    Column("computed with", "how"),
    Column("", "problem"),
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One child process.

    Attributes:
        images_per_second: The median measured epoch's, or the whole process's.
        epochs: Each measured epoch's.
        accuracy: On held-out images; None if not requested.
        process_seconds: From the process's start to its end.
        how: What the peer chose by itself.
        problem: The reason why there is no result.
    """

    workload: WorkloadName
    peer: str
    round: int
    images_per_second: float | None = None
    epochs: tuple[float, ...] = ()
    accuracy: float | None = None
    process_seconds: float | None = None
    how: str = ""
    problem: str = ""


def throughput(
    *,
    workloads: Annotated[
        tuple[WorkloadName, ...], Parameter(help="What to train.", consume_multiple=True, negative="")
    ] = ALL,
    only: Annotated[
        tuple[str, ...], Parameter(help="Peers; all if left out.", consume_multiple=True, negative="")
    ] = (),
    rounds: Annotated[int, Parameter(help="Measurements of each peer.")] = 3,
    epochs: Annotated[int, Parameter(help="Epochs measured in a process, after one to warm up.")] = 3,
    whole_run: Annotated[int, Parameter(help="Measure whole processes of this many epochs instead.")] = 0,
    keep_caches: Annotated[
        bool, Parameter(help="Share the caches of compiled code between processes.", negative="")
    ] = False,
    count: Annotated[int, Parameter(help="Training images, from 10000 to 50000.")] = 50_000,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Measure images per second of every peer, one after another in several rounds; print medians.

    Steady speed is that of the median epoch after a first one. With --whole-run imports, start-up and compilation are
    in it, and for ours validation, checkpoints and log too.
    """
    files = find_source(FASHION_MNIST, "auto").files
    images = Images(files[0], files[1], count)
    what = f"whole processes of {whole_run} epochs" if whole_run else f"the median of {epochs} epochs after a first"
    table = Table(f"Images a second: {what}, {count:,} images, Adam, rounds: {rounds}", COLUMNS)
    report = Report(table)
    measurements: list[Measurement] = []
    with scratch() as lasting:
        for round_ in range(1, rounds + 1):
            for workload in workloads:
                task = Task(
                    workload=workload,
                    variant="",
                    batch_size=BATCH_SIZES[workload],
                    epochs=whole_run or epochs + 1,
                    learning_rate=1e-3,
                    weight_decay=0.0,
                    is_checked=not whole_run,
                    images=images,
                )
                for peer in chosen(only, workload):
                    progress(f"round {round_} of {rounds}: {workload}, {peer.name}")
                    measurements.append(_measure(peer, task, round_, lasting if keep_caches else None))
    for workload in workloads:
        rows = rows_of([one for one in measurements if one.workload == workload])
        table.rows += [{}, *rows] if table.rows else rows
    taking_part = {peer: None for workload in workloads for peer in chosen(only, workload)}
    report.notes += [f"{peer.name}: {peer.remark}" for peer in taking_part if peer.remark]
    report.publish(json_file, [asdict(measurement) for measurement in measurements])


def _measure(peer: Peer, task: Task, round_: int, caches: Mapping[str, str] | None) -> Measurement:
    """Run one process from start to end, with its own caches unless some are given."""
    measured = Measurement(task.workload, peer.name, round_)
    if not peer.is_installed():
        return replace(measured, problem=HOW_TO_INSTALL)
    arguments = arguments_for(replace(task, variant=peer.variant))
    with scratch() as fresh:
        try:
            child = run_python("-m", f"benchmarks.peers.{peer.module}", *arguments, environment=caches or fresh)
        except ChildFailed as error:
            progress(str(error))
            return replace(measured, problem=str(error).splitlines()[-1][:MAX_PROBLEM_LENGTH])
    result = child.result
    measured = replace(measured, how=result["how"])
    if not task.is_checked:
        speed = result["images_per_epoch"] * task.epochs / child.seconds
        return replace(measured, images_per_second=speed, process_seconds=child.seconds)
    speeds = tuple(float(speed) for speed in result["images_per_second"][1:])
    return replace(
        measured,
        images_per_second=statistics.median(speeds),
        epochs=speeds,
        accuracy=result["accuracy"],
        process_seconds=child.seconds,
    )


def rows_of(measurements: Sequence[Measurement]) -> list[Row]:
    """Return one row per peer, the fastest first, those that failed last."""
    rows: dict[str, dict[str, object]] = {}
    speeds: dict[str, float] = {}
    for name in dict.fromkeys(one.peer for one in measurements):
        mine = [one for one in measurements if one.peer == name]
        rows[name] = {"workload": mine[0].workload, "peer": name}
        good = [one for one in mine if one.images_per_second is not None]
        if len(good) < len(mine):
            rows[name]["problem"] = next(one.problem for one in mine if one.problem)
        if good:
            rows[name]["how"] = "; ".join(dict.fromkeys(one.how for one in good if one.how)) or None
            each = [one.images_per_second or 0.0 for one in good]
            speeds[name] = statistics.median(each)
            rows[name] |= {"images_per_second": speeds[name], "lowest": min(each), "highest": max(each)}
            rows[name]["process_seconds"] = statistics.median(one.process_seconds or 0.0 for one in good)
            if good[0].accuracy is not None:
                rows[name]["accuracy"] = statistics.median(one.accuracy or 0.0 for one in good)
    fastest_peer = max((speed for name, speed in speeds.items() if not name.startswith("ours")), default=None)
    for name, speed in speeds.items():
        for key, other in (("to_fastest_peer", fastest_peer), ("to_reference", speeds.get(REFERENCE))):
            rows[name][key] = speed / other if other else None
    return sorted(rows.values(), key=lambda row: -speeds.get(str(row["peer"]), 0.0))
