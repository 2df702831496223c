"""The registry of export formats: those in this folder, and those of installed packages.

To add one, add a file with a subclass of `HistoryFormat` or `NetworkFormat`, and FORMATS, a tuple of its instances.
A package of your own names that file as an entry point of the group "fmnist_tui.exporting.formats".
"""

import sys
from functools import cache

from fmnist_tui.errors import UserError
from fmnist_tui.exporting.format import ExportFormat
from fmnist_tui.registry import load_modules
from fmnist_tui.sanitize import quote


@cache
def export_formats() -> dict[str, ExportFormat]:
    """Return every format by its name."""
    formats: list[ExportFormat] = [each for module in load_modules(sys.modules[__name__]) for each in module.FORMATS]
    return {each.name: each for each in sorted(formats, key=lambda each: each.name)}


def export_format_named(name: str) -> ExportFormat:
    """Return the format of a name.

    Raises:
        UserError: There is none.
    """
    formats = export_formats()
    if name not in formats:
        raise UserError(f"format is {quote(name)}, but must be one of {', '.join(formats)}")
    return formats[name]
