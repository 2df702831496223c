"""Where studies are stored: an SQLite file for each sweep in the program's home, or a database server that a URL names.

Both are Optuna's `RDBStorage`, because only that has heartbeats. A URL may have a password, which is never shown: every
text about a storage is made by `Location`.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, unquote

from fmnist_tui.errors import UserError
from fmnist_tui.optional_packages import SWEEP, require_packages
from fmnist_tui.paths import home_folder, require_home
from fmnist_tui.sanitize import one_line, quote

if TYPE_CHECKING:
    from optuna.storages import RDBStorage

logger = logging.getLogger(__name__)

STORAGE_VARIABLE = "FMNIST_TUI_STORAGE"
"""Names the database; unlike an option, no list of processes shows it."""

LOCK_TIMEOUT_SECONDS = 60
"""How long a process waits for the lock of an SQLite file."""

HEARTBEATS_PER_TAKEOVER = 4
"""How many heartbeats must be missed before a worker is considered dead."""

SECRET = "***"

DRIVERS = {"postgresql": ("psycopg", "psycopg[binary]>=3.1"), "mysql": ("pymysql", "pymysql>=1.1")}
"""The module that connects to a kind of database, and what `pip install` calls it; a URL may name another one."""


def heartbeat_seconds(takeover_seconds: int) -> int:
    """Return the time between two heartbeats, in whole seconds as Optuna takes it."""
    return max(1, takeover_seconds // HEARTBEATS_PER_TAKEOVER)


def sweeps_folder() -> Path:
    """Return the folder with a file for each sweep of this machine."""
    return home_folder() / "sweeps"


@dataclass(frozen=True)
class Location:
    """Where studies are stored.

    Args:
        url: SQLAlchemy's URL of a database; empty for the files in the program's home.
    """

    url: str = ""

    def __repr__(self) -> str:
        return f"Location({self.title!r})"  # a traceback shows no password either

    @classmethod
    def of(cls, url: str | None) -> Location:
        """Return the location that a URL, or else the environment names.

        Raises:
            UserError: It is no URL of a database.
        """
        given = (os.environ.get(STORAGE_VARIABLE, "") if url is None else url).strip()
        if given:
            require_packages(SWEEP)
            _parsed(given)
        return cls(given)

    @property
    def is_local(self) -> bool:
        """Whether each sweep is a file in the program's home."""
        return not self.url

    @property
    def has_password(self) -> bool:
        """Whether the URL has a password in it."""
        return bool(_secrets(self.url)[1:])

    @property
    def title(self) -> str:
        """The location in words, without password and options."""
        if self.is_local:
            return one_line(sweeps_folder())
        from sqlalchemy.engine import URL

        url = _parsed(self.url)
        return one_line(URL.create(url.drivername, url.username, None, url.host, url.port, url.database))

    def masked(self, text: object) -> str:
        """Return a text on one line, such as a driver's error, without anything in it that is secret."""
        line = one_line(text)
        for secret in _secrets(self.url):
            line = line.replace(secret, SECRET)
        return line

    def file(self, name: str) -> Path:
        """Return the file of a local sweep."""
        return sweeps_folder() / f"{name}.db"

    def names(self) -> list[str]:
        """Return the names of the local sweeps.

        Raises:
            UserError: The folder can't be read.
        """
        try:
            return sorted(file.stem for file in sweeps_folder().glob("*.db"))
        except OSError as error:
            problem = f"can't list the sweeps in {quote(sweeps_folder(), 200)}: {error.strerror or error}"
            raise UserError(problem) from error

    @contextmanager
    def errors(self, what: str) -> Iterator[None]:
        """Within this, what the database refuses is raised as a `UserError` without secrets.

        Args:
            what: What can't be done then, such as "can't read sweep 'a'".
        """
        from optuna.exceptions import StorageInternalError
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (StorageInternalError, SQLAlchemyError, ImportError, sqlite3.Error, RuntimeError) as error:
            # `from None`: the driver's own error may show the password in a traceback
            raise UserError(f"{what} in {self.title}: {self.masked(_reason(error))}", self._fix()) from None

    def open(self, name: str, takeover_seconds: int | None = None, *, create: bool = False) -> RDBStorage:
        """Return the storage with the study of a sweep.

        Args:
            name: The name of the sweep.
            takeover_seconds: After which silence a worker is considered dead; None if this process trains no trials.
            create: Whether to make what does not exist.

        Raises:
            UserError: It does not exist or can't be opened.
        """
        require_packages(SWEEP)
        if self.is_local:
            url = f"sqlite:///{self._local_file(name, create=create)}"
            return self._open(url, name, takeover_seconds, makes_tables=create)
        return self._open(_with_driver(self.url), name, takeover_seconds, makes_tables=True)

    def _local_file(self, name: str, *, create: bool) -> Path:
        file = self.file(name)
        if create:
            require_home()
            try:
                sweeps_folder().mkdir(exist_ok=True)
            except OSError as error:
                problem = f"can't make {quote(sweeps_folder(), 200)}: {error.strerror or error}"
                raise UserError(problem, "Free some space, or set FMNIST_TUI_HOME to another folder") from error
        elif file.is_symlink() or not file.is_file():
            raise UserError(f"there is no sweep {quote(name)} in {quote(sweeps_folder(), 200)}", self._fix())
        return file

    def _open(self, url: str, name: str, takeover_seconds: int | None, *, makes_tables: bool) -> RDBStorage:
        import optuna
        from sqlalchemy import event

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        backend = _parsed(url).get_backend_name()
        # A worker keeps one connection, and opens another while training and heartbeat need one at the same moment: by
        # default a server of PostgreSQL accepts 100.
        options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 1, "max_overflow": 1}
        if backend == "sqlite":
            options = {"connect_args": {"timeout": LOCK_TIMEOUT_SECONDS}}
        interval = None if takeover_seconds is None else heartbeat_seconds(takeover_seconds)
        what = f"can't open sweep {quote(name)}" if name else "can't list the sweeps"
        with self.errors(what), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # heartbeats are called experimental
            storage = optuna.storages.RDBStorage(
                url,
                engine_kwargs=options,
                heartbeat_interval=interval,
                grace_period=takeover_seconds,
                skip_table_creation=not makes_tables,
            )
        if backend == "sqlite":
            # SQLite has no `SELECT … FOR UPDATE`, by which Optuna makes its changes atomic. With the lock taken at the
            # beginning of each transaction, they are, and none fails because it has to wait for another one.
            event.listen(storage.engine, "connect", _leave_transactions_to_sqlalchemy)
            event.listen(storage.engine, "begin", _begin_immediate)
        elif backend == "postgresql":
            event.listen(storage.engine, "connect", _end_transactions_of_sleepers)
        storage.engine.dispose()  # the connection that was opened before these rules
        return storage

    def _fix(self) -> str:
        if self.is_local:
            return "`fmnist-tui sweep list` lists all"
        return f"Check the URL in --storage or {STORAGE_VARIABLE}, and that the database runs"


