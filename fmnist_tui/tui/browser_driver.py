"""Read keys from the server that shows the interface in a browser, and save the run when the tab is closed.

Textual's own driver quits without saving, and keeps the process if the server dies.
"""

import os
from codecs import getincrementaldecoder
from functools import partial
from typing import Any

from textual.app import App
from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver

from fmnist_tui.tui.messages import TerminalLost
from fmnist_tui.tui.terminal_input import TerminalInputParser


class BrowserDriver(WebDriver):
    """A driver that treats a closed tab and a dead server like a terminal that is gone."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._write = partial(_write_while_connected, self.fileno)

    def run_input_thread(self) -> None:
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = TerminalInputParser(self._debug)
        packets = ByteStream()
        for content in self._input_reader:
            for kind, payload in packets.feed(content) if content else ():
                if kind == "D":
                    for message in parser.feed(decode(payload)):
                        self.process_message(message)
                else:
                    self._on_meta(kind, payload)
            for message in parser.tick():
                self.process_message(message)
        if not self.exit_event.is_set():
            self.process_message(TerminalLost())

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        if packet_type == "quit":
            self.process_message(TerminalLost())
        else:
            super().on_meta(packet_type, payload)


def _write_while_connected(file: int, packet: bytes) -> int:
    try:
        return os.write(file, packet)
    except BrokenPipeError:  # the server is gone; the end of the input reports it
        return len(packet)
