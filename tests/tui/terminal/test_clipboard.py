"""Copying with a program of this machine."""

import sys
from pathlib import Path

import pytest

from fmnist_tui.tui.terminal.clipboard import copy_command, copy_with


@pytest.mark.parametrize(
    ("environment", "platform", "programs", "command"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", ["wl-copy", "xclip"], "wl-copy"),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "linux", ["xclip"], "xclip"),
        ({"DISPLAY": ":0"}, "linux", ["wl-copy", "xsel"], "xsel"),
        ({}, "linux", ["wl-copy", "xclip"], None),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", ["clip.exe"], "clip.exe"),
        ({}, "darwin", ["pbcopy"], "pbcopy"),
        ({"SSH_CONNECTION": "1 2 3 4"}, "darwin", ["pbcopy"], None),
    ],
)
def test_the_program_is_the_one_of_the_display(
    environment: dict[str, str], platform: str, programs: list[str], command: str | None
) -> None:
    found = copy_command(environment, platform, lambda name: name if name in programs else None)
    assert (found and found[0]) == command


def test_the_program_gets_the_text(tmp_path: Path) -> None:
    file = tmp_path / "copied"
    script = f"import sys; open({str(file)!r}, 'wb').write(sys.stdin.buffer.read())"
    copy_with([sys.executable, "-c", script], "Größe \udcff")
    assert file.read_bytes() == "Größe ?".encode()


@pytest.mark.parametrize("command", [["/no/such/program"], ["false"]])
def test_a_program_that_fails_is_logged(command: list[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING", logger="fmnist_tui.tui.terminal.clipboard"):
        copy_with(command, "text")
    assert "could not copy" in caplog.text
