"""A report in the format that the name of its file requests."""

import errno
import os
from pathlib import Path

from fmnist_tui.atomic_files import write_whole
from fmnist_tui.errors import UserError
from fmnist_tui.reporting.context import ReportContext
from fmnist_tui.sanitize import ascii_json, quote

FORMATS = (".json", ".md", ".html")


def require_format(file: Path) -> None:
    """Raise `UserError` if there is no format for the name of the file."""
    if file.suffix.lower() not in FORMATS:
        raise UserError(f"{quote(file, 200)} is not a report file", f"Use a name that ends in {', '.join(FORMATS)}")


def require_writable(file: Path) -> None:
    """Raise `UserError` if a report can't be written to the file, which is checked before the evaluation."""
    probe = file.with_name(f".{file.name}.{os.getpid()}.tmp")  # the temporary file that is written first
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise _unwritable(file, error) from error


def _unwritable(file: Path, error: OSError) -> UserError:
    return UserError(
        f"can't write {quote(file, 200)}: {error.strerror or error}",
        "Name a file in an existing folder that you may write to",
    )


def write_report(file: Path, context: ReportContext) -> None:
    """Write the report, replacing what was in the file.

    Raises:
        UserError: There is no format for the name, or the file can't be written.
    """
    require_format(file)
    if file.suffix.lower() == ".json":
        content = ascii_json(context.report.model_dump_json(indent=1)) + "\n"
    else:
        from fmnist_tui.reporting.render import as_html, as_markdown

        content = as_html(context) if file.suffix.lower() == ".html" else as_markdown(context)
    try:
        write_whole(file, content.encode())
    except OSError as error:
        raise _unwritable(file, error) from error
