"""The benchmarks' command line."""

import sys

from cyclopts import App

from benchmarks.exits import exits
from benchmarks.kills import kills
from benchmarks.table import table

app = App(name="benchmarks", help="Measures what fmnist-tui promises.", result_action="return_value")
app.command(table)
app.command(kills)
app.command(exits)

if __name__ == "__main__":
    sys.exit(app())
