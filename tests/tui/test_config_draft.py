"""The draft of a config: its base preset, what differs from it, and its history."""

import pytest

from fmnist_tui.config import RunConfig, presets_of
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.tui.config_draft import MAX_STEPS, Draft, DraftHistory

FAST = Draft.of_preset("fast", "cnn")


def spec_of(draft: Draft, name: str) -> FieldSpec:
    return next(spec for spec in draft.specs if spec.name == name)


@pytest.mark.parametrize(
    ("model", "preset"), [(model, preset) for model in ARCHITECTURES for preset in presets_of(model)]
)
def test_the_draft_of_a_preset_has_no_changes(model: str, preset: str) -> None:
    draft = Draft.of(RunConfig.from_preset(preset, model))
    assert (draft.base, draft.changes, draft.title) == (preset, 0, preset)


def test_a_config_derives_from_the_preset_with_the_most_equal_values() -> None:
    values = {**RunConfig.from_preset("accurate", "cnn").to_flat(), "epochs": 3, "dropout": 0.2}
    draft = Draft.of(RunConfig.from_flat(values))
    assert draft.title == "accurate, 2 changed"
    assert draft.config() == RunConfig.from_flat(values)


def test_another_notation_of_the_same_value_is_no_change() -> None:
    assert not FAST.with_text("learning_rate", "2.5e-2").changes
    assert FAST.with_text("learning_rate", "1e-3").title == "fast, 1 changed"
    assert FAST.with_text("learning_rate", "x").is_changed(spec_of(FAST, "learning_rate"))


def test_seed_data_and_the_like_are_changes_of_their_fields_only() -> None:
    draft = FAST.with_text("seed", "7")
    assert draft.title == "fast"
    assert draft.is_changed(spec_of(draft, "seed"))
    assert draft.with_preset("accurate").texts["seed"] == "7"
    assert draft.with_model("mlp").texts["seed"] == "7"
    assert draft.reset_all() == FAST


def test_one_field_is_reset_to_the_preset() -> None:
    draft = FAST.with_text("epochs", "77").with_text("momentum", "0.5")
    assert draft.title == "fast, 2 changed"
    assert draft.reset("epochs") == FAST.with_text("momentum", "0.5")
    assert draft.reset_all() == FAST


def test_a_model_that_was_left_with_own_values_returns_with_them_and_the_newest_seed() -> None:
    draft = FAST.with_text("epochs", "77").with_model("mlp").with_text("seed", "3").with_model("cnn")
    assert draft.texts == FAST.with_text("epochs", "77").with_text("seed", "3").texts
    assert draft.with_preset("fast").with_model("mlp").with_model("cnn").title == "fast"


def test_a_model_without_the_preset_gets_its_first() -> None:
    classic = Draft.of_preset("classic", "cnn")
    assert classic.with_model("resnet").title == "fast"


def test_a_field_without_effect_states_the_reason() -> None:
    momentum = spec_of(FAST, "momentum")
    assert FAST.with_text("optimizer", "adamw").ineffective(momentum) == "not for adam and adamw"
    assert FAST.with_text("optimizer", "sgd").ineffective(momentum) == ""


@pytest.mark.parametrize(
    ("name", "text", "meaning"),
    [("threads", "0", "auto"), ("weight_decay", "0.0", "off"), ("threads", "1", ""), ("threads", "x", "")],
)
def test_the_meaning_of_zero_belongs_to_the_value_zero(name: str, text: str, meaning: str) -> None:
    assert FAST.with_text(name, text).zero(spec_of(FAST, name)) == meaning


def test_each_change_is_undone_and_redone() -> None:
    history = DraftHistory(FAST)
    drafts = [FAST.with_text("epochs", "7"), FAST.with_preset("accurate"), FAST.with_model("mlp")]
    for draft in drafts:
        history.change(draft)
    seen = [history.draft]
    while history.undo():
        seen.append(history.draft)
    assert seen == [*reversed(drafts), FAST]
    assert not history.undo()
    assert history.redo()
    assert history.draft == drafts[0]


def test_typing_into_one_field_is_undone_as_a_whole() -> None:
    history = DraftHistory(FAST)
    for text in ("1", "12", "123"):
        history.change(FAST.with_text("epochs", text), "epochs")
    history.separate()
    history.change(FAST.with_text("epochs", "5000"), "epochs")
    assert history.undo()
    assert history.draft.texts["epochs"] == "123"
    assert history.undo()
    assert history.draft == FAST


def test_a_new_change_ends_what_could_be_redone() -> None:
    history = DraftHistory(FAST)
    history.change(FAST.with_text("epochs", "7"))
    history.undo()
    history.change(FAST.with_text("epochs", "8"))
    assert not history.redo()
    assert history.draft.texts["epochs"] == "8"


def test_a_change_to_the_same_draft_is_none() -> None:
    history = DraftHistory(FAST)
    history.change(Draft.of_preset("fast", "cnn"))
    assert not history.undo()


def test_the_history_is_bounded() -> None:
    history = DraftHistory(FAST)
    for number in range(MAX_STEPS + 10):
        history.change(FAST.with_text("epochs", str(number + 100)))
    assert sum(iter(history.undo, False)) == MAX_STEPS
