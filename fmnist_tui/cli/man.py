"""`fmnist-tui man`: the manual page, made from the help of all commands."""

from typing import TYPE_CHECKING, Any

from cyclopts import App
from rich.console import Console, ConsoleOptions

from fmnist_tui import __version__
from fmnist_tui.cli.command_table import COMMANDS, PROGRAM
from fmnist_tui.cli.commands import parser
from fmnist_tui.cli.exit_codes import EXIT_CODES
from fmnist_tui.cli.help_page import notes_of, plain_text
from fmnist_tui.cli.json_output import JSON_OUTPUTS

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel

ENVIRONMENT = {
    "FMNIST_TUI_HOME": "The folder for runs, the cache and preferences; by default the user's data folder.",
    "FMNIST_TUI_DATA": "The folder with the dataset's files, if --data names none.",
    "FMNIST_TUI_STORAGE": "The database with the sweeps, if --storage names none; by default, files on this machine.",
    "FMNIST_TUI_ASCII": "1 to draw the interface in ASCII, 0 in Unicode; by default, the terminal decides.",
    "FMNIST_TUI_PROGRESS": "1 to show a run's progress in the task bar, 0 not to; by default, the terminal decides.",
    "TEXTUAL_THEME": "The theme of the interface, unless --theme names one.",
    "NO_COLOR": "If it is set, nothing is colored.",
    "SHELL": "The shell for which completion is installed.",
}

FILES = {
    "runs/NAME/config.json": "The hyperparameters of a run.",
    "runs/NAME/events.jsonl": "What happened in it, one event a line.",
    "runs/NAME/checkpoints/": "Its checkpoints: safetensors and JSON.",
    "runs/NAME/evaluations/": "Reports of evaluations and their predictions.",
    "sweeps/NAME.db": "A sweep: Optuna's tables in SQLite.",
}

ESCAPES = {"\\": "\\e", "-": "\\-", '"': "\\(dq", "'": "\\(aq", "`": "\\(ga"}
"""How roff writes characters that it would read as commands, or print as others."""


def man() -> int:
    """Print the manual page in the format of man.

    It is installed with the program: `man fmnist-tui` shows it in an environment where the program is on the PATH.
    """
    print(man_page(), end="")
    return 0


def man_page() -> str:
    """Return the page in roff, with the macros of man."""
    page = _Page()
    app = parser(lambda _options: 0, COMMANDS)
    app.help_formatter = page
    page.macro("TH", PROGRAM.upper(), "1", "", f"{PROGRAM} {__version__}", "User Commands")
    page.macro("SH", "NAME")
    page.text(f"{PROGRAM} - train image classifiers in the terminal")
    page.macro("SH", "SYNOPSIS")
    page.macro("B", PROGRAM)
    page.text("[COMMAND] [OPTIONS]")
    page.macro("SH", "DESCRIPTION")
    listing = parser(lambda _options: 0, ())
    listing.help_formatter = page
    listing.help_print([])
    for name, command in COMMANDS.items():
        page.macro("SH", name.upper())
        commands = _nested(app, name)
        app.help_print([name])
        for nested in commands:
            page.macro("SS", f"{name} {nested}")
            app.help_print([name, nested])
        page.macro("PP")
        page.text("Examples:")
        for purpose, arguments in command.examples.items():
            page.macro("PP")
            page.text(f"{purpose}:")
            page.example(f"{PROGRAM} {arguments}")
    page.section("EXIT STATUS", {str(code): meaning for code, meaning in EXIT_CODES.items()})
    page.section("ENVIRONMENT", ENVIRONMENT)
    page.section("FILES", FILES)
    page.macro("SH", "JSON OUTPUT")
    page.text("With --json, nothing but JSON is printed on standard output. Shares are from 0 to 1, times in seconds.")
    for name, output in JSON_OUTPUTS.items():
        page.macro("SS", name)
        page.text(f"One line for each {output.one}." if output.one else "One object.")
        page.terms(output.keys)
    return page.roff()


def _nested(app: App, name: str) -> list[str]:
    """Return the names of a command's own commands, after importing them: their lines in its list are in them.

    The help of each is its docstring, also where a list of commands shows a summary that needs no import.
    """
    nested = [word for word in app[name] if not word.startswith("-")]
    for word in nested:
        app[name][word].help = None
    return nested


class _Page:
    """Collects the lines of the page; the parser gives it the help of each command."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def roff(self) -> str:
        """Return the page."""
        return "\n".join(self._lines) + "\n"

    def macro(self, name: str, *arguments: str) -> None:
        """Add a macro with arguments in quotes."""
        quoted = (f'"{_escaped(argument)}"' for argument in arguments)
        self._lines.append(" ".join((f".{name}", *quoted)))

    def text(self, text: str) -> None:
        """Add a paragraph's text."""
        line = _escaped(" ".join(text.split()))
        self._lines.append(f"\\&{line}" if line.startswith((".", "'")) else line)

    def terms(self, terms: dict[str, str]) -> None:
        """Add a list of terms with their descriptions."""
        for term, description in terms.items():
            self.macro("TP")
            self.macro("B", term)
            self.text(description)

    def section(self, title: str, terms: dict[str, str]) -> None:
        """Add a section with a list of terms."""
        self.macro("SH", title)
        self.terms(terms)

    def example(self, line: str) -> None:
        """Add a command line, indented and unfilled."""
        for macro in ("RS", "EX"):
            self.macro(macro)
        self._lines.append(_escaped(f"$ {line}"))
        for macro in ("EE", "RE"):
            self.macro(macro)

    def render_usage(self, console: Console, _options: ConsoleOptions, usage: Any) -> None:
        """Add how a command is used; that of the whole program is the synopsis."""
        line = str(usage).strip().removeprefix("Usage:").strip()
        if not line.startswith(f"{PROGRAM} [COMMAND]"):
            self.macro("B", line)
            self.macro("PP")

    def render_description(self, console: Console, _options: ConsoleOptions, description: Any) -> None:
        """Add what a command does."""
        for position, paragraph in enumerate(plain_text(description).split("\n\n")):
            if position:
                self.macro("PP")
            self.text(paragraph)

    def __call__(self, console: Console, options: ConsoleOptions, panel: "HelpPanel") -> None:
        """Add the arguments and options, or the commands, of one group."""
        if panel.entries:
            self.macro("PP")
            self.text(f"{panel.title}:")
        for entry in panel.entries:
            self._add_entry(entry)

    def _add_entry(self, entry: "HelpEntry") -> None:
        self.macro("TP")
        if entry.positional_label:
            self.macro("B", entry.positional_label)
        else:
            names = ", ".join(f"\\fB{_escaped(name)}\\fR" for name in entry.all_options)
            value = f" \\fI{_escaped(entry.metavar)}\\fR" if entry.metavar else ""
            self._lines.append(names + value)
        notes = notes_of(entry)
        self.text(plain_text(entry.description) + (f" [{notes}]" if notes else ""))


def _escaped(text: str) -> str:
    """Return text that roff shows as it is: hyphens that can be copied, quotes and other characters by their code."""
    return "".join(ESCAPES.get(char, char if char.isascii() else f"\\[u{ord(char):04X}]") for char in text)
