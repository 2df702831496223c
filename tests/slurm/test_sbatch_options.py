"""The options of sbatch as a user types them, and as a script has them."""

import pytest

from fmnist_tui.errors import UserError
from fmnist_tui.slurm.options import directive, names_an_array, parse_options


def test_options_keep_their_order_and_their_values() -> None:
    text = "--partition=gpu -p gpu --time 1:00:00 --exclusive --comment='two words' --nice -5"
    assert parse_options(text) == (
        ("--partition=gpu",),
        ("-p", "gpu"),
        ("--time", "1:00:00"),
        ("--exclusive",),
        ("--comment=two words",),
        ("--nice",),
        ("-5",),
    )
    assert parse_options("") == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("--time='1:00", "a quote without its end"),
        ("gpu", "'gpu' in the SLURM options is neither"),
        ("--time=1:00 other.sh", "'other.sh' in the SLURM options is neither"),
        ("-p gpu : -p cpu", "':' in the SLURM options is neither"),
        ("-- rm", "'--' in the SLURM options is neither"),
        ("--comment='a\n#SBATCH --uid=0'", "can't be printed"),
        ("--comment=a\x1b[31m", "can't be printed"),
        ("--comment=a\udc80", "can't be printed"),
    ],
)
def test_what_is_no_option_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UserError) as found:
        parse_options(text)
    assert problem in found.value.problem
    assert found.value.line().isprintable()


def test_a_value_can_not_end_its_line_or_begin_a_comment() -> None:
    assert directive(["--time", "1:00:00"]) == "#SBATCH --time 1:00:00"
    assert directive(["--comment=a # b"]) == '#SBATCH "--comment=a # b"'
    assert directive(['--comment="\\ü']) == '#SBATCH "--comment=\\"\\\\ü"'


def test_an_array_is_recognized_however_it_is_written() -> None:
    for text in ("--array=1-8", "--array 1-8", "-a 1-8", "-a1-8", "--arr=2"):
        assert names_an_array(parse_options(text))
    assert not names_an_array(parse_options("--account=a --partition=array"))
