"""How long the list of all runs takes: the first time in a process, and once more."""

import json
import time

from fmnist_tui.runs.catalog import list_runs


def timed() -> tuple[float, int]:
    """Seconds of one listing, and the runs that it found."""
    began = time.perf_counter()
    runs = len(list_runs())
    return time.perf_counter() - began, runs


if __name__ == "__main__":
    (first, runs), (second, _) = timed(), timed()
    print(json.dumps({"runs": runs, "first": first, "second": second}))
