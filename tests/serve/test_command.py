"""The command `serve`: what it refuses, and how it ends."""

import socket

import pytest
from commands import main

from fmnist_tui.cli.main import run
from fmnist_tui.tui.main import run_app


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_an_address_that_others_can_reach_is_refused(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("serve", "--host", host, "--port", "0") == 2
    assert capsys.readouterr().err == (
        f"fmnist-tui: --host is '{host}', which other machines can reach. Use an SSH tunnel, or add --allow-remote:"
        " the traffic is not encrypted.\n"
    )


def test_a_port_in_use_is_a_one_line_error(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main("serve", "--port", str(port)) == 1
    assert capsys.readouterr().err == (
        f"fmnist-tui: can't listen on 127.0.0.1 port {port}: Address already in use. Choose another with --port; 0"
        " takes any free one.\n"
    )


def test_an_address_of_no_interface_is_a_one_line_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("serve", "--host", "192.0.2.1", "--allow-remote", "--port", "0") == 1
    assert "can't listen on 192.0.2.1 port 0: Cannot assign requested address" in capsys.readouterr().err


def test_an_impossible_port_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("serve", "--port", "65536") == 2
    assert "--port is 65536. Use a number from 0 to 65535." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "problem"), [("--theme", "--theme is 'no-such', but must be one of"), ("--dataset", "'no-such'")]
)
def test_options_that_no_interface_accepts_are_refused_before_it_listens_to_anyone(
    option: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--port", "0", option, "no-such"], open_interface=run_app) == 1
    captured = capsys.readouterr()
    assert problem in captured.err
    assert (captured.out, captured.err.count("\n")) == ("", 1)


def test_without_its_package_the_command_names_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fmnist_tui.optional_packages.find_spec", lambda _name: None)
    assert main("serve") == 1
    assert "Run `pip install 'textual-serve>=1.1.3'`." in capsys.readouterr().err
