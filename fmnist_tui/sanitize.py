"""Foreign text made safe to show: nothing in it can control a terminal, break a line or act as markup.

Names of files and runs, exceptions and whatever stands in a run's files may hold any character. Text from outside
passes through one of these functions before it reaches a terminal, a widget or an error message.
"""

import json
import re

REPLACEMENT = "�"

MARKDOWN = "\\`*_{}[]<>()#+-!|~"
"""The characters that have a meaning in Markdown."""


def printable(text: object, replacement: str = REPLACEMENT) -> str:
    """Return `text` with every control, format and surrogate character replaced, line breaks included."""
    line = str(text)
    if line.isprintable():
        return line
    return "".join(character if character.isprintable() else replacement for character in line)


def one_line(text: object) -> str:
    """Return `text` on one line: unprintable characters become spaces, and runs of spaces become one."""
    return " ".join(printable(text, " ").split())


def quote(value: object, limit: int = 60) -> str:
    """Return `value` in quotes, printable and cut to `limit` characters."""
    text = printable(value)
    return f"'{text[: limit - 1]}…'" if len(text) > limit else f"'{text}'"


def escape_markdown(text: object) -> str:
    """Return `text` on one line, with everything in it escaped that Markdown would interpret."""
    return "".join(f"\\{char}" if char in MARKDOWN else char for char in printable(text, " "))


def encodable(text: str) -> str:
    """Return `text` with characters that UTF-8 has no code for replaced: parts of file names in another encoding."""
    return text.encode(errors="replace").decode()


def ascii_json(text: str) -> str:
    """Return JSON with the same meaning in printable ASCII, so that no terminal and no encoding changes it."""
    return re.sub(r"[^\n -~]", lambda match: json.dumps(match[0])[1:-1].replace("\x7f", r"\u007f"), text)
