"""The words of the command line, for help texts that depend on them."""

from collections.abc import Sequence
from contextvars import ContextVar

words: ContextVar[Sequence[str]] = ContextVar("words", default=())


def value_of(option: str, otherwise: str) -> str:
    """Return the value that an option has on the command line, before the command line is parsed."""
    line = words.get()
    for word, following in zip(line, [*line[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name == option:
            return value if equals else following
    return otherwise
