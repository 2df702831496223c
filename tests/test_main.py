"""What happens before the interface's libraries are imported, and at the end of the process."""

import subprocess
import sys

import pytest

from fmnist_tui.__main__ import spare_the_connection

SSH = {"SSH_CONNECTION": "192.0.2.1 40000 192.0.2.2 22"}


@pytest.mark.parametrize(
    ("environment", "fps", "animations"),
    [
        ({}, None, None),
        (SSH, "10", "none"),
        (SSH | {"TEXTUAL_FPS": "30"}, "30", "none"),
        (SSH | {"TEXTUAL_ANIMATIONS": "full"}, "10", "full"),
    ],
)
def test_few_frames_are_drawn_over_ssh_unless_the_user_chose(
    environment: dict[str, str], fps: str | None, animations: str | None
) -> None:
    changed = dict(environment)
    spare_the_connection(changed)
    assert (changed.get("TEXTUAL_FPS"), changed.get("TEXTUAL_ANIMATIONS")) == (fps, animations)


def test_a_process_ends_with_its_code_after_its_exit_functions_and_frees_nothing() -> None:
    program = (
        "import atexit, sys, fmnist_tui.__main__ as program\n"
        "class Large:\n"
        "    def __del__(self): print('freed', flush=True)\n"
        "large = Large()\n"
        "begin = program.run_process\n"
        "def run(*arguments):\n"
        "    atexit.register(print, 'exit function')\n"
        "    return begin(*arguments)\n"
        "program.run_process = run\n"
        "program.main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "runs", "show", "no-such-run"], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "there are no runs" in ended.stderr
    assert ended.stdout == "exit function\n"
