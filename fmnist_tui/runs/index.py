"""A disposable index of the runs: what the list shows of each, so that 10,000 folders need not be opened to list them.

The folders stay the truth. A row counts only while its folder's fingerprint is the one that it was made from, and
whoever deletes the index loses nothing but time.
"""

import json
import os
import threading
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from fmnist_tui.atomic_files import read_whole, write_whole
from fmnist_tui.paths import cache_folder

INDEX_VERSION = 4
"""To be raised whenever a row's columns, or what is in them, change."""

MAX_FILE_BYTES = 1 << 28
"""Bytes; 10,000 runs have some four million."""

WATCHED = ("events.jsonl", "checkpoints", "evaluations")
"""What a row is made from, beside the config. A folder changes when a file is put into it, and files come whole."""

SECONDS_TO_SETTLE = 2.0
"""A change may leave a time and a size as they were where the clock of the file system is coarse: two seconds on FAT.
What changed so lately is read afresh the next time instead of being remembered."""

WORTH_KEEPING = 32
"""So many rows must have changed before the index is written anew: reading a few folders costs less than that."""

_writing = threading.Lock()


class Fingerprint(NamedTuple):
    """What tells whether a run's folder changed, without opening anything in it.

    Attributes:
        text: Time of change (in ns) and size of each thing that is watched; zeros for what is not there.
    """

    text: str

    @property
    def changed(self) -> float:
        """The newest of the times, in seconds since the epoch."""
        return max(map(int, self.text.split()[::2])) / 1e9


Row = list[Any]
"""What the list shows of a run, in values that JSON has a word for."""


COLUMNS = 14


def fingerprint_of(folder: str) -> Fingerprint | None:
    """The fingerprint of a run's folder; None where it holds neither a config nor a log, and so no run."""
    # Plain `os.stat` and as little as can be around it: this is most of what a list of 10,000 runs costs.
    try:
        config = os.stat(f"{folder}/config.json")  # noqa: PTH116
    except OSError:
        if not os.path.lexists(f"{folder}/config.json") and not os.path.lexists(f"{folder}/events.jsonl"):
            return None
        text = "0 0"  # a damaged run is listed as such
    else:
        text = f"{config.st_mtime_ns} {config.st_size}"
    for name in WATCHED:
        try:
            found = os.stat(f"{folder}/{name}")  # noqa: PTH116
        except OSError:
            text += " 0 0"
        else:
            text += f" {found.st_mtime_ns} {found.st_size}"
    return Fingerprint(text)


class RunIndex:
    """The rows that are known, by the run's name.

    Args:
        rows: Each as the text of the fingerprint that it was made from, and JSON.
    """

    def __init__(self, rows: dict[str, tuple[str, str]] | None = None) -> None:
        self._rows = rows or {}
        self._changes = 0

    @classmethod
    def load(cls) -> "RunIndex":
        """The index on disk; an empty one where there is none, or one that is damaged or of another version."""
        try:
            heading, _, body = read_whole(_file(), MAX_FILE_BYTES).partition(b"\n")
            if heading != _heading(body):
                return cls()
            # Rows stay text until they are asked for: parsed at one go, they would hold up every other thread.
            lines = (line.split("\t") for line in body.decode("ascii").splitlines())
            return cls({run: (fingerprint, row) for run, fingerprint, row in lines})
        except (OSError, ValueError):
            return cls()

    def row(self, run: str, fingerprint: Fingerprint) -> Row | None:
        """What is known of a run; None where its folder is another one by now."""
        known = self._rows.get(_key(run))
        if known is None or known[0] != fingerprint.text:
            return None
        try:
            row: Row = json.loads(known[1])
        except (ValueError, RecursionError):
            return None
        return row if len(row) == COLUMNS else None

    def note(self, run: str, fingerprint: Fingerprint, row: Row) -> None:
        """Remembers a row, if the folder has had its fingerprint for long enough to be told from a later state."""
        if fingerprint.changed < time.time() - SECONDS_TO_SETTLE:
            self._rows[_key(run)] = (fingerprint.text, json.dumps(row))
            self._changes += 1

    def keep(self, runs: Iterable[str]) -> None:
        """Puts the rows of `runs` on disk, where that is worth it. Where it can't be done, the next list takes longer.

        Args:
            runs: All that there are; rows of others are dropped.
        """
        rows = {key: self._rows[key] for key in map(_key, runs) if key in self._rows}
        if self._changes + len(self._rows) - len(rows) < WORTH_KEEPING:
            return
        body = "".join(f"{key}\t{fingerprint}\t{row}\n" for key, (fingerprint, row) in rows.items()).encode()
        with suppress(OSError), _writing:
            _file().parent.mkdir(parents=True, exist_ok=True)
            write_whole(_file(), _heading(body) + b"\n" + body)


def _key(run: str) -> str:
    """A run's name without any character that could end its column or line: a folder may be called anything."""
    return run if run.isascii() and run.isprintable() else json.dumps(run)


def _file() -> Path:
    return cache_folder() / "runs-index.jsonl"


def _heading(body: bytes) -> bytes:
    """The first line: which version wrote the index, and that the rest of it is what was written."""
    return f"fmnist-tui runs index {INDEX_VERSION} {zlib.crc32(body):08x}".encode()
