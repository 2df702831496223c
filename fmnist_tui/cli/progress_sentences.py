"""Progress as whole sentences, one a line: what `--plain` prints for screen readers and logs."""

from typing import IO

from fmnist_tui.formatting import count, counted
from fmnist_tui.sanitize import one_line

PARTS = 4
"""How many times the progress of one thing is reported."""


def in_words(seconds: float) -> str:
    """Return a time span in words: "12 seconds", "3 minutes 5 seconds" or "2 hours 40 minutes"."""
    total = max(round(seconds), 1)
    if total < 60:
        return counted(total, "second")
    if total < 3600:
        (larger, smaller), (unit, part) = divmod(total, 60), ("minute", "second")
    else:
        (larger, smaller), (unit, part) = divmod(total // 60, 60), ("hour", "minute")
    return counted(larger, unit) + (f" {counted(smaller, part)}" if smaller else "")


class ProgressSentences:
    """Reports how far an evaluation or a download is at each quarter.

    Args:
        stream: Where the sentences are written.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._subject = ""
        self._parts = 0

    def __enter__(self) -> "ProgressSentences":
        return self

    def __exit__(self, *_error: object) -> None:
        """Print nothing: the command prints what came of it."""

    def tested(self, done: int, total: int) -> None:
        """Report the images done."""
        if self._is_due("", done, total):
            print(f"Evaluated {count(done)} of {count(total)} images.", file=self._stream, flush=True)

    def fetched(self, file: str, done: int, total: int) -> None:
        """Report the downloaded bytes of a file."""
        name = one_line(file)
        if file != self._subject:
            print(f"Downloading {name}.", file=self._stream, flush=True)
        if self._is_due(file, done, total):
            print(f"Downloaded {100 * done // total} % of {name}.", file=self._stream, flush=True)

    def _is_due(self, subject: str, done: int, total: int) -> bool:
        if subject != self._subject:
            self._subject, self._parts = subject, 0
        parts = PARTS * done // total if total else 0
        is_due, self._parts = parts > self._parts, parts
        return is_due
