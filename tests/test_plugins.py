"""An installed package adds a dataset, a model, a sink, an export format and a view, one file each."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

DATASET = """
from fmnist_tui.datasets import DatasetSpec

def generate():
    import torch
    def some(count):
        labels = torch.arange(count) % 10
        images = torch.zeros(count, 28, 28, dtype=torch.uint8)
        images[torch.arange(count), 2 * labels + 4] = 255
        return images, labels
    return some(600), some(200)

STRIPES = DatasetSpec(
    name="stripes", title="Stripes", classes=tuple(f"row {2 * i + 4}" for i in range(10)), mean=0.04, std=0.19,
    license="MIT", url="https://example.org", advice="one bright row per image", generate=generate,
)
"""
MODEL = '''
from collections.abc import Mapping
from typing import Any, ClassVar, Literal
from fmnist_tui.models import Architecture

class Tiny(Architecture):
    """Pooled pixels to logits."""
    summary: ClassVar[str] = "row means and one linear layer"
    complexity: ClassVar[int] = 0
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"fast": {"epochs": 2, "batch_size": 20, "learning_rate": 0.1}}
    name: Literal["tiny"] = "tiny"

    def build(self):
        from torch import nn
        return nn.Sequential(nn.AvgPool2d((1, 28)), nn.Flatten(), nn.Linear(28, 10))
'''
SINK = """
from fmnist_tui.engine.event_sink import RunSink
from fmnist_tui.events import EpochEnded

class Csv(RunSink):
    name = "csv"
    summary = "one line per epoch in epochs.csv"

    def __enter__(self):
        self._file = (self.folder.path / "epochs.csv").open("w")
        return self

    def __exit__(self, *_):
        self._file.close()

    def __call__(self, event):
        if isinstance(event, EpochEnded):
            print(event.epoch, event.validation_accuracy, sep=",", file=self._file)

SINK = Csv
"""
EXPORT = """
from fmnist_tui.exporting.format import HistoryFormat

class Name(HistoryFormat):
    name = "name"
    summary = "the run's name"
    part = "name"
    suffix = ".txt"

    def write(self, folder, target):
        target.write_text(folder.run)
        return "The name."

    def usage(self, path):
        return f"cat {path}"

FORMATS = (Name(),)
"""
VIEW = """
from textual.widgets import Static
from fmnist_tui.tui.views import View
from fmnist_tui.tui.screens.view_screen import ViewScreen

class NotesScreen(ViewScreen):
    VIEW = "notes"

    def compose_view(self):
        yield Static("a page of a plugin")

VIEW = View("notes", "n", "Notes", "Read notes", 9, lambda _context: NotesScreen())
"""
ENTRY_POINTS = """
[fmnist_tui.datasets]
stripes = extra.dataset
[fmnist_tui.models]
tiny = extra.model
[fmnist_tui.engine.sinks]
csv = extra.sink
[fmnist_tui.exporting.formats]
name = extra.export
[fmnist_tui.tui.views]
notes = extra.view
"""
OPEN_VIEW = """
import asyncio
from fmnist_tui.tui.app import FmnistApp
from scripted_engine import ScriptedEngine
from workbench import Bench

async def main():
    app = FmnistApp(ScriptedEngine())
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("n")
        await pilot.pause()
        print(Bench(app, app.engine, pilot).text())

asyncio.run(main())
"""


@pytest.fixture
def plugin(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a process in which the package `extra` is installed."""
    files = {"dataset": DATASET, "model": MODEL, "sink": SINK, "export": EXPORT, "view": VIEW, "__init__": ""}
    site, info = tmp_path / "site", tmp_path / "site" / "extra-1.0.dist-info"
    for folder in (site / "extra", info):
        folder.mkdir(parents=True)
    for name, text in files.items():
        (site / "extra" / f"{name}.py").write_text(text)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: extra\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (site, ROOT, ROOT / "tests", ROOT / "tests" / "tui")))}


def run(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_plugins_model_learns_its_dataset_and_its_sink_receives_the_events(
    plugin: dict[str, str], home: Path
) -> None:
    train = "-m fmnist_tui train --model tiny --dataset stripes --sink csv --validation-size 100 --threads 1"
    run(plugin, *train.split())
    (folder,) = (home / "runs").iterdir()
    lines = (folder / "epochs.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["1", "2"]
    report = json.loads(run(plugin, "-m", "fmnist_tui", "test", "latest", "--json"))
    assert report["accuracy"] == 1.0, "a linear layer separates bright rows"
    assert [score["name"] for score in report["classes"]][:2] == ["row 4", "row 6"]
    run(plugin, "-m", "fmnist_tui", "export", "latest", "--format", "name")
    assert (folder / "exports" / f"{folder.name}-name.txt").read_text() == folder.name


def test_a_plugins_view_has_its_tab_and_opens_by_its_key(plugin: dict[str, str]) -> None:
    text = run(plugin, "-c", OPEN_VIEW)
    assert "a page of a plugin" in text
    assert "Notes" in text.splitlines()[0]


def test_a_plugin_that_cannot_be_loaded_is_left_out_and_reported(plugin: dict[str, str]) -> None:
    site = plugin["PYTHONPATH"].split(os.pathsep)[0]
    (Path(site) / "extra" / "model.py").write_text("import no_such_module")
    done = subprocess.run(
        [sys.executable, "-m", "fmnist_tui", "doctor"],
        env=plugin,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "plugin extra.model can't be loaded" in done.stdout + done.stderr
