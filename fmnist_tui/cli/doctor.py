"""`fmnist-tui doctor`: what this machine has, to include in a bug report or to diagnose a slow run."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version

import psutil

from fmnist_tui import __version__
from fmnist_tui.cli.output import console, plain
from fmnist_tui.data.status import check
from fmnist_tui.datasets import DATASETS, DEFAULT
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import counted
from fmnist_tui.paths import cache_folder, home_folder, require_home
from fmnist_tui.registry import broken_plugins
from fmnist_tui.sanitize import quote

LIBRARIES = ("torch", "torchvision", "textual", "rich", "pydantic", "safetensors")


def doctor() -> int:
    """Show versions, devices, threads, terminal, data and folders.

    The exit code is 1 if a problem was found.
    """
    problems: list[str] = []
    for name, finding in _findings(problems):
        console().print(plain(f"{name:<11}{finding}"), soft_wrap=True)
    for problem in problems:
        console().print(plain(f"problem:   {problem}", style="bold red"), soft_wrap=True)
    if not problems:
        console().print("no problems found")
    return 1 if problems else 0


def _findings(problems: list[str]) -> Iterator[tuple[str, str]]:
    yield "program", f"fmnist-tui {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield "libraries", ", ".join(f"{library} {version(library)}" for library in LIBRARIES)
    memory = psutil.virtual_memory()
    yield "memory", f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free"
    yield from _compute_findings()
    size = shutil.get_terminal_size()
    colors = os.environ.get("COLORTERM") or "256 or fewer colors"
    output = f"output {'is a terminal' if sys.stdout.isatty() else 'is piped'}, {sys.stdout.encoding}"
    yield "terminal", f"{os.environ.get('TERM', 'none')}, {size.columns}×{size.lines}, {colors}, {output}"
    problems += [f"plugin {plugin} can't be loaded: {quote(error, 200)}" for plugin, error in broken_plugins.items()]
    for spec in DATASETS.values():
        if not spec.is_synthetic:
            status = check(spec, "auto")
            yield "data", f"{spec.title}: {status.origin or 'not on this machine'}"
            if status.problem and (status.origin or spec.name == DEFAULT):
                problems.append(status.problem)
    try:
        require_home()
    except UserError as error:
        problems.append(error.line())
        return
    for name, folder in (("runs in", home_folder()), ("cache in", cache_folder())):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(existing).free / 2**30
        yield name, f"{folder}, {free:.1f} GiB free"
        if not os.access(existing, os.W_OK):
            problems.append(f"{existing} is not writable; set FMNIST_TUI_HOME to a writable folder")


def _compute_findings() -> Iterator[tuple[str, str]]:
    import torch

    from fmnist_tui.training.compute_plan import cpu_has_bf16

    devices = ["cpu"]
    devices += [f"cuda ({torch.cuda.get_device_name(index)})" for index in range(torch.cuda.device_count())]
    devices += ["mps"] if torch.backends.mps.is_available() else []
    yield "devices", ", ".join(devices)
    cores, threads = counted(psutil.cpu_count(logical=False), "core"), counted(psutil.cpu_count(), "thread")
    kernels = f"{torch.backends.cpu.get_cpu_capability()}, bf16 {'in' if cpu_has_bf16() else 'not in'} hardware"
    yield "CPU", f"{cores}, {threads}, {torch.get_num_threads()} used; {kernels}"
