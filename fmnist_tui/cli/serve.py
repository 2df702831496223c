"""`fmnist-tui serve`: the interface in a browser."""

import asyncio
import ipaddress
import os
import socket
import sys
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.arguments import FormData, FormDataset, Theme
from fmnist_tui.cli.exit_codes import DONE
from fmnist_tui.cli.output import console, plain
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.errors import UserError
from fmnist_tui.interface_options import InterfaceOptions
from fmnist_tui.optional_packages import SERVE, require_packages
from fmnist_tui.sanitize import quote

MAX_PORT = 65_535


def serve(
    *,
    data: FormData = None,
    dataset: FormDataset = None,
    theme: Theme = None,
    port: Annotated[int, Parameter(help="The port; 0 takes any free one.", metavar="PORT")] = 8000,
    host: Annotated[str, Parameter(help="The address to listen on.", metavar="ADDRESS")] = "127.0.0.1",
    allow_remote: Annotated[
        bool, Parameter(help="Accept a --host that other machines can reach. Nothing is encrypted.", negative="")
    ] = False,
) -> InterfaceOptions:
    """Open the interface in a browser.

    Print a URL with a secret token; open it in a browser on this machine. Anyone with the URL controls the program.
    Each tab has an interface of its own; closing it stops its run and saves it. Ctrl-C ends all of them.

    From another machine, use an SSH tunnel: `ssh -L 8000:127.0.0.1:8000 HOST`.
    """
    require_packages(SERVE)
    if not 0 <= port <= MAX_PORT:
        raise UsageError(f"--port is {port}", f"Use a number from 0 to {MAX_PORT}")
    is_remote = not _is_loopback(host)
    if is_remote and not allow_remote:
        raise UsageError(
            f"--host is {quote(host)}, which other machines can reach",
            "Use an SSH tunnel, or add --allow-remote: the traffic is not encrypted",
        )
    from fmnist_tui.serve.access import Access
    from fmnist_tui.serve.server import serve as serve_until_stopped

    listener = _listen(host, port)
    access = Access(listener.getsockname()[1], is_remote)
    url = f"http://{_shown(host)}:{access.port}/?token={access.token}"

    def on_ready() -> None:
        if is_remote:
            print_stderr("warning: the traffic is not encrypted; anyone who sees the URL controls this program")
        console().print(plain(f"Open {url}"), soft_wrap=True)
        console().print(plain("Ctrl-C ends it and saves the runs."))
        sys.stdout.flush()

    given = {"--data": data, "--dataset": dataset, "--theme": theme}
    options = [f"{option}={value}" for option, value in given.items() if value is not None]
    interface = (sys.executable, "-m", "fmnist_tui", *options)

    def serve_interfaces() -> int:
        asyncio.run(serve_until_stopped(listener, interface, access, on_ready))
        return DONE

    # The server starts when these options are found to be valid, which only the interface knows.
    return InterfaceOptions(data, dataset, theme, serve=serve_interfaces)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that accepts connections, so that an error comes before anything is printed."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        remedy = "Choose another with --port; 0 takes any free one" if host in ("127.0.0.1", "localhost") else ""
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise UserError(f"can't listen on {host} port {port}: {reason}", remedy) from error


def _shown(host: str) -> str:
    """Return the host as part of a URL."""
    if host in ("0.0.0.0", "::"):
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host
