"""The words of the command line, for help texts that depend on them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise

_words: ContextVar[Sequence[str]] = ContextVar("_words", default=())


@contextmanager
def command_line(words: Sequence[str]) -> Iterator[None]:
    """Parse within this: help texts depend on these words."""
    token = _words.set(words)
    try:
        yield
    finally:
        _words.reset(token)


def value_of(option: str, otherwise: str) -> str:
    """Return the value that an option has on the command line, before the command line is parsed."""
    for word, following in pairwise([*_words.get(), ""]):
        name, equals, value = word.partition("=")
        if name == option:
            return value if equals else following
    return otherwise


def words_without(option: str) -> list[str]:
    """Return the command line without an option and its value."""
    words = list(_words.get())
    for place in reversed(range(len(words))):
        if words[place] == option:
            del words[place : place + 2]
        elif words[place].startswith(f"{option}="):
            del words[place]
    return words


def has_word(word: str) -> bool:
    """Return whether the command line has the word; true if there is none, as where all commands are described."""
    words = _words.get()
    return not words or word in words
