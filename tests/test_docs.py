"""The documents match the program."""

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands import forget_help, main

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(("file", "maker"), [("reference.md", "reference"), ("fmnist-tui.1", "man_page")])
def test_what_is_generated_is_up_to_date(file: str, maker: str) -> None:
    forget_help()
    made = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))[maker]()
    assert (ROOT / "docs" / file).read_text(encoding="utf-8") == made, "run python docs/make_reference.py"


def test_the_page_of_keys_is_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["keys"]()
    assert (ROOT / "docs" / "keys.md").read_text(encoding="utf-8") == made, "run python docs/make_reference.py"


@pytest.mark.parametrize("command", ["pip install . && fmnist-tui", "pip install '.[test]' && pytest"])
def test_the_readme_has_the_two_commands_on_lines_of_their_own(command: str) -> None:
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_recording_of_the_readme_is_one_file_that_needs_no_other(theme: str) -> None:
    assert f"docs/demo-{theme}.svg" in (ROOT / "README.md").read_text(encoding="utf-8")
    recording = (ROOT / "docs" / f"demo-{theme}.svg").read_text(encoding="utf-8")
    assert len(recording) < 1_500_000
    drawing = ElementTree.fromstring(recording)
    links = {value for element in drawing.iter() for name, value in element.attrib.items() if name.endswith("href")}
    assert links
    assert all(link.startswith("#") for link in links)
    assert "url(" not in recording
    assert "@import" not in recording


def test_the_commands_and_options_of_the_guides_exist(capsys: pytest.CaptureFixture[str]) -> None:
    def help_of(*command: str) -> str:
        assert main("help", *command) == 0, command
        return capsys.readouterr().out

    guides = [(ROOT / file).read_text(encoding="utf-8") for file in ("README.md", "docs/runs.md")]
    lines = [line for guide in guides for line in guide.splitlines() if line.startswith("fmnist-tui ")]
    assert len(lines) > 20
    for line in lines:
        _program, command, *words = shlex.split(line)
        text = help_of(command)
        if words and re.search(rf"^  {re.escape(words[0])}  ", text, re.MULTILINE):
            text = help_of(command, words[0])
        for option in filter(lambda word: word.startswith("--"), words):
            assert re.search(rf"^  {option}\b", text, re.MULTILINE), line


def test_the_benchmarks_have_help() -> None:
    command = [sys.executable, "-m", "benchmarks", "--help"]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert "table" in output.stdout
