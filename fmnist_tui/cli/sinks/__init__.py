"""The sinks that show a run on standard output: JSON, sentences, lines, or a live table on a terminal."""

import sys
from typing import IO

from fmnist_tui.cli.output import Output, console
from fmnist_tui.cli.sinks.live_table import LiveTable
from fmnist_tui.cli.sinks.plain_lines import PlainLines
from fmnist_tui.cli.sinks.sentences import RunSentences
from fmnist_tui.engine.event_sink import CallbackSink, EventSink
from fmnist_tui.events import to_line
from fmnist_tui.sanitize import ascii_json, printable

__all__ = ["LiveTable", "PlainLines", "RunSentences", "json_lines", "output_sink"]


def output_sink(output: Output) -> EventSink:
    """Return the sink for standard output, whatever it is."""
    if output is Output.JSON:
        return json_lines(sys.stdout)
    if output is Output.SENTENCES:
        return RunSentences(sys.stdout)
    return LiveTable(console()) if sys.stdout.isatty() else PlainLines(sys.stdout)


def json_lines(stream: IO[str]) -> EventSink:
    """Return a sink that writes each event as one line of JSON."""
    return CallbackSink(lambda event: print(printable(ascii_json(to_line(event))), file=stream, flush=True))
