"""Describes the machine and versions of a measurement, without which figures can't be compared."""

import os
import platform
import shlex
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
"""The repository, in which children are started."""

LIBRARIES = ("fmnist-tui", "torch", "torchvision", "textual", "jax", "keras", "lightning", "scikit-learn", "skorch")

BF16_FLAGS = ("avx512_bf16", "amx_bf16", "bf16")
"""The kernel's names for bf16 multiplication in hardware, on x86 and on Arm."""


def machine_facts() -> dict[str, object]:
    """Return the machine, the versions and the time; versions are read without importing the libraries."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "command": shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]),
        "commit": _commit(),
        "cpu": _cpu_field("model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "bf16": any(flag in _cpu_field("flags", "Features").split() for flag in BF16_FLAGS),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load_average": round(psutil.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: found for name in LIBRARIES if (found := _version(name))},
    }


def describe(facts: dict[str, object]) -> str:
    """Return the machine on one line."""
    versions = facts["versions"]
    torch = versions.get("torch", "?") if isinstance(versions, dict) else "?"
    bf16 = " with bf16" if facts["bf16"] else ""
    return (
        f"{facts['cores']} cores of {facts['cpu']}{bf16}, {facts['memory_gb']} GB, Python {facts['python']}, "
        f"torch {torch}, load {facts['load_average']} at the start, {facts['date']}"
    )


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _cpu_field(*names: str) -> str:
    """Return a field of the first core in /proc/cpuinfo, by the first of its names that exists; else empty."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    fields = dict(reversed([(key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in lines)]))
    return next((fields[name] for name in names if name in fields), "")


def _commit() -> str:
    """Return the current commit, with a + if files differ from it; empty outside a repository."""
    command = ["git", "describe", "--always", "--dirty=+", "--abbrev=10", "--exclude=*"]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
