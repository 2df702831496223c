"""A report in the format that its file's name asks for."""

from collections.abc import Callable, Mapping
from pathlib import Path

from fmnist_tui.errors import UserError
from fmnist_tui.files import write_whole
from fmnist_tui.reporting.dossier import Dossier
from fmnist_tui.sanitize import ascii_json, quote


def _json(dossier: Dossier) -> str:
    return ascii_json(dossier.report.model_dump_json(indent=1)) + "\n"


def _markdown(dossier: Dossier) -> str:
    from fmnist_tui.reporting.markdown import as_markdown

    return as_markdown(dossier)


def _html(dossier: Dossier) -> str:
    from fmnist_tui.reporting.html import as_html

    return as_html(dossier)


FORMATS: Mapping[str, Callable[[Dossier], str]] = {".json": _json, ".md": _markdown, ".html": _html}


def require_format(file: Path) -> None:
    """Refuses a file whose name asks for no format that there is.

    Raises:
        UserError: It does.
    """
    if file.suffix.lower() not in FORMATS:
        raise UserError(f"{quote(file, 200)} is no kind of report", f"Let its name end in {', '.join(FORMATS)}")


def write_report(file: Path, dossier: Dossier) -> None:
    """Writes the report; what was in the file before is replaced as a whole.

    Raises:
        UserError: The name asks for no format that there is, or the file can't be written.
    """
    require_format(file)
    content = FORMATS[file.suffix.lower()](dossier).encode()
    try:
        write_whole(file, content)
    except OSError as error:
        raise UserError(f"can't write {quote(file, 200)}: {error.strerror or error}") from error
