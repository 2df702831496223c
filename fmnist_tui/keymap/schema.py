"""The JSON Schema of the keymap file, by which editors complete and check it."""

from typing import Any

from fmnist_tui.keymap.key_names import displayed
from fmnist_tui.keymap.table import ACTIONS


def keymap_schema() -> dict[str, Any]:
    """Return the schema."""
    keys = {
        "anyOf": [
            {"type": "string", "pattern": r"\S", "description": "keys, separated by commas: s, ctrl+s"},
            {"type": "array", "items": {"type": "string", "pattern": r"\S"}, "minItems": 1},
        ]
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The keymap of fmnist-tui",
        "type": "object",
        "properties": {
            action.id: {"description": f"{action.help}.", "default": ", ".join(map(displayed, action.keys)), **keys}
            for action in ACTIONS
            if action.can_rebind
        },
        "additionalProperties": False,
    }
