"""Help on what has the focus: what it is, what its values do, and its keys."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import HorizontalGroup, Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.markup import escape
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from fmnist_tui.config import PRESET_SUMMARIES, presets_of
from fmnist_tui.fields import FieldSpec
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings, own_bindings
from fmnist_tui.tui.config_draft import Draft, preset_texts
from fmnist_tui.tui.widgets.config_form import ConfigForm
from fmnist_tui.tui.widgets.field_row import FieldRow


class HelpTopic(NamedTuple):
    """What the page shows: a title, a text, and sections of lines with a label each."""

    title: str
    text: str
    sections: dict[str, list[tuple[str, str]]]


class ContextHelpScreen(ModalScreen[None]):
    """Shows a topic until escape, q or F1."""

    BINDINGS = bindings("context_help")

    def __init__(self, topic: HelpTopic) -> None:
        super().__init__()
        self._topic = topic

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = escape(one_line(self._topic.title))
            dialog.border_subtitle = "esc closes"
            with VerticalScroll():
                yield Static(Content(self._topic.text))
                for heading, lines in self._topic.sections.items():
                    yield Static(Content(heading), classes="help-heading")
                    for label, text in lines:
                        yield HorizontalGroup(
                            Static(Content(one_line(label)), classes="help-label"), Static(Content(one_line(text)))
                        )


def topic_of(screen: Screen[Any]) -> HelpTopic:
    """Return help on the focused widget of a screen, else on the screen."""
    focused = screen.focused
    around = list((focused or screen).ancestors_with_self)
    row = next((node for node in around if isinstance(node, FieldRow)), None)
    form = next((node for node in around if isinstance(node, ConfigForm)), None)
    keys = _keys(screen.app, around)
    keys_section = {"Keys": keys} if keys else {}
    if row is not None and form is not None:
        return HelpTopic(row.spec.label, row.spec.help, {**field_sections(row.spec, form.draft), **keys_section})
    if form is not None:
        presets = [(str(preset), f"{PRESET_SUMMARIES[preset]}.") for preset in presets_of(form.draft.model)]
        text = "A preset gives all fields the values that were found for a purpose; seed, data and device stay."
        return HelpTopic("preset", text, {"Presets": presets, **keys_section})
    described = next((node for node in around if node.HELP), screen)
    titles = (node.border_title for node in around if isinstance(node, Widget))
    title = next(filter(None, titles), None) or _title(screen)
    return HelpTopic(Content.from_markup(title).plain, described.HELP or "", keys_section)


def field_sections(spec: FieldSpec, draft: Draft) -> dict[str, list[tuple[str, str]]]:
    """Return what to know about a field of a draft: its values, and how to choose one."""
    hint, presets = spec.hint, presets_of(draft.model)
    texts = {preset: preset_texts(preset, draft.model)[spec.name] for preset in presets}
    zero = f"; 0 is {hint.zero}" if hint.zero else ""
    no_effect = draft.ineffective(spec)
    values = [
        ("now", f"{draft.texts[spec.name]} {hint.unit}"),
        ("valid", f"{spec.constraint}{zero}"),
        ("usual", hint.usual),
        ("presets", " · ".join(f"{preset} {text}" for preset, text in texts.items())),
        ("no effect", no_effect),
        ("flag", spec.flag),
    ]
    advice = [("advice", f"{hint.advice}."), ("too low", f"{hint.too_low}."), ("too high", f"{hint.too_high}.")]
    return {
        "Values": [line for line in values if line[1]],
        "How to choose it": [line for line in advice if line[1] != "."],
    }


def _keys(app: App[Any], around: Sequence[DOMNode]) -> list[tuple[str, str]]:
    """Return the keys of the focused widget and of what is around it within the screen."""
    lines: dict[str, list[str]] = {}  # not by action: a field's and the form's `leave` do different things
    for binding in _bindings(around):
        lines.setdefault(binding.tooltip or binding.description, []).append(app.get_key_display(binding))
    return [(" ".join(keys), text) for text, keys in lines.items()]


def _bindings(around: Sequence[DOMNode]) -> Iterator[Binding]:
    """Yield the bindings except Textual's own, without keys that are text in the focused field."""
    focused, taken = around[0], set[str]()
    for node in around:
        if isinstance(node, Screen):
            return
        for _key, binding in own_bindings(node):
            letter = key_to_character(binding.key)
            is_text = isinstance(focused, Widget) and focused.check_consume_key(binding.key, letter)
            if binding.key not in taken and not is_text:
                taken.add(binding.key)
                yield binding


def _title(screen: Screen[Any]) -> str:
    return type(screen).__name__.removesuffix("Screen")
