"""A real PostgreSQL server for tests."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "s3cret%20@/" + secrets.token_hex(4)
"""A password that a URL must encode."""

NETWORK = "10.97.0.0/16"
"""From where the tests' network namespaces connect."""


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: Its port, on all addresses.
    """

    port: int

    def url(self, host: str = "127.0.0.1", password: str = PASSWORD) -> str:
        """Return the URL of its database."""
        from sqlalchemy.engine import URL

        url = URL.create("postgresql", "sweeper", password, host, self.port, "postgres")
        return str(url.render_as_string(hide_password=False))


def needs(found: object, what: str) -> None:
    """Skip a test without a program; fail it under CI."""
    if not found:
        if os.environ.get("CI"):
            pytest.fail(f"CI must run this test: {what} is missing")
        pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Start a server that stores its data in a temporary folder."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(installed[-1]) if installed else None)
    needs(initdb, "PostgreSQL")
    programs = Path(str(initdb)).parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    account: dict[str, str] = {}
    if os.getuid() == 0:  # the server refuses to run as root
        name = next(name for name in ("postgres", "nobody") if name in {one.pw_name for one in pwd.getpwall()})
        shutil.chown(folder, name)
        account = {"user": name}

    def call(*arguments: str) -> None:
        subprocess.run(arguments, cwd=folder, check=True, capture_output=True, timeout=60, **account)  # type: ignore[call-overload]

    data, password_file = folder / "data", folder / "password"
    password_file.write_text(PASSWORD)
    password_file.chmod(0o644)
    try:
        auth = ("--auth=scram-sha-256", f"--pwfile={password_file}", "--username=sweeper")
        call(str(programs / "initdb"), "-D", str(data), "--no-sync", "--locale=C", "--encoding=UTF8", *auth)
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {NETWORK} scram-sha-256\n")
        options = f"-p {port} -c listen_addresses=* -c fsync=off -c unix_socket_directories={folder}"
        call(str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield Server(port)
        call(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
