"""What the interface remembers from one start to the next, in one small JSON file.

Another process may write the same file: each stores only what it changed, and the last one wins.
"""

import json
import logging
import threading
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from fmnist_tui.atomic_files import read_whole, write_whole
from fmnist_tui.errors import UserError
from fmnist_tui.paths import home_folder
from fmnist_tui.sanitize import quote

logger = logging.getLogger(__name__)

MAX_BYTES = 1 << 20

SECONDS_UNTIL_SAVED = 1.0
"""How long a change waits for others, so that a series of them is one write."""

MAX_FILTERS = 50

Notifications = Literal["bell", "desktop", "off"]

Text = Annotated[str, Field(max_length=5000)]


class Preferences(BaseModel):
    """What is remembered. Assigning to a field saves it: `app.preferences.theme = "nord"`.

    A mapping or a list is replaced as a whole; a change inside one would not be noticed.

    Attributes:
        theme: The name of the theme; empty for the default.
        view: The name of the view that was shown last.
        form: The texts in the form by field, and "model".
        notifications: What happens when a run ends while the terminal is not looked at.
        tour_seen: Whether the tour was finished or skipped.
        image_size: The size of the images in galleries, 0 for the default.
        folder: The folder that a file was last chosen from.
        dismissed_crash: The crashed run that is no longer offered to be resumed.
        runs_columns: The columns of the list of runs; empty for the usual ones.
        runs_order: What the list of runs is sorted by, such as "-val"; empty for the newest first.
        runs_filters: The last filters of the list of runs, the newest last.
    """

    model_config = ConfigDict(validate_assignment=True, extra="allow")  # a later version's fields are preserved

    theme: Text = ""
    view: Text = ""
    form: Annotated[dict[Text, Text], Field(max_length=500)] = {}
    notifications: Annotated[
        Notifications, Field(description="What happens when a run ends while the terminal is not looked at")
    ] = "bell"
    tour_seen: bool = False
    image_size: Annotated[int, Field(ge=0, le=100)] = 0
    folder: Text = ""
    dismissed_crash: Text = ""
    runs_columns: Annotated[tuple[Text, ...], Field(max_length=200)] = ()
    runs_order: Text = ""
    runs_filters: Annotated[tuple[Text, ...], Field(max_length=MAX_FILTERS)] = ()

    _file: "PreferencesFile | None" = PrivateAttr(None)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if self._file is not None and name in type(self).model_fields:
            self._file.changed(name)

    def save(self) -> None:
        """Save what is not saved yet, and wait for it."""
        if self._file is not None:
            self._file.save()


class PreferencesFile:
    """Reads and writes the preferences. Nothing that happens to the file stops the interface: it is logged, once.

    Args:
        file: The file.
    """

    def __init__(self, file: Path) -> None:
        self._path = file
        self._preferences = Preferences()
        self._unsaved: set[str] = set()
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._is_writing = threading.Lock()
        self._can_write = True

    def load(self) -> Preferences:
        """Return the stored preferences, with defaults in place of what is missing or invalid."""
        self._preferences = preferences = _valid(self._path, self._read())
        preferences._file = self
        return preferences

    def changed(self, name: str) -> None:
        """Save a field soon, on another thread."""
        with self._lock:
            self._unsaved.add(name)
            if self._timer is None:
                self._timer = threading.Timer(SECONDS_UNTIL_SAVED, self.save)
                self._timer.daemon = True
                self._timer.start()

    def save(self) -> None:
        """Write the changed fields, if any, into the file as it is now."""
        with self._is_writing:
            with self._lock:
                if self._timer is not None:
                    self._timer.cancel()
                self._timer = None
                values = self._preferences.model_dump(include=self._unsaved)
                self._unsaved = set()
            if not values or not self._can_write:
                return
            content = json.dumps({**self._read(), **values}, indent=2, ensure_ascii=True)
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(self._path, content.encode() + b"\n")
            except OSError as error:
                self._can_write = False
                logger.warning("preferences can't be saved in %s: %s", quote(self._path, 200), error.strerror or error)

    def _read(self) -> dict[str, Any]:
        """Return the file's content; of a damaged file nothing, but keep it under another name."""
        try:
            content = json.loads(read_whole(self._path, MAX_BYTES))
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError, RecursionError) as error:
            self._set_aside(str(error))
            return {}
        if isinstance(content, dict):
            return content
        self._set_aside("it holds no JSON object")
        return {}

    def _set_aside(self, reason: str) -> None:
        backup = self._path.with_name(f"{self._path.name}.bak")
        logger.warning("preferences in %s can't be read, kept as %s: %s", quote(self._path, 200), backup.name, reason)
        try:
            self._path.replace(backup)
        except OSError as problem:
            self._can_write = False  # it would be overwritten
            logger.warning("%s can't be renamed: %s", quote(self._path, 200), problem.strerror or problem)


def stored_preferences() -> Preferences:
    """Return the preferences in the program's home; without a usable home, defaults that are not saved."""
    try:
        return PreferencesFile(home_folder() / "interface.json").load()
    except UserError as error:
        logger.warning("%s", error.line())
        return Preferences()


def _valid(file: Path, values: dict[str, Any]) -> Preferences:
    try:
        return Preferences.model_validate(values)
    except ValidationError as error:
        invalid = {str(problem["loc"][0]) for problem in error.errors()}
        logger.warning("invalid preferences in %s are ignored: %s", quote(file, 200), quote(", ".join(sorted(invalid))))
        return Preferences.model_validate({name: value for name, value in values.items() if name not in invalid})


def preferences_of(app: object) -> Preferences:
    """Return the preferences of the app, for widgets that know it as Textual's."""
    preferences = getattr(app, "preferences", None)
    assert isinstance(preferences, Preferences)
    return preferences
