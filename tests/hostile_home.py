"""A home full of damaged and malicious files, between healthy runs: what commands and views are tested with.

Each bad run is a copy of one healthy run with a single fault, so that a failure names its cause.
"""

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from drawn_images import draw_images

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.engine.evaluate import evaluate_checkpoint
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.session import Session
from fmnist_tui.events import EpochEnded, Event
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.training.control import Control

HOSTILE_TEXT = "\x1b]0;owned\x07\x1b[31m\x9b2J\r\n\t\u202e\u2028[red]{x}\x00%s\x7f"
"""Escape sequences, line breaks, markup, a change of direction: none may reach a terminal unescaped."""

BAD_NUMBERS = ("NaN", "-Infinity", "1e999", "-1", "0", "9" * 400, str(2**63), "1e308", '"x"', "null", "[]")

BAD_NAMES = (
    "\x1b]0;owned\x07",
    "two\nlines\tand a tab",
    "[red]markup[bold]",
    "\u202eright to left",
    "not UTF-8 \udcff\udc80",
    "名前 of two cells",
    "n" * 255,
    "--help",
    "-1",
    " ",
    "latest",
    "~nouser",
    "{x} %s",
)

LABELS = {"name": "a name", "note": "a note", "tags": ["paper"], "is_marked": True}

BAD_LABELS = (
    *({**LABELS, "name": name} for name in BAD_NAMES),
    {"name": 5, "note": None, "tags": "paper", "is_marked": "yes"},
    {"name": ["a name"], "note": {"a": "note"}},
    {"tags": [["paper"], None]},
    {"tags": [f"tag-{number}" for number in range(5_000)]},
    {"tags": ["two words", "-x", "+y", ":z", ""]},
    {"note": "\n" * 5_000},
    {},
    [],
    "text",
    None,
)
"""Labels that no command writes, though some are valid."""

SPARSE_BYTES = 20 * 2**30

CONFIG = RunConfig.from_flat(
    {"model": "logistic", "epochs": 2, "batch_size": 100, "validation_size": 500, "data": "demo", "threads": "1"}
)

Damage = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class HostileHome:
    """The contents of the home.

    Attributes:
        healthy: The names of the undamaged runs.
        damaged: The names of the others.
        one_of_each: Of these, one for each kind of damage to each kind of file, by the file's place in the run.
        data_folders: Folders of images, each with a fault.
    """

    home: Path
    healthy: tuple[str, ...]
    damaged: tuple[str, ...]
    one_of_each: dict[str, str]
    data_folders: tuple[Path, ...]


def small_data() -> Dataset:
    """Return a small dataset that a network learns in milliseconds."""
    return Dataset(
        "demo", "drawn by the tests", "0" * 64, draw_images(600, 1), draw_images(200, 2), draw_images(300, 3)
    )


def build_hostile_home(home: Path) -> HostileHome:
    """Fill an empty `home`; the same files every time."""
    template = _train_template(home)
    runs = template.parent
    healthy = [template.name, *(f"2026010{day}-000000-logistic" for day in range(1, 5))]
    for name in healthy[1:]:
        _copy(template, runs / name)
    damaged, one_of_each = [], dict.fromkeys(BAD_NAMES, "")
    for name, file, spoil, is_first in _damages(template):
        _copy(template, runs / name)
        spoil(runs / name)
        damaged.append(name)
        if is_first:
            one_of_each[name] = file
    for name in BAD_NAMES:
        _copy(template, runs / name)
    _add_what_is_no_run(home)
    return HostileHome(home, tuple(healthy), (*damaged, *BAD_NAMES), one_of_each, tuple(_add_data_folders(home)))


def _train_template(home: Path) -> Path:
    """Return a run that was stopped after its first of two epochs, and was tested and validated."""
    data, control = small_data(), Control()

    def stop(event: Event) -> None:
        if isinstance(event, EpochEnded):
            control.stop()

    with (
        patch.dict(os.environ, {"FMNIST_TUI_HOME": str(home)}),
        patch("fmnist_tui.engine.evaluate.load_dataset", lambda *_arguments: data),
    ):
        Session([CallbackSink(stop)], control=control, dataset=data).train(CONFIG)
        (path,) = (home / "runs").iterdir()
        evaluate_checkpoint(RunFolder(path), "best", "test")
        evaluate_checkpoint(RunFolder(path), "best", "validation")
    return path


