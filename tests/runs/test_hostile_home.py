"""Every command against a home of damaged and malicious files: no hang, no traceback, nothing raw, nothing lost."""

import json
import re
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hostile_home import BAD_NAMES, HostileHome, build_hostile_home, small_data
from PIL import Image

from fmnist_tui.cli.main import run
from fmnist_tui.runs import catalog

RAW = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]")
"""The characters that no command may print: control characters except newlines, directions, surrogates."""

SECONDS_ALLOWED = 20.0
MEMORY_ALLOWED = 8 * 2**30


class Hangs(BaseException):
    """A command took too long; a BaseException, so that no handler catches it."""


@contextmanager
def bounded() -> Iterator[None]:
    """Ends a command that hangs or fills the memory, even inside a system call."""

    def give_up(_number: int, _frame: object) -> None:
        raise Hangs

    before = signal.signal(signal.SIGUSR1, give_up)
    main = threading.main_thread().ident
    assert main is not None
    alarm = threading.Timer(SECONDS_ALLOWED, signal.pthread_kill, (main, signal.SIGUSR1))
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        signal.signal(signal.SIGUSR1, before)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> HostileHome:
    return build_hostile_home(tmp_path_factory.mktemp("hostile") / "home")


@pytest.fixture
def hostile(built: HostileHome, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileHome]:
    monkeypatch.setenv("FMNIST_TUI_HOME", str(built.home))
    data = small_data()
    for module in ("fmnist_tui.data.dataset", "fmnist_tui.engine.evaluate"):
        monkeypatch.setattr(f"{module}.load_dataset", lambda *_arguments: data)
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_ALLOWED, before[1]))
    yield built
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.fixture
def problems(hostile: HostileHome, capsys: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """Collects problems, so that one failure does not hide the others."""
    found: list[str] = []
    yield found
    assert not found, f"{len(found)}:\n" + "\n".join(found[:40])


def check(arguments: list[str], home: HostileHome, capsys: pytest.CaptureFixture[str], found: list[str]) -> str:
    """Run a command, record the problems of its behavior, and return its output."""
    log = home.home / "fmnist-tui.log"
    log.unlink(missing_ok=True)
    try:
        with bounded():
            run(arguments, open_interface=lambda _data: 0)
    except Hangs:
        found.append(f"{arguments!a}: hangs")
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is a finding
        found.append(f"{arguments!a}: {type(error).__name__} {error!a}"[:300])
    captured = capsys.readouterr()
    printed = captured.out + captured.err
    if "Traceback" in printed or "internal error" in printed or log.exists():
        detail = log.read_text().strip().splitlines()[-1:] if log.exists() else []
        found.append(f"{arguments!a}: internal error: {captured.err[:200]!a} {detail!a}"[:500])
    elif raw := RAW.search(printed):
        found.append(f"{arguments!a}: prints {raw[0]!a} in {printed[max(0, raw.start() - 40) : raw.end() + 20]!a}")
    return captured.out


def test_the_home_has_enough_damaged_runs(hostile: HostileHome) -> None:
    assert len(hostile.damaged) >= 300


def test_every_healthy_run_is_listed(
    hostile: HostileHome, capsys: pytest.CaptureFixture[str], problems: list[str]
) -> None:
    for _ in range(2):  # the second time with an index
        listed = check(["runs"], hostile, capsys, problems)
        data = [json.loads(line) for line in check(["runs", "--json"], hostile, capsys, problems).splitlines()]
        by_run = {each["run"]: each for each in data}
        for name in hostile.healthy:
            assert name in listed
            assert by_run[name]["problem"] == ""
            assert by_run[name]["state"] == "stopped"
        assert len(listed.splitlines()) == len(data) + 2


def test_each_run_is_shown(hostile: HostileHome, capsys: pytest.CaptureFixture[str], problems: list[str]) -> None:
    for name in (*hostile.healthy, *BAD_NAMES, *hostile.damaged[::9]):  # the lists above read all of each
        check(["runs", "--", name], hostile, capsys, problems)


def test_damaged_labels_are_shown_and_changed_or_refused(
    hostile: HostileHome, capsys: pytest.CaptureFixture[str], problems: list[str]
) -> None:
    damaged = [name for name, file in hostile.one_of_each.items() if file == "labels.json"]
    assert len(damaged) > 40
    for name in damaged:
        check(["runs", "--", name], hostile, capsys, problems)
        check(["runs", "tag", name, "+x"], hostile, capsys, problems)


MATTERING = {
    "test": ("", "config.json", "checkpoints/best.json", "checkpoints/weights", "evaluations/test-best"),
    "compare": ("checkpoints/best.json", "evaluations"),
    "classify": ("", "checkpoints/best.json", "checkpoints/weights"),
    "replay": ("", "events.jsonl"),
    "resume": ("", "config.json", "events.jsonl", "lock", "checkpoints", "probes"),
}
"""The files that each command reads or writes; damage to other files must not affect it."""


@pytest.mark.parametrize(
    "command",
    [pytest.param(command, marks=() if command == "resume" else pytest.mark.exhaustive) for command in MATTERING],
)
def test_a_damaged_run_is_used_or_refused(
    command: str,
    hostile: HostileHome,
    capsys: pytest.CaptureFixture[str],
    problems: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = hostile.home / "image.png"
    Image.new("L", (28, 28), 99).save(image)
    monkeypatch.setattr(catalog, "list_runs", lambda: [])  # the test set's uses are counted in another test
    for number, (name, file) in enumerate(hostile.one_of_each.items()):
        if file not in MATTERING[command] and not file.startswith(MATTERING[command][1:]):
            continue
        arguments = {
            "test": ["test", *(["--json"] if number % 3 else []), "--", name],
            "compare": ["compare", "--", hostile.healthy[1], name],
            "classify": ["classify", str(image), f"--run={name}"],
            "replay": ["replay", "--speed=max", *(["--json"] if number % 3 else []), "--", name],
            "resume": ["resume", *(["--json"] if number % 3 else []), "--", name],
        }
        check(arguments[command], hostile, capsys, problems)


def test_images_are_verified_or_refused(
    hostile: HostileHome, capsys: pytest.CaptureFixture[str], problems: list[str]
) -> None:
    for folder in hostile.data_folders:
        check(["data", f"--data={folder}"], hostile, capsys, problems)


@pytest.mark.parametrize("word", ["latest", "bad-", "~nouser", "x" * 300, "a\0b", "\udcff", "../..", "\x1b[31m", "up"])
def test_any_run_argument_gives_at_most_one_line(
    word: str, hostile: HostileHome, capsys: pytest.CaptureFixture[str], problems: list[str]
) -> None:
    for command in ("runs", "test", "resume"):
        check([command, "--", word], hostile, capsys, problems)
