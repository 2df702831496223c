"""Read keys and pasted text from the terminal, robust to any bytes and to the loss of the terminal.

Textual's own driver ends the app at the first byte that is not UTF-8, takes Esc and a character in one read for Alt and
the character or for a word's movement, and runs whatever follows an escape character in pasted text as keys.
"""

import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from fmnist_tui.tui.messages import TerminalLost
from fmnist_tui.tui.terminal.features import terminal_features
from fmnist_tui.tui.terminal.sequences import closing_sequence, opening_sequence

ESCAPE = "\x1b"

INTRODUCERS = "[O"
"""What follows an escape character where a terminal's own sequences begin: CSI and SS3."""

SECONDS_BETWEEN_TICKS = 0.1
"""How often the parser checks for a lone escape character, and the thread whether the app exits."""

BYTES_PER_READ = 4096


class TerminalInputParser(XTermParser):
    """A parser for which Esc is always a key of its own, and pasted text never holds a key."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._is_pasting = False
        self._end = ""  # the end of what was read: it may be the beginning of a mark that the next read completes

    def feed(self, data: str) -> Iterable[Message]:
        if not data:
            yield from super().feed("")
            return
        for part in self._parts(data):
            yield from super().feed(part)

    def _parts(self, data: str) -> Iterator[str]:
        """Yield the text again in parts that are never empty, without the escape characters in what was pasted."""
        while data:
            awaited = BRACKETED_PASTE_END if self._is_pasting else BRACKETED_PASTE_START
            text, mark, rest = (self._end + data).partition(awaited)
            self._end = "" if mark else _beginning_of(awaited, text)
            if self._is_pasting:
                part = text.removesuffix(self._end).replace(ESCAPE, "") + mark
            else:
                part = data.removesuffix(rest)
            self._is_pasting = self._is_pasting != bool(mark)
            if part:
                yield part
            data = rest

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """Map a sequence to keys. No key of this program is combined with Alt."""
        if alt:
            yield events.Key("escape", ESCAPE)
        elif len(sequence) == len(ESCAPE) + 1 and sequence[0] == ESCAPE and sequence[1] not in INTRODUCERS:
            yield events.Key("escape", ESCAPE)
            sequence = sequence[1]
        yield from super()._sequence_to_key_events(sequence)


def _beginning_of(mark: str, text: str) -> str:
    """Find the longest end of a text that is a beginning of a mark, but not all of it."""
    return next((mark[:length] for length in range(len(mark) - 1, 0, -1) if text.endswith(mark[:length])), "")


class TerminalInputDriver(LinuxDriver):
    """A driver that reads any bytes, and sends `TerminalLost` when there will be no more.

    It restores the terminal's title and progress on every way out, also after an error and for a command that is run
    in between.
    """

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._write_if_started(opening_sequence(terminal_features()))

    def stop_application_mode(self) -> None:
        self._write_if_started(closing_sequence(terminal_features()))
        super().stop_application_mode()

    def _write_if_started(self, sequence: str) -> None:
        if self._writer_thread is not None:
            self.write(sequence)

    def run_input_thread(self) -> None:
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = TerminalInputParser(self._debug)
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(SECONDS_BETWEEN_TICKS):
                    content = self._read()
                    if not content:
                        self.process_message(TerminalLost())
                        return
                    if text := decode(content):
                        self._process(parser.feed(text))
                self._process(parser.tick())

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, BYTES_PER_READ)
        except OSError:  # EIO: the terminal has hung up
            return b""

    def _process(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)
