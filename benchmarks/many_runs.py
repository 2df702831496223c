"""Creates homes with very many runs: copies of one small run under other names, with other settings and labels."""

import json
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

    They differ in seed and learning rate. Of three, one has a name, two have tags; the newest has neither.

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
        config = json.loads((folder / "config.json").read_bytes())
        config |= {"seed": number % 5, "learning_rate": 10 ** -(1 + number % 30 / 10)}
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        if labels := _labels(count - 1 - number):
            (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
        log = folder / "events.jsonl"
        log.write_bytes(FIRST_TIME.sub(f'{{"time":{moment}'.encode(), log.read_bytes(), count=1))
        os.utime(folder / "config.json", (moment, moment))
    return name


def _labels(age: int) -> dict[str, object]:
    """Return the labels of a run by its place in the list; none for every third."""
    match age % 3:
        case 0:
            return {}
        case 1:
            return {"tags": ["baseline"], "note": "default settings"}
    return {"name": f"ablation {age}", "tags": ["paper", f"group-{age % 7}"], "is_marked": age % 100 == 2}
