"""Passes a byte to and fro between two processors; prints the nanoseconds of one way for each line read.

Usage: python -m benchmarks.children.pass_values CPU CPU
"""

import mmap
import os
import sys
import time

PASSES = 20_000


def answer(shared: mmap.mmap) -> None:
    """Take the byte as often as it is passed."""
    for _ in range(PASSES):
        while not shared[0]:
            pass
        shared[0] = 0


def passing(shared: mmap.mmap) -> float:
    """Return the nanoseconds that the byte takes one way, with the time in which an interpreter notices it."""
    began = time.perf_counter_ns()
    for _ in range(PASSES):
        shared[0] = 1
        while shared[0]:
            pass
    return (time.perf_counter_ns() - began) / (2 * PASSES)


def main(first: int, second: int) -> None:
    """Measure as long as lines arrive."""
    shared = mmap.mmap(-1, mmap.PAGESIZE)
    wake_reader, wake_writer = os.pipe()
    if os.fork() == 0:
        os.close(wake_writer)
        os.sched_setaffinity(0, {second})
        while os.read(wake_reader, 1):
            answer(shared)
        os._exit(0)
    os.sched_setaffinity(0, {first})
    for _line in sys.stdin:
        os.write(wake_writer, b"x")
        print(passing(shared), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
