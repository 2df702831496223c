"""The look of help: headings, options in one column and their descriptions in another, examples at the end."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.text import Text

from fmnist_tui.cli.exit_codes import EXIT_CODES
from fmnist_tui.cli.output import console

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel

HEADING, NAME, NOTE = "bold", "cyan", "dim"

INDENT, NAME_WIDTH, GAP, MAX_LINE = 2, 25, 2, 100
"""Columns before a name, of a name with the gap after it, of that gap at least, and of the longest line."""


class HelpPage:
    """Formats a command's help for the parser."""

    def render_usage(self, console: Console, _options: ConsoleOptions, usage: Any) -> None:
        """Print the line that shows how the command is used."""
        console.print(Text.assemble(("Usage: ", HEADING), str(usage).strip()), soft_wrap=True)

    def render_description(self, console: Console, _options: ConsoleOptions, description: Any) -> None:
        """Print what the command does."""
        for paragraph in plain_text(description).split("\n\n"):
            console.print()
            _print_lines(console, Text(" ".join(paragraph.split())), 0)

    def __call__(self, console: Console, options: ConsoleOptions, panel: "HelpPanel") -> None:
        """Print a group of commands, or of arguments and options."""
        rows = [(_names(entry), _description(entry)) for entry in panel.entries]
        if panel.format == "command":
            width = max((cell_len(names.plain) for names, _description in rows), default=0) + GAP
            print_section(console, str(panel.title), rows, width)
            return
        arguments = sum(bool(entry.positional_label) for entry in panel.entries)  # they come first
        print_section(console, "Arguments", rows[:arguments])
        print_section(console, str(panel.title), rows[arguments:])


def print_section(terminal: Console, title: str, rows: Sequence[tuple[Text, Text]], width: int = NAME_WIDTH) -> None:
    """Print a heading and its rows, each of a name and a description; nothing if there are no rows."""
    if rows:
        terminal.print()
        terminal.print(Text(f"{title}:", HEADING))
    for name, description in rows:
        room = width - cell_len(name.plain)
        if room < GAP:  # a name that is too long gets a line of its own
            terminal.print(Text.assemble(" " * INDENT, name), soft_wrap=True)
            _print_lines(terminal, description, INDENT + width)
        else:
            _print_lines(terminal, description, INDENT + width, Text.assemble(" " * INDENT, name, " " * room))


def print_examples(program: str, examples: Mapping[str, str]) -> None:
    """Print the examples at the end of a command's help."""
    terminal = console()
    terminal.print()
    terminal.print(Text("Examples:", HEADING))
    for purpose, arguments in examples.items():
        terminal.print(Text(f"  {purpose}:"), soft_wrap=True)
        terminal.print(Text.assemble("    $ ", (f"{program} {arguments}", NAME)), soft_wrap=True)


def print_exit_codes() -> None:
    """Print the exit codes at the end of the program's help."""
    rows = [(Text(str(code), NAME), Text(meaning)) for code, meaning in EXIT_CODES.items()]
    print_section(console(), "Exit codes", rows, width=len("130") + GAP)


def _print_lines(terminal: Console, text: Text, indent: int, beginning: Text | None = None) -> None:
    """Print a text in lines that begin at a column; the first may have something before it."""
    for line in text.wrap(terminal, min(terminal.width, MAX_LINE) - indent):
        line.rstrip()
        terminal.print(Text.assemble(beginning or " " * indent, line), soft_wrap=True)
        beginning = None


def _names(entry: "HelpEntry") -> Text:
    """Return an argument's name, an option with the kind of its value, or a command."""
    if entry.positional_label:  # that it may be given as an option, too, helps nobody
        return Text(entry.positional_label, NAME)
    value = f" {entry.metavar}" if entry.metavar else ""
    return Text.assemble((", ".join(entry.all_options), NAME), value)


def _description(entry: "HelpEntry") -> Text:
    text, notes = Text(plain_text(entry.description)), notes_of(entry)
    return text.append(f" [{notes}]", NOTE) if notes else text


def notes_of(entry: "HelpEntry") -> str:
    """Return the choices and the default of an argument, and whether it is required; empty if there are none."""
    notes = []
    if entry.choices:
        notes.append(f"one of {', '.join(entry.choices)}")
    if entry.default is not None and entry.default != "False":  # that an option is off if it is not given is clear
        notes.append(f"default {'on' if entry.default == 'True' else entry.default}")
    if entry.required:
        notes.append("required")
    return "; ".join(notes)


def plain_text(description: Any) -> str:
    """Return the text that the parser has wrapped in a renderable."""
    return str(getattr(description, "primary_renderable", description) or "").strip()
