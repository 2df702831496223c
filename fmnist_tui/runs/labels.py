"""What a user calls a run: name, note, tags and mark. They change nothing about the training, so no config has them."""

import re
import unicodedata
from collections.abc import Container
from itertools import count, islice
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fmnist_tui.atomic_files import read_whole, write_whole
from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.sanitize import printable, quote

MAX_NAME, MAX_TAG, MAX_NOTE, MAX_TAGS = 80, 40, 2_000, 50
"""Characters, and the number of tags."""

MAX_FILE_BYTES = 64 * 1024
"""The longest labels take less, however many bytes their characters have."""


def _checked_name(name: str) -> str:
    """Return the name; a command line and a list must be able to show it as it is."""
    name = unicodedata.normalize("NFC", name.strip())  # so that a name that looks the same is the same
    if not name.isprintable():
        raise ValueError(f"has a character that can't be shown: U+{_first_unprintable(name):04X}")
    if "/" in name or "\\" in name:
        raise ValueError("has a slash, as only folders have")
    if name.startswith("-"):
        raise ValueError("begins with a hyphen, as only options do")
    if name in {"latest", ".", ".."}:
        raise ValueError("always means another run or a folder")
    return name


def _checked_tag(tag: str) -> str:
    if not re.fullmatch(r"[^\s,:+\-][^\s,]*", tag) or not tag.isprintable():
        raise ValueError("must be one word without commas, and can't begin with + or - or :")
    return tag


def _checked_note(note: str) -> str:
    """Return the note, in which lines may be broken."""
    note = note.replace("\r\n", "\n").strip()
    if any(character < " " and character != "\n" for character in note) or "\x7f" in note:
        raise ValueError("has a control character")
    return note


def _without_repetitions(tags: Any) -> Any:
    if not isinstance(tags, list | tuple):
        return tags
    are_words = all(isinstance(tag, str) for tag in tags)  # else the error names the first that is none
    return tuple(dict.fromkeys(tags)) if are_words else tuple(tags)


def _first_unprintable(text: str) -> int:
    return next(ord(character) for character in text if not character.isprintable())


Tag = Annotated[str, Field(max_length=MAX_TAG), AfterValidator(_checked_tag)]


class RunLabels(BaseModel):
    """The labels of a run, with which it is found and listed.

    Attributes:
        name: Unique among the runs when it is given; a copied folder has the name of the original. Empty if none.
        note: Free text of one or more lines.
        tags: Words, each once.
        is_marked: Whether the run is marked in the list of runs.

    Raises:
        ValidationError: A value is too long or has characters that it may not have.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    name: Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_checked_name)] = ""
    note: Annotated[str, Field(max_length=MAX_NOTE), AfterValidator(_checked_note)] = ""
    tags: Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS), BeforeValidator(_without_repetitions)] = ()
    is_marked: bool = False

    @classmethod
    def of(cls, **values: Any) -> Self:
        """Return the labels with these values.

        Raises:
            UserError: A value is invalid; it names the label, the value and the reason.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            raise UserError(_problem(error)) from error

    def changed(self, **values: Any) -> Self:
        """Return these labels with other values.

        Raises:
            UserError: A value is invalid.
        """
        return self.of(**(dict(self) | values))

    def numbered(self, runs: int, taken: Container[str] = ()) -> list[Self]:
        """Return the labels of several runs that are made at once, whose names end with a number.

        Args:
            runs: How many they are; a single one has the name as it is.
            taken: The names that other runs have.

        Raises:
            UserError: The names would be too long.
        """
        if runs == 1 or not self.name:
            return [self] * runs
        names = (f"{self.name}-{number}" for number in count(1))
        free = (name for name in names if name not in taken)
        return [self.changed(name=name) for name in islice(free, runs)]


NO_LABELS = RunLabels()


def read_labels(folder: RunFolder) -> RunLabels:
    """Return a run's labels; empty ones if it has none.

    Raises:
        UserError: The file is unreadable, or holds something else.
    """
    try:
        return RunLabels.model_validate_json(read_whole(folder.labels_file, MAX_FILE_BYTES))
    except FileNotFoundError:
        return NO_LABELS
    except OSError as error:
        raise UserError(f"can't read {quote(folder.labels_file, 200)}: {error.strerror or error}", _FIX) from error
    except ValidationError as error:
        is_json = error.errors(include_url=False)[0]["type"] != "json_invalid"
        reason = _problem(error) if is_json else "it is no JSON"
        raise UserError(f"{quote(folder.labels_file, 200)} holds no valid labels: {reason}", _FIX) from error


def readable_labels(folder: RunFolder) -> RunLabels:
    """Return a run's labels for a heading: empty ones if they can't be read, which the list of runs reports."""
    try:
        return read_labels(folder)
    except UserError:
        return NO_LABELS


def title_of(folder: RunFolder) -> str:
    """Return what a heading calls a run: its name, or else its identifier."""
    return readable_labels(folder).name or folder.run


def full_title_of(folder: RunFolder) -> str:
    """Return the run's name, if it has one, and its identifier."""
    name = readable_labels(folder).name
    return f"{name} ({folder.run})" if name else folder.run


def write_labels(folder: RunFolder, labels: RunLabels) -> None:
    """Store a run's labels; the previous ones are replaced as a whole or not at all. Without any, there is no file.

    Raises:
        UserError: They can't be written.
    """
    try:
        if labels == NO_LABELS:
            folder.labels_file.unlink(missing_ok=True)
        else:
            write_whole(folder.labels_file, f"{labels.model_dump_json(indent=2)}\n".encode())
    except OSError as error:
        raise UserError(
            f"can't write {quote(folder.labels_file, 200)}: {error.strerror or error}",
            "Free some space, or make the run's folder writable",
        ) from error


_FIX = "Correct it or remove it: only name, note, tags and mark of the run are lost"


def _problem(error: ValidationError) -> str:
    """Return the first error of a validation: the label, its value and the reason."""
    detail = error.errors(include_url=False)[0]
    label, value = str(detail["loc"][0]) if detail["loc"] else "the content", detail["input"]
    singular = {"tags": "tag", "is_marked": "mark"}.get(label, printable(label))
    limits = {"name": MAX_NAME, "note": MAX_NOTE, "tags": MAX_TAG}
    match detail["type"]:
        case "value_error":
            return f"{singular} {quote(value)} {detail['ctx']['error']}"
        case "string_too_long":
            return f"the {singular} has {len(value):,} characters, but {limits[label]:,} is the limit"
        case "too_long":
            return f"{len(value)} tags are too many: {MAX_TAGS} is the limit"
        case _:
            return f"{singular} is {quote(value)}: {detail['msg']}"
