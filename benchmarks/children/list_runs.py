"""Measures the time to list all runs: the first time in a process, and again."""

import json
import time

from fmnist_tui.runs.catalog import list_runs


def timed() -> tuple[float, int]:
    """Return the seconds of one list, and the runs found."""
    began = time.perf_counter()
    runs = len(list_runs())
    return time.perf_counter() - began, runs


if __name__ == "__main__":
    (first, runs), (second, _) = timed(), timed()
    print(json.dumps({"runs": runs, "first": first, "second": second}))
