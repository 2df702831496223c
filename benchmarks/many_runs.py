"""Creates homes with very many runs: copies of one small run under other names."""

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.child import home_in, run_python
from benchmarks.run_log import run_folders

FIRST_MOMENT = 1_700_000_000
SECONDS_BETWEEN_RUNS = 61
FIRST_TIME = re.compile(rb'\{"time":[0-9.]+')
"""The time of a run's start in a log."""


def make_template(environment: Mapping[str, str]) -> Path:
    """Train a small run on the demo data and test it; return its folder."""
    run_python(
        *("-m", "fmnist_tui", "train", "--data", "demo", "--model", "logistic", "--epochs", "5"),
        environment=environment,
    )
    run_python("-m", "fmnist_tui", "test", "latest", environment=environment)
    (folder,) = run_folders(home_in(environment))
    return folder


def copy_runs(template: Path, home: Path, count: int) -> str:
    """Fill a home with `count` copies of the template, without the tensors, which no list reads.

    Args:
        template: The run to copy.
        home: Where to put the copies.
        count: How many.

    Returns:
        The newest run's name.
    """
    contents = {
        file.relative_to(template): file.read_bytes()
        for file in template.rglob("*")
        if file.is_file() and file.suffix != ".safetensors"
    }
    name = ""
    for number in range(count):
        moment = FIRST_MOMENT + SECONDS_BETWEEN_RUNS * number
        name = time.strftime("%Y%m%d-%H%M%S-logistic", time.gmtime(moment))
        folder = home / "runs" / name
        for place, content in contents.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            # A manifest is sealed with its own sha256, so those keep the name of the run that they were copied from.
            is_sealed = place.parts[0] == "checkpoints"
            (folder / place).write_bytes(
                content if is_sealed else content.replace(template.name.encode(), name.encode())
            )
        log = folder / "events.jsonl"
        log.write_bytes(FIRST_TIME.sub(f'{{"time":{moment}'.encode(), log.read_bytes(), count=1))
        os.utime(folder / "config.json", (moment, moment))
    return name
