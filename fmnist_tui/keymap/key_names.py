"""The names of keys: how Textual, users and the screen write them."""

import unicodedata

MODIFIERS = ("ctrl", "alt", "shift", "super")

NAMED = (
    *("left", "right", "up", "down", "home", "end", "pageup", "pagedown", "insert", "delete"),
    *("enter", "escape", "space", "tab", "backspace"),
    *(f"f{number}" for number in range(1, 25)),
)
"""Keys without a character of their own."""

SHORT = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Textual's shorter names for some characters."""

CHARACTERS = {
    SHORT.get(name, name): character
    for character in map(chr, range(33, 127))
    if not character.isalnum()
    for name in [unicodedata.name(character).lower().replace(" ", "_").replace("-", "_")]
}
"""The characters of an American keyboard that have a name: "question_mark" is "?"."""

DISPLAYED = {
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "escape": "esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "del",
    **CHARACTERS,
}

_NAMES = {character: name for name, character in CHARACTERS.items()} | {"esc": "escape", "return": "enter"}


def key_named(text: str) -> str | None:
    """Return Textual's name of a key that a user wrote, such as "?", "Ctrl+S" or "g g"; None if there is none."""
    keys = [_single_key(part) for part in text.split()]
    return " ".join(key for key in keys if key) if keys and all(keys) else None


def _single_key(text: str) -> str | None:
    *modifiers, key = text.split("+") if len(text) > 1 and not text.endswith("+") else [text]
    modifiers = [modifier.lower() for modifier in modifiers]
    key = key.lower() if modifiers or len(key) > 1 else key  # S is another key than s, but ctrl+S is ctrl+s
    key = _NAMES.get(key, key)
    is_known = key in NAMED or key in CHARACTERS or (len(key) == 1 and key.isprintable())
    if not is_known or not set(modifiers) <= set(MODIFIERS):
        return None
    return "+".join([*modifiers, key])


def displayed(key: str) -> str:
    """Return a key as the screen shows it: "?" for "question_mark", "gg" for "g g"."""
    parts = []
    for part in key.split():
        *modifiers, name = part.split("+")
        parts.append("+".join([*modifiers, DISPLAYED.get(name, name)]))
    return "".join(parts)
