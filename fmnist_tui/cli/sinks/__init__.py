"""The sinks that show a run on standard output: JSON lines, plain lines, or a live table on a terminal."""

import sys

from fmnist_tui.cli.output import console
from fmnist_tui.cli.sinks.json_lines import JsonLines
from fmnist_tui.cli.sinks.live_table import LiveTable
from fmnist_tui.cli.sinks.plain_lines import PlainLines
from fmnist_tui.engine.event_sink import EventSink

__all__ = ["JsonLines", "LiveTable", "PlainLines", "output_sink"]


def output_sink(as_json: bool) -> EventSink:
    """Return the sink for standard output, whatever it is."""
    if as_json:
        return JsonLines(sys.stdout)
    return LiveTable(console()) if sys.stdout.isatty() else PlainLines(sys.stdout)
