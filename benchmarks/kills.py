"""Kills a run repeatedly, at random times and at file operations, and compares what is left with an uninterrupted run.

Each attempt is a forked child that trains or resumes; a child dies by SIGKILL, either sent after a random time, or by
itself before or after its n-th write, flush, fsync, rename or removal of a file. After a kill, the log gets the end
that a crash of the machine or a full disk may leave: zeros, or a part of a line.
"""

import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from cyclopts import Parameter

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.checkpoints.store import read_tensors
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset, LabeledImages
from fmnist_tui.datasets._garments import draw_demo
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.session import Session
from fmnist_tui.events import CheckpointSaved, EpochEnded, Event, RunResumed, RunState
from fmnist_tui.hyperparameters import Precision
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.snapshot import replay
from fmnist_tui.training.timing import Timing

EVERY_STEP = Timing(report_interval=0.0, save_interval=0.0)
"""Saves after each step, so that most of the time is spent saving."""

COMMON = {
    "dropout": 0.3,
    "horizontal_flip": True,
    "random_erasing": 0.3,
    "epochs": 4,
    "batch_size": 50,
    "validation_size": 500,
    "schedule": "one-cycle",
    "data": "demo",
    "threads": 1,
}
OPTIONS: dict[str, dict[str, object]] = {
    "mlp": {"hidden_units": (32,), "batch_norm": True, "optimizer": "adamw"},
    "cnn": {"channels": (8, 16), "head_width": 16, "whitening_init": True, "optimizer": "muon", "learning_rate": 0.01},
}
"""Small networks that use all that a checkpoint has to hold."""


@dataclass(slots=True)
class Tally:
    """Counts of kills and of their consequences."""

    kills: int = 0
    at_file_operations: int = 0
    runs: int = 0
    lost_saves: int = 0
    wrong_weights: int = 0
    wrong_histories: int = 0
    failed_resumes: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.lost_saves or self.wrong_weights or self.wrong_histories or self.failed_resumes)


def kills(
    *,
    count: Annotated[int, Parameter(help="Total kills.")] = 200,
    seed: Annotated[int, Parameter(help="Seed of the random times.")] = 0,
    model: Annotated[Literal["mlp", "cnn"], Parameter(help="What to train.")] = "mlp",
    precision: Annotated[Precision, Parameter(help="The precision to train in.")] = "fp32",
) -> int:
    """Kill runs `count` times; exit code 0 if each resumed from its last save to the uninterrupted run's weights."""
    torch.set_num_threads(1)  # a forked child can't use the threads of its parent
    _small_dataset()  # drawn once: every child inherits it
    config = RunConfig.from_flat({"model": model, "precision": precision, **COMMON, **OPTIONS[model]})
    chance, tally = random.Random(seed), Tally()
    with tempfile.TemporaryDirectory() as home:
        os.environ["FMNIST_TUI_HOME"] = home
        _in_child(lambda: Session(dataset=_small_dataset(), timing=EVERY_STEP).train(config))
        truth = _state(resolve_run("latest")), _history(resolve_run("latest"))
        while tally.kills < count:
            _one_run(config, chance, tally, count, truth)
    print(
        f"{tally.kills} kills ({tally.at_file_operations} at a file operation) in {tally.runs} runs: "
        f"{tally.failed_resumes} failed resumes, {tally.lost_saves} lost saves, {tally.wrong_weights} wrong weights, "
        f"{tally.wrong_histories} wrong histories"
    )
    return 0 if tally.is_clean else 1


def _one_run(
    config: RunConfig,
    chance: random.Random,
    tally: Tally,
    count: int,
    truth: tuple[dict[str, torch.Tensor], list[EpochEnded]],
) -> None:
    """Train one run from its first batch to its end, killed in between."""
    tally.runs += 1
    marks = SharedMemory(create=True, size=32)
    before, resumes = set(_runs()), 0
    try:
        while True:
            new = set(_runs()) - before
            folder = RunFolder(new.pop()) if new else None
            has_checkpoint = folder is not None and any(folder.checkpoints.glob("*.json"))
            saved = _read_mark(marks)
            was_killed = _one_life(
                config, folder if has_checkpoint else None, chance, marks, tally, may_kill=tally.kills < count
            )
            if not has_checkpoint and folder is not None:
                before.add(folder.path)  # it died before its first save; there was nothing to lose
            if has_checkpoint and folder is not None:
                tally.lost_saves += any(resumed < saved for resumed in _resumes(folder)[resumes:])
                resumes = len(_resumes(folder))
            if not was_killed or (folder is not None and _is_finished(folder)):
                break  # a process that dies after the event of the run's end leaves nothing to resume
            for path in set(_runs()) - before:
                _damage_log(RunFolder(path).events_file, chance)
        (path,) = set(_runs()) - before
        weights, history = truth
        final = _state(RunFolder(path))
        if final.keys() != weights.keys() or not all(torch.equal(final[key], weights[key]) for key in weights):
            tally.wrong_weights += 1
        tally.wrong_histories += _history(RunFolder(path)) != history
    finally:
        marks.close()
        marks.unlink()


def _one_life(
    config: RunConfig,
    folder: RunFolder | None,
    chance: random.Random,
    marks: SharedMemory,
    tally: Tally,
    *,
    may_kill: bool,
) -> bool:
    """Train, or resume `folder`, in a child; return whether it was killed."""

    def on_event(event: Event) -> None:
        if isinstance(event, CheckpointSaved):
            _write_mark(marks, (event.epoch, event.step))

    def live() -> None:
        session = Session([CallbackSink(on_event)], dataset=_small_dataset(), timing=EVERY_STEP)
        ended = session.train(config) if folder is None else session.resume(folder)
        if ended.state is not RunState.FINISHED:
            print(ended.reason)
            os._exit(3)

    if not may_kill:
        status = _in_child(live)
    elif chance.random() < 0.7:
        tally.at_file_operations += 1
        fatal = chance.randrange(1, 400)
        status = _in_child(lambda: _live_until(fatal, live))
    else:
        status = _in_child(live, kill_after=chance.uniform(0.0, 0.5))
    was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    tally.kills += was_killed
    if not was_killed and status != 0:
        tally.failed_resumes += 1
    return was_killed


