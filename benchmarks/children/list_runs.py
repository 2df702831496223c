"""Measures the time to list all runs, the first time in a process and again, and to filter, sort and show them."""

import json
import time
from collections.abc import Callable
from typing import TypeVar

from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.columns import USUAL, columns_named
from fmnist_tui.runs.filter import parse_filter
from fmnist_tui.runs.run_table import make_table
from fmnist_tui.runs.sorting import parse_order, sorted_runs

FILTER = "lr>=0.01 val>10% tag:paper"

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds that some work takes, and its result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    (first, runs), (second, _) = timed(list_runs), timed(list_runs)
    matches, order, columns = parse_filter(FILTER), parse_order("-val"), columns_named(USUAL)
    figures = {
        "first": first,
        "second": second,
        "filter": timed(lambda: list(filter(matches, runs)))[0],
        "sort": timed(lambda: sorted_runs(runs, order))[0],
        "table": timed(lambda: make_table(runs, columns, with_empty=False))[0],
    }
    print(json.dumps({"runs": len(runs), **figures}))
