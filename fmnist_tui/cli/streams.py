"""Makes the standard streams safe: closed, full or unread ones end neither a command nor a training."""

import codecs
import errno
import io
import os
import select
import stat
import sys
from typing import Any, TextIO

from fmnist_tui.sanitize import printable

SUBSTITUTES = {"·": "-", "–": "-", "−": "-", "─": "-", "×": "x", "→": "->", "…": "..."}
"""What replaces a character that the output's encoding lacks; a question mark replaces all others."""

SUBSTITUTING = "fmnist_tui.substitute"
"""The name of the codec error handler that replaces them."""


class LenientOutput(io.RawIOBase):
    """Writes bytes to a raw stream; drops what can't be written, and keeps the first error.

    So training continues when the reader of its output has ended, or the disk is full.

    Args:
        raw: The stream to write to.

    Attributes:
        error: The error of the first write that failed; None if none did.
    """

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self.error: OSError | None = None

    @property
    def has_lost_its_reader(self) -> bool:
        """Whether writing failed because a pipe's reader has ended, or because the terminal is closed."""
        if self.error is None:
            return False
        is_device = stat.S_ISCHR(os.fstat(self.fileno()).st_mode)  # isatty() is false for a closed terminal
        return self.error.errno == errno.EPIPE or (self.error.errno == errno.EIO and is_device)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    def write(self, content: Any) -> int:
        """Write or drop; return the number of bytes written or dropped."""
        try:
            while (written := self._raw.write(content)) is None:  # a program that shares the pipe made it non-blocking
                select.select([], [self], [])
        except OSError as error:
            self.error = self.error or error
            return memoryview(content).nbytes
        return written


def protect_streams() -> None:
    """Replace the standard streams by ones that accept every output, even if they are closed.

    Characters that the output's encoding lacks are replaced, unless `PYTHONIOENCODING` names another error handler.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # Take the free descriptor: else the next file that is opened, such as a run's log, would get it, and with
            # it everything that a library prints.
            os.open(os.devnull, os.O_RDWR)
    codecs.register_error(SUBSTITUTING, _substitute)
    for drawn_on in (sys.__stdout__, sys.__stderr__):  # the interface draws on these
        if isinstance(drawn_on, io.TextIOWrapper):
            drawn_on.reconfigure(errors=_errors_of(drawn_on))
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - it stays open
    sys.stdout = _protected(sys.stdout, 1)
    sys.stderr = _protected(sys.stderr, 2)


def print_stderr(message: str) -> None:
    """Print one line on stderr."""
    print(f"fmnist-tui: {printable(message)}", file=sys.stderr)


def lost_output() -> OSError | None:
    """Flush standard output; return the error if output was lost, except to a reader that has ended."""
    sys.stdout.flush()
    output = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return output.error if isinstance(output, LenientOutput) and not output.has_lost_its_reader else None


def has_reader() -> bool:
    """Return whether anybody reads standard output: if not, a command that only prints may end."""
    output = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return not (isinstance(output, LenientOutput) and output.has_lost_its_reader)


def _protected(stream: Any, descriptor: int) -> TextIO:
    if stream is None:
        output = LenientOutput(io.FileIO(descriptor, "w", closefd=False))
        return io.TextIOWrapper(io.BufferedWriter(output), encoding="utf-8")
    output = LenientOutput(getattr(stream.buffer, "raw", stream.buffer))  # unbuffered Python has no buffer
    by_line = stream.line_buffering or stream.write_through
    return io.TextIOWrapper(io.BufferedWriter(output), stream.encoding, _errors_of(stream), line_buffering=by_line)


def _errors_of(stream: Any) -> str:
    return SUBSTITUTING if stream.errors in ("strict", "surrogateescape") else str(stream.errors)


def _substitute(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(SUBSTITUTES.get(character, "?") for character in text), error.end