def _copy(template: Path, target: Path) -> None:
    for file in (template, *sorted(template.rglob("*"))):
        place = target / file.relative_to(template)
        if file.is_dir():
            place.mkdir()
        elif file.name == "events.jsonl":
            shutil.copyfile(file, place)
        else:
            os.link(file, place)  # the program replaces these and never writes to them in place


def _damages(template: Path) -> Iterator[tuple[str, str, Damage, bool]]:
    """Yield the name of each damaged run, the damaged file, the damage, and whether it represents its kind."""
    files = sorted(file.relative_to(template) for file in template.rglob("*") if file.is_file())
    number = 0
    for file in files:
        for kind, spoil in {**SPECIAL, **CONTENTS}.items():
            number += 1
            yield f"bad-{number:04}-{kind}-{file.name[:40]}", str(file), _on(file, spoil), True
    for folder in ("checkpoints", "evaluations", "probes"):
        for kind, spoil in SPECIAL.items():
            number += 1
            yield f"bad-{number:04}-{kind}-{folder}", folder, _on(Path(folder), spoil), True
    yield "bad-obstructed", "checkpoints", _obstructed, True
    for name, content in CROWDS.items():
        number += 1
        yield f"bad-{number:04}-crowd-{name.partition('/')[0]}", name, _crowded(name, content), True
    yield from _damaged_labels()
    for file in files:
        if file.suffix not in (".json", ".jsonl") or file.name == "last.json":
            continue
        for kind, content in _rewritten(template / file):
            number += 1
            yield f"bad-{number:04}-{kind}-{file.name[:20]}", str(file), _on(file, _written(content)), number % 8 == 0


def _damaged_labels() -> Iterator[tuple[str, str, Damage, bool]]:
    """Yield the same of the labels, which the other runs do not have."""

    def spoiled(kind: str, spoil: Damage) -> tuple[str, str, Damage, bool]:
        def damage(run: Path) -> None:
            (run / "labels.json").write_text(json.dumps(LABELS))
            spoil(run / "labels.json")

        return f"bad-labels-{kind}", "labels.json", damage, True

    for kind, spoil in {**SPECIAL, **CONTENTS}.items():
        yield spoiled(kind, spoil)
    contents = [*map(json.dumps, BAD_LABELS), *(other for _kind, other in _variants(LABELS))]
    for number, content in enumerate(contents):
        yield spoiled(str(number), _written(content.encode()))


def _on(file: Path, spoil: Damage) -> Damage:
    return lambda run: spoil(run / file)


def _written(content: bytes) -> Damage:
    def write(path: Path) -> None:
        _remove(path)
        path.write_bytes(content)

    return write


def _crowded(name: str, content: bytes) -> Damage:
    def crowd(run: Path) -> None:
        for number in range(1, 1001):
            (run / name.format(number)).write_bytes(content)

    return crowd


CROWDS = {
    "checkpoints/epoch-{}.json": b"{}",
    "evaluations/{}.json": b"{}",
    "probes/epoch-{}.safetensors": b"",
}


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _special(make: Damage) -> Damage:
    def replace(path: Path) -> None:
        _remove(path)
        make(path)

    return replace


def _obstructed(run: Path) -> None:
    """Put folders and link loops where a save deletes temporary files."""
    (run / "checkpoints" / ".best.json.1.tmp").mkdir()
    (run / "checkpoints" / "weights-e9-s9-00000000.safetensors").mkdir()
    (run / "checkpoints" / "epoch-9.json.damaged-1").symlink_to("epoch-9.json.damaged-1")
    (run / "probes" / ".epoch-2.safetensors.tmp").mkdir()


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(SPARSE_BYTES)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path must be short
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(here)


