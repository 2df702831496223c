"""The table of actions is complete, and a key has one meaning everywhere."""

import importlib
import inspect
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from textual.actions import parse
from textual.binding import Binding

from fmnist_tui import tui
from fmnist_tui.keymap.action import MAX_LABEL, Action
from fmnist_tui.keymap.table import ACTIONS, BY_ID, SCOPES, actions_of
from fmnist_tui.keymap.verbs import VERBS

by_id = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)


def test_every_key_belongs_to_one_verb() -> None:
    keys = Counter(key for verb in VERBS.values() for key in verb.keys)
    assert [key for key, verbs in keys.items() if verbs > 1] == []


def test_every_verb_is_used() -> None:
    assert set(VERBS) - {action.verb for action in ACTIONS} == UNUSED


UNUSED = {"pan up", "pan down"}


@by_id
def test_an_action_has_keys_of_its_verb_only(action: Action) -> None:
    assert action.keys
    assert set(action.keys) <= set(VERBS[action.verb].keys)


@by_id
def test_an_action_is_explained_in_one_imperative_sentence(action: Action) -> None:
    assert action.label
    assert len(action.label) <= MAX_LABEL
    assert action.help[0].isupper()
    assert not action.help.endswith(".")
    assert re.search(r"(ss|[^s])$", action.help.split()[0]), "imperative, not third person"
    assert not action.when or action.when.split()[0] in ("while", "when", "after")


def test_ids_are_unique_and_every_scope_has_a_heading() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert {action.scope for action in ACTIONS} == set(SCOPES)


@by_id
def test_actions_of_a_scope_share_a_key_only_if_one_of_them_applies(action: Action) -> None:
    for other in actions_of(action.scope):
        if other is not action and set(other.keys) & set(action.keys):
            assert action.id in (other.shares_keys_of, action.shares_keys_of) or other.id == action.shares_keys_of
            assert other.keys == action.keys


def bound_classes() -> Iterator[tuple[type, list[Binding]]]:
    """Yield the classes of the interface that have bindings of their own."""
    for module in pkgutil.walk_packages(tui.__path__, "fmnist_tui.tui."):
        for kind in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(kind) and kind.__module__ == module.name and "BINDINGS" in vars(kind):
                yield kind, kind.BINDINGS  # type: ignore[attr-defined]


def test_every_binding_of_the_interface_is_in_the_table_and_runs_an_existing_method() -> None:
    seen = set()
    for kind, bindings in bound_classes():
        for binding in bindings:
            assert binding.id in BY_ID, f"{kind.__name__} binds {binding.key} to what is not in the table"
            seen.add(binding.id)
            destination, name, _parameters = parse(binding.action)
            if not destination:
                assert hasattr(kind, f"action_{name}"), f"{kind.__name__} lacks action_{name}"
    assert seen == set(BY_ID), "every action of the table is bound"