def _leave_transactions_to_sqlalchemy(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _end_transactions_of_sleepers(connection: Any, _record: Any) -> None:
    """Let the server end the session of a worker that is suspended within a transaction, and so would block others."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION idle_in_transaction_session_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
    connection.commit()


def _parsed(url: str) -> Any:
    """Return SQLAlchemy's parsed URL.

    Raises:
        UserError: It is no URL of a database that many processes can write to; the message shows none of it.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    example = "Use postgresql://USER@HOST/DATABASE, with the password in ~/.pgpass"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise UserError("the storage is no URL of a database", example) from None
    if parsed.get_backend_name() not in (*DRIVERS, "mariadb", "sqlite"):
        raise UserError("the storage is neither PostgreSQL nor MySQL nor SQLite", example)
    return parsed


def _with_driver(url: str) -> str:
    """Return a URL that names the driver that is installed, unless it names one itself.

    Raises:
        UserError: None is installed.
    """
    parsed = _parsed(url)
    backend = {"mariadb": "mysql"}.get(parsed.get_backend_name(), parsed.get_backend_name())
    if backend in DRIVERS and "+" not in parsed.drivername:
        module, package = DRIVERS[backend]
        if find_spec(module) is None:
            raise UserError(f"the package for {parsed.drivername} is not installed", f"Run `pip install '{package}'`")
        parsed = parsed.set(drivername=f"{parsed.drivername}+{module}")
    return str(parsed.render_as_string(hide_password=False))


def _secrets(url: str) -> list[str]:
    """Return what must not be shown of a URL, the longest first, encoded and not."""
    if not url:
        return []
    parsed = _parsed(url)
    values = [parsed.password or "", *(value for key, value in parsed.query.items() if "pass" in key.lower())]
    secrets = {str(value) for value in values if value}
    secrets |= {quote_plus(secret) for secret in secrets} | {unquote(secret) for secret in secrets} | {url}
    return sorted(secrets, key=len, reverse=True)


def _reason(error: BaseException) -> str:
    """Return the driver's own words, which SQLAlchemy and Optuna wrap."""
    cause = error.__cause__ if error.__cause__ is not None and "commit" in str(error) else error
    original = getattr(cause, "orig", None) or cause
    return str(original).strip().splitlines()[0] if str(original).strip() else type(original).__name__
