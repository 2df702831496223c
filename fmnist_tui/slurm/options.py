"""The user's options of `sbatch`, and how they are written into a script."""

import re
import shlex
from collections.abc import Iterable

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

NEEDS_NO_QUOTES = re.compile(r"[\w@%+=:,./-]+", re.ASCII)

_EXAMPLE = 'Write them as for sbatch, such as --slurm "--partition=gpu --time=1:00:00"'


def parse_options(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the options in a text, each with its value if that is a word of its own.

    Which options there are, `sbatch` decides: it knows those of its version and of the cluster.

    Raises:
        UserError: The text is no list of options.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UserError(f"the SLURM options {quote(text, 200)} have a quote without its end", _EXAMPLE) from error
    options: list[tuple[str, ...]] = []
    for word in words:
        if not word.isprintable():
            raise UserError(f"the SLURM option {quote(word)} has a character that can't be printed", _EXAMPLE)
        if word.startswith("-") and word.strip("-"):
            options.append((word,))
        elif options and len(options[-1]) == 1 and "=" not in options[-1][0]:
            options[-1] = (options[-1][0], word)
        else:
            raise UserError(f"{quote(word)} in the SLURM options is neither an option nor the value of one", _EXAMPLE)
    return tuple(options)


def names_an_array(options: Iterable[tuple[str, ...]]) -> bool:
    """Return whether the options ask for a job array, which is the same job several times."""
    return any(re.match(r"--arr|-a", option[0]) for option in options)


def directive(words: Iterable[str]) -> str:
    """Return an option as the line of a script that `sbatch` reads."""
    return f"#SBATCH {' '.join(map(_quoted, words))}"


def _quoted(word: str) -> str:
    """Return a word as `sbatch` reads it: unquoted, a space would end it and a # the whole line."""
    if NEEDS_NO_QUOTES.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
