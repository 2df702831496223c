"""One action of the interface: what it does, its keys, and when it applies."""

from dataclasses import dataclass

from fmnist_tui.keymap.verbs import VERBS

MAX_LABEL = 16
"""Columns of the longest label: more would push other keys out of the footer."""


@dataclass(frozen=True, slots=True)
class Action:
    """An entry of the table.

    Attributes:
        id: Its scope and its name, such as "train.start". The scope is a view, a page, a kind of widget, or the app.
        verb: What it means, a key of `VERBS`.
        label: Its name in the footer and on the page of keys.
        help: What it does: one sentence in the imperative, without a full stop.
        command: The Textual action that it runs, such as "step('#split', 1)".
        keys: Its keys in the order of preference; by default all of its verb.
        shown: Whether the footer shows it.
        when: When it applies, if that is not always: "while a run is active".
        shares_keys_of: The id of an action that has the same keys and never applies at the same time.
        has_priority: Whether its keys have precedence over those of the focused widget.
    """

    id: str
    verb: str
    label: str
    help: str
    command: str
    keys: tuple[str, ...] = ()
    shown: bool = False
    when: str = ""
    shares_keys_of: str = ""
    has_priority: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", self.keys or VERBS[self.verb].keys)

    @property
    def scope(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    @property
    def can_rebind(self) -> bool:
        """Whether the user's keymap may name it."""
        return not self.shares_keys_of
