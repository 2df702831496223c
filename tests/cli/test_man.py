"""The manual page: complete, and without warnings of the programs that show it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from commands import main

from fmnist_tui.cli.command_table import COMMANDS
from fmnist_tui.cli.exit_codes import EXIT_CODES
from fmnist_tui.cli.json_output import JSON_OUTPUTS
from fmnist_tui.cli.man import man_page


def test_the_page_has_every_command_option_exit_code_and_json_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("man") == 0
    page = capsys.readouterr().out
    assert page == man_page()
    text = re.sub(r"\\f[BIR]", "", page).replace("\\-", "-")
    for name in COMMANDS:
        assert f'.SH "{name.upper()}"' in text
    assert "--learning-rate FLOAT" in text
    assert '.SS "data fetch"' in text
    for word in (
        *map(str, EXIT_CODES),
        *(key for output in JSON_OUTPUTS.values() for key in output.keys if key != "…"),
    ):
        assert f'.B "{word}"' in text


def test_the_page_shows_the_defaults_of_the_default_preset_whatever_help_was_shown_before(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = man_page()
    assert main("train", "--model", "mlp", "--preset", "accurate", "--help") == 0
    assert man_page() == before
    capsys.readouterr()


LINTERS = [["groff", "-man", "-Tutf8", "-ww", "-b"], ["mandoc", "-Tlint", "-W", "error"]]


@pytest.mark.parametrize("linter", LINTERS, ids=lambda words: words[0])
def test_the_page_has_no_warnings(linter: list[str], tmp_path: Path) -> None:
    if shutil.which(linter[0]) is None:
        pytest.skip(f"{linter[0]} is not installed")
    file = tmp_path / "fmnist-tui.1"
    file.write_text(man_page(), encoding="utf-8")
    done = subprocess.run([*linter, str(file)], capture_output=True, text=True, check=False, timeout=60)
    complaints = done.stderr + (done.stdout if linter[0] == "mandoc" else "")
    assert complaints == ""
    if linter[0] == "groff":
        assert "Evaluate a checkpoint" in done.stdout


def test_quotes_and_backslashes_are_shown_as_they_are() -> None:
    from fmnist_tui.cli.man import _Page

    page = _Page()
    page.text('.\'a\\b` "c" - ×')
    assert page.roff() == "\\&.\\(aqa\\eb\\(ga \\(dqc\\(dq \\- \\[u00D7]\n"