def _live_until(fatal: int, live: Callable[[], None]) -> None:
    _die_at_file_operation(fatal)
    live()


def _in_child(job: Callable[[], object], kill_after: float | None = None) -> int:
    child = os.fork()
    if child == 0:
        try:
            job()
            os._exit(0)
        except BaseException as error:  # noqa: BLE001 - the parent sees the status
            print(f"{type(error).__name__}: {error}", flush=True)
            os._exit(4)
    if kill_after is not None:
        threading.Timer(kill_after, _kill, [child]).start()
    _pid, status = os.waitpid(child, 0)
    return status


def _kill(child: int) -> None:
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        return  # it was done before


def _die_at_file_operation(fatal: int) -> None:
    """Count the points before and after each file operation of this process from now on; die at the fatal one."""
    moments = 0

    def moment() -> None:
        nonlocal moments
        moments += 1
        if moments == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(10)

    def wrapped(operation: Callable[..., Any]) -> Callable[..., Any]:
        def around(*arguments: Any, **options: Any) -> Any:
            moment()
            result = operation(*arguments, **options)
            moment()
            return result

        return around

    class Watched:
        """A file whose writes and flushes are such points too, one of them after half of each write."""

        def __init__(self, file: Any) -> None:
            self._file = file

        def write(self, content: bytes) -> int:
            middle = len(content) // 2
            moment()
            self._file.write(content[:middle])
            self._file.flush()
            moment()
            self._file.write(content[middle:])
            moment()
            return len(content)

        def flush(self) -> None:
            wrapped(self._file.flush)()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

        def __enter__(self) -> "Watched":
            return self

        def __exit__(self, *error: object) -> None:
            self._file.close()

    original_open = Path.open

    def watched_open(self: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        file = original_open(self, mode, *arguments, **options)
        return Watched(file) if "w" in mode or "x" in mode else file

    original_write = os.write

    def short_write(descriptor: int, content: bytes | bytearray) -> int:
        """Write the event log; write only a part of a line at first, as on a full disk."""
        is_begun = not bytes(content).startswith((b"{", b"\n"))
        moment()
        written = original_write(descriptor, bytes(content if is_begun else content[: len(content) // 2 + 1]))
        moment()
        return written

    os.write = short_write  # type: ignore[assignment]
    Path.open = watched_open  # type: ignore[method-assign]
    Path.replace = wrapped(Path.replace)  # type: ignore[method-assign]
    Path.unlink = wrapped(Path.unlink)  # type: ignore[method-assign]
    os.fsync = wrapped(os.fsync)


def _state(folder: RunFolder) -> dict[str, torch.Tensor]:
    manifest = read_manifest(manifest_file(folder.checkpoints, "last"))
    return {**read_tensors(folder.checkpoints, manifest.weights), **read_tensors(folder.checkpoints, manifest.trainer)}


def _history(folder: RunFolder) -> list[EpochEnded]:
    """Return a run's finished epochs from its log, without what depends on the clock."""
    timeless = {"time": 0.0, "active_seconds": 0.0, "images_per_second": 0.0}
    return [epoch.model_copy(update=timeless) for epoch in replay(read_events(folder.events_file)).epochs]


def _is_finished(folder: RunFolder) -> bool:
    ended = replay(read_events(folder.events_file)).ended if folder.events_file.exists() else None
    return ended is not None and ended.state is RunState.FINISHED


def _damage_log(log: Path, chance: random.Random) -> None:
    """Append to the log what a crash of the machine or a full disk may leave, or nothing."""
    if not log.exists():
        return
    torn = b'{"time":1796000000.0,"type":"steps_done","epoch":1,"step":3'
    kinds = (b"", bytes(chance.randrange(1, 10_000)), torn[: chance.randrange(1, len(torn))], torn + bytes(500))
    with log.open("ab") as file:
        file.write(chance.choice(kinds))


def _runs() -> list[Path]:
    parent = Path(os.environ["FMNIST_TUI_HOME"]) / "runs"
    return [path for path in parent.iterdir() if (path / "config.json").is_file()] if parent.exists() else []


def _resumes(folder: RunFolder) -> list[tuple[int, int]]:
    """Return the epochs and steps at which the run was resumed."""
    events = [event for event in read_events(folder.events_file) if isinstance(event, RunResumed)]
    return [
        (event.epoch, event.step) if event.step else (event.epoch - 1, event.started.steps_per_epoch)
        for event in events
    ]


def _write_mark(marks: SharedMemory, moment: tuple[int, int]) -> None:
    assert marks.buf is not None
    marks.buf[:16] = moment[0].to_bytes(8) + moment[1].to_bytes(8)


def _read_mark(marks: SharedMemory) -> tuple[int, int]:
    assert marks.buf is not None
    content = bytes(marks.buf[:16])
    return int.from_bytes(content[:8]), int.from_bytes(content[8:])


@cache
def _small_dataset() -> Dataset:
    (images, labels), (test_images, test_labels) = draw_demo(train_images=1500, test_images=100)
    return Dataset(
        name="demo",
        origin="drawn by the benchmark",
        fingerprint="0" * 64,
        train=LabeledImages(images[:1000], labels[:1000]),
        validation=LabeledImages(images[1000:], labels[1000:]),
        test=LabeledImages(test_images, test_labels),
    )
