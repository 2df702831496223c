"""`fmnist-tui doctor`: what this machine has, to include in a bug report or to diagnose a slow run."""

import os
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import psutil
from cyclopts import Parameter

from fmnist_tui import __version__
from fmnist_tui.cli.arguments import Json
from fmnist_tui.cli.doctor_speed import print_speed, speed_facts
from fmnist_tui.cli.output import console, plain, print_json
from fmnist_tui.data.status import check
from fmnist_tui.datasets import DATASETS, DEFAULT
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import counted
from fmnist_tui.paths import cache_folder, home_folder, require_home
from fmnist_tui.registry import broken_plugins
from fmnist_tui.sanitize import quote

LIBRARIES = ("torch", "torchvision", "textual", "rich", "pydantic", "safetensors")

GIB = 2**30


Speed = Annotated[
    bool,
    Parameter(
        negative="",
        help="Also measure for about ten seconds what this machine computes, how long each preset takes, and what "
        "makes it slow.",
    ),
]


def doctor(*, speed: Speed = False, json: Json = False) -> int:
    """Show versions, devices, threads, terminal, data and folders.

    The exit code is 1 if a problem was found.
    """
    facts = _facts()
    if json:
        print_json({**facts, "speed": speed_facts() if speed else None})
        return 1 if facts["problems"] else 0
    for name, finding in _lines(facts):
        console().print(plain(f"{name:<11}{finding}"), soft_wrap=True)
    for problem in facts["problems"]:
        console().print(plain(f"problem:   {problem}", style="bold red"), soft_wrap=True)
    if not facts["problems"]:
        console().print("no problems found")
    if speed:
        print_speed()
    return 1 if facts["problems"] else 0


def _facts() -> dict[str, Any]:
    compute = _compute_facts()  # first: it loads the registries, and the plugins in them
    problems = [f"plugin {plugin} can't be loaded: {quote(error, 200)}" for plugin, error in broken_plugins.items()]
    memory = psutil.virtual_memory()
    size = shutil.get_terminal_size()
    return {
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {library: version(library) for library in LIBRARIES},
        "memory": {"free_bytes": memory.available, "total_bytes": memory.total},
        **compute,
        "terminal": {
            "type": os.environ.get("TERM"),
            "columns": size.columns,
            "lines": size.lines,
            "colors": os.environ.get("COLORTERM"),
            "is_output": sys.stdout.isatty(),
            "encoding": sys.stdout.encoding,
        },
        "data": _data_facts(problems),
        "folders": _folder_facts(problems),
        "problems": problems,
    }


def _compute_facts() -> dict[str, Any]:
    import torch

    from fmnist_tui.training.compute_plan import cpu_has_bf16

    devices = ["cpu"]
    devices += [f"cuda ({torch.cuda.get_device_name(index)})" for index in range(torch.cuda.device_count())]
    devices += ["mps"] if torch.backends.mps.is_available() else []
    cpu = {
        "cores": psutil.cpu_count(logical=False),
        "threads": psutil.cpu_count(),
        "threads_used": torch.get_num_threads(),
        "kernels": torch.backends.cpu.get_cpu_capability(),
        "has_bf16": cpu_has_bf16(),
    }
    return {"devices": devices, "cpu": cpu}


def _data_facts(problems: list[str]) -> dict[str, str | None]:
    """Return where the images of each dataset are; add the problems with them."""
    origins = {}
    for spec in DATASETS.values():
        if not spec.is_synthetic:
            status = check(spec, "auto")
            origins[spec.name] = status.origin or None
            if status.problem and (status.origin or spec.name == DEFAULT):
                problems.append(status.problem)
    return origins


def _folder_facts(problems: list[str]) -> dict[str, dict[str, Any]]:
    """Return the folders of runs and of the cache; add the problems with them."""
    try:
        require_home()
    except UserError as error:
        problems.append(error.line())
        return {}
    folders = {}
    for name, folder in (("runs", home_folder()), ("cache", cache_folder())):
        existing: Path = next(path for path in (folder, *folder.parents) if path.exists())
        folders[name] = {"path": str(folder), "free_bytes": shutil.disk_usage(existing).free}
        if not os.access(existing, os.W_OK):
            problems.append(f"{existing} is not writable; set FMNIST_TUI_HOME to a writable folder")
    return folders


def _lines(facts: dict[str, Any]) -> list[tuple[str, str]]:
    memory, cpu, terminal = facts["memory"], facts["cpu"], facts["terminal"]
    free, total = (memory[name] / GIB for name in ("free_bytes", "total_bytes"))
    cores, threads = counted(cpu["cores"], "core"), counted(cpu["threads"], "thread")
    kernels = f"{cpu['kernels']}, bf16 {'in' if cpu['has_bf16'] else 'not in'} hardware"
    colors = terminal["colors"] or "256 or fewer colors"
    output = f"output {'is a terminal' if terminal['is_output'] else 'is piped'}, {terminal['encoding']}"
    return [
        ("program", f"fmnist-tui {facts['version']}, Python {facts['python']}, {facts['platform']}"),
        ("libraries", ", ".join(f"{library} {number}" for library, number in facts["libraries"].items())),
        ("memory", f"{free:.1f} of {total:.1f} GiB free"),
        ("devices", ", ".join(facts["devices"])),
        ("CPU", f"{cores}, {threads}, {cpu['threads_used']} used; {kernels}"),
        ("terminal", f"{terminal['type'] or 'none'}, {terminal['columns']}×{terminal['lines']}, {colors}, {output}"),
        *(
            ("data", f"{DATASETS[name].title}: {origin or 'not on this machine'}")
            for name, origin in facts["data"].items()
        ),
        *(
            (f"{name} in", f"{folder['path']}, {folder['free_bytes'] / GIB:.1f} GiB free")
            for name, folder in facts["folders"].items()
        ),
    ]
