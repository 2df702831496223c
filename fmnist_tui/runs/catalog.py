"""The list of all runs, with an index of their summaries so that 10,000 folders need not be opened.

The folders are the truth. A stored summary counts only while its folder has the fingerprint that it was made from, and
deleting the index loses nothing but time. What reads a run's own files is imported only if one has to be read: most of
the time that a list takes is the start of Python.
"""

import os
import threading
import time
import zlib
from collections.abc import Container
from contextlib import suppress
from json import dumps
from pathlib import Path

from fmnist_tui.atomic_files import read_whole, write_whole
from fmnist_tui.paths import cache_folder, runs_folder
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.folder import RunFolder, entry_names
from fmnist_tui.runs.queue import queued_runs
from fmnist_tui.runs.summary import RunSummary

INDEX_VERSION = 7
"""To be raised whenever the fields of `RunSummary`, or what is in them, change."""

MAX_FILE_BYTES = 1 << 28  # 10,000 runs take some twelve million

WATCHED = ("config.json", "events.jsonl", "checkpoints", "evaluations", "labels.json")
"""What a summary is made from. A folder changes when a file is renamed into it."""

SECONDS_TO_SETTLE = 2.0
"""The coarsest clock of a file system (FAT). A later change within that time may leave time and size as they are, so
what has just changed is read again the next time instead of being stored."""

MIN_CHANGES = 32
"""The index is written if this many summaries changed: reading a few folders costs less than writing it."""

_writing = threading.Lock()


def list_runs() -> list[RunSummary]:
    """Return the summaries of all runs on this machine, newest first.

    Raises:
        UserError: The folder of runs can't be read.
    """
    parent, queued = runs_folder(), queued_runs()
    known, stored, changes = _load(), {}, 0
    summaries = []
    for run in entry_names():
        fingerprint = fingerprint_of(f"{parent}/{run}")
        if fingerprint is None:
            continue
        # A folder may have any name, but these characters would end a column or a line of the index.
        key = run if run.isascii() and run.isprintable() else dumps(run)
        old, *texts = known.get(key, ("",))
        summary = _parsed(parent, run, *texts) if old == fingerprint else None
        if summary is None:
            summary = _read(RunFolder(parent / run), queued)
            newest_change = max(map(int, fingerprint.split()[::2])) / 1e9
            if newest_change < time.time() - SECONDS_TO_SETTLE:
                changes += 1
                stored[key] = (fingerprint, summary.to_json(), summary.settings_json)
        else:
            stored[key] = known[key]
            summary = _as_of_now(summary, queued)
        summaries.append(summary)
    if changes + len(known.keys() - stored.keys()) >= MIN_CHANGES:
        _save(stored)
    return sorted(summaries, key=lambda summary: (summary.created, summary.run), reverse=True)


def summary_of(folder: RunFolder) -> RunSummary:
    """Return the summary of one run, read from its folder; what can't be read is left out."""
    return _read(folder, queued_runs())


def _read(folder: RunFolder, queued: Container[str]) -> RunSummary:
    from fmnist_tui.runs.summarize import summarize_run

    return _as_of_now(summarize_run(folder), queued)


def fingerprint_of(folder: str) -> str | None:
    """Return the times of change (in ns) and sizes of what a summary is made from; None if `folder` holds no run."""
    # Plain `os.stat` and as little as possible around it: this is most of what a list of 10,000 runs costs.
    parts = []
    for name in WATCHED:
        try:
            found = os.stat(f"{folder}/{name}")  # noqa: PTH116
        except OSError:
            parts.append("0 0")
        else:
            parts.append(f"{found.st_mtime_ns} {found.st_size}")
    # A damaged run is listed as such.
    is_run = parts[0] != "0 0" or any(os.path.lexists(f"{folder}/{name}") for name in ("config.json", "events.jsonl"))
    return " ".join(parts) if is_run else None


def _as_of_now(summary: RunSummary, queued: Container[str]) -> RunSummary:
    """Return `summary` with whether it is in the queue, here or in that of a cluster, and whether a process trains it.

    One that is being resumed has the end of its last training in its log until everything is loaded.
    """
    if summary.run in queued:
        summary = summary._replace(is_queued=True)
    if summary.state == RunStatus.FINISHED:  # most are, and the lock of each would have to be opened
        return summary
    from fmnist_tui.runs.lock import is_being_written

    folder = summary.folder
    summary = summary._replace(is_running=is_being_written(folder) or _seems_trained_elsewhere(summary))
    if summary.state is None and not folder.events_file.exists() and folder.slurm_file.is_file():
        return summary._replace(is_queued=True)  # its job has not started yet
    return summary


def _seems_trained_elsewhere(summary: RunSummary) -> bool:
    """Return whether another host, whose lock may not be visible, has reported of the run a moment ago."""
    from fmnist_tui.runs.lock import SILENCE_SECONDS

    folder = summary.folder
    if summary.state is not None:
        return False
    try:
        is_quiet = time.time() - folder.events_file.stat().st_mtime >= SILENCE_SECONDS
    except OSError:
        return False
    if is_quiet or not folder.lock_file.exists():
        return False
    from fmnist_tui.runs.elsewhere import is_trained_elsewhere  # reads the whole log, of few runs

    return is_trained_elsewhere(folder)


def _load() -> dict[str, tuple[str, str, str]]:
    """Return fingerprint, JSON and settings of each summary; none if the index is damaged or of another version."""
    try:
        heading, _, body = read_whole(_index_file(), MAX_FILE_BYTES).partition(b"\n")
        if heading != _heading(body):
            return {}
        # JSON is parsed run by run: all at once, it would hold up every other thread.
        lines = (line.split("\t") for line in body.decode("ascii").splitlines())
        return {key: (fingerprint, text, settings) for key, fingerprint, text, settings in lines}
    except (OSError, ValueError):
        return {}


def _parsed(parent: Path, run: str, text: str, settings: str) -> RunSummary | None:
    try:
        return RunSummary.from_json(parent, run, text, settings)
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _save(stored: dict[str, tuple[str, str, str]]) -> None:
    """Write the index. If that fails, the next list takes longer."""
    body = "".join("\t".join((key, *texts)) + "\n" for key, texts in stored.items()).encode()
    with suppress(OSError), _writing:
        _index_file().parent.mkdir(parents=True, exist_ok=True)
        write_whole(_index_file(), _heading(body) + b"\n" + body)


def _index_file() -> Path:
    return cache_folder() / "runs-index.jsonl"


def _heading(body: bytes) -> bytes:
    """Return the first line of the index: its version, and a checksum of the rest."""
    return f"fmnist-tui runs index {INDEX_VERSION} {zlib.crc32(body):08x}".encode()