SPECIAL: dict[str, Damage] = {
    "fifo": _special(os.mkfifo),
    "folder": _special(Path.mkdir),
    "device": _special(lambda path: path.symlink_to("/dev/zero")),
    "sparse": _special(_sparse),
    "socket": _special(_socket),
    "loop": _special(lambda path: path.symlink_to(path.name)),
    "dangling": _special(lambda path: path.symlink_to("/nowhere/at/all")),
    "missing": _remove,
}


def _changed(change: Callable[[bytes], bytes]) -> Damage:
    return lambda path: _written(change(path.read_bytes()))(path)


def _one_bit_flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 16]) + content[middle + 1 :] if content else b"\x10"


CONTENTS: dict[str, Damage] = {
    "empty": _written(b""),
    "half": _changed(lambda content: content[: len(content) // 2]),
    "bitflip": _changed(_one_bit_flipped),
    "zeros": _changed(lambda content: content + bytes(100_000)),
    "noise": _written(bytes(range(256)) * 100),
    "deep": _written(b"[" * 300_000),
    "deeper": _written(b'{"model":' * 100_000),
    "foreign": _written(b"PK\x03\x04\x80\x04\x95pickle"),
    "header": _written((2**63 - 1).to_bytes(8, "little") + b"{}"),
    "longline": _written(b"x" * 3_000_000),
}


def _rewritten(file: Path) -> Iterator[tuple[str, bytes]]:
    """Yield variants of a JSON file with one value replaced: the kind of damage and the content."""
    if file.suffix == ".jsonl":
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        by_type = {line["type"]: line for line in lines}  # one of each
        for line in by_type.values():
            for kind, other in _variants(line):
                yield kind, "".join(f"{other if each is line else json.dumps(each)}\n" for each in lines).encode()
        return
    document = json.loads(file.read_text())
    is_sealed = isinstance(document, dict) and "sha256" in document
    for kind, other in _variants(document["manifest"] if is_sealed else document):
        yield kind, _sealed(other.encode()) if is_sealed else other.encode()


def _sealed(text: bytes) -> bytes:
    return f'{{"sha256": "{hashlib.sha256(text).hexdigest()}", "manifest": '.encode() + text + b"}\n"


def _variants(document: Any) -> Iterator[tuple[str, str]]:
    """Yield the document with each of its values replaced by an invalid one, and with an unknown field."""
    seen: set[tuple[str, ...]] = set()
    for place in _leaves(document):
        general = tuple(str(key) for key in place if not isinstance(key, int))
        if general in seen or place[-1] == "type":
            continue
        seen.add(general)
        if isinstance(_at(document, place), str):
            yield "text", _with(document, place, json.dumps(HOSTILE_TEXT))
        else:
            yield "number", _with(document, place, BAD_NUMBERS[len(seen) % len(BAD_NUMBERS)])
    yield "later", json.dumps({**document, "of_a_later_version": [1]})
    yield "version", json.dumps({**document, "version": 999})


def _leaves(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:1]):
            yield from _leaves(item, (*place, index))
    elif place:
        yield place


def _at(value: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def _with(document: Any, place: tuple[str | int, ...], text: str) -> str:
    """Return the document as JSON with `text`, which may be invalid JSON, in one place."""
    copy = json.loads(json.dumps(document))
    _at(copy, place[:-1])[place[-1]] = "<here>"
    return json.dumps(copy).replace('"<here>"', text)


def _add_what_is_no_run(home: Path) -> None:
    runs = home / "runs"
    os.mkfifo(runs / "a fifo")
    (runs / "a file").write_text("")
    (runs / "loop").symlink_to("loop")
    (runs / "zero").symlink_to("/dev/zero")
    (runs / "up").symlink_to("..")
    (home / "cache").mkdir(exist_ok=True)
    for name in ("runs-index.jsonl",):
        SPECIAL["fifo"](home / "cache" / name)


IMAGE_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def _add_data_folders(home: Path) -> Iterator[Path]:
    for kind, spoil in {**SPECIAL, "noise": CONTENTS["noise"], "empty": CONTENTS["empty"]}.items():
        folder = home / f"images-{kind}"
        folder.mkdir()
        for name in IMAGE_FILES:
            spoil(folder / name)
        yield folder
